"""`make bench-link`: what a learner on a slow link waits for and pays, in a real browser over an emulated link.

Starts the real site with lessons it encodes itself, joins it to a browser by the link lab (`$SHARED_DIR/tools/link`:
network namespaces and an emulator that delays, loses and rations every packet), and opens pages as on a first visit:
cold caches, TLS, a tap on Play as soon as it can be pressed. Every figure is in seconds from opening the page:

- `fcp` first contentful paint; `kB` all bytes down at the IP level;
- `sound` the play head moves with sound; `frame` first picture on the screen; `moving` both move;
- `stalls` stops of the play head in the time watched.

Prints a table of medians and worst runs, writes `benchmarks/results/link.md` and `link.svg`. Needs root, Chromium,
nginx, iproute2 and openssl; says which is missing. It judges nothing: bars are shown beside the figures.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from benchmarks.site import COURSE, Site

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
LAB = Path(os.environ.get("SHARED_DIR", "../shared")).resolve() / "tools" / "link"
NEEDED = {"chromium": "chromium", "nginx": "nginx-light", "ip": "iproute2", "openssl": "openssl"}
PROFILES = ("edge64", "edge100", "slow3g", "slow4g", "geosat")
# In the page: when the play head first moves with sound, and when decoded pictures follow each other.
PROBE = """
(() => {
  if (window !== window.top) return;
  const seen = window.__heard = {sound: null, frame: null, moving: null, tall: null};
  let head, first;
  setInterval(() => {
    const v = document.querySelector('video,audio');
    if (!v) return;
    const now = performance.now(), t = v.currentTime;
    if (seen.sound === null && head !== undefined && !v.paused && t > head && t - head < 1 && v.readyState > 2)
      seen.sound = now;
    head = t;
    const q = v.getVideoPlaybackQuality && v.getVideoPlaybackQuality();
    const frames = q ? q.totalVideoFrames - q.droppedVideoFrames : 0;
    if (frames && first === undefined) { first = frames; seen.frame = now; }
    if (seen.tall === null && frames && v.videoHeight >= 480) seen.tall = now;
    if (seen.moving === null && seen.sound !== null && frames > first) seen.moving = now;
  }, 20);
})();"""


def is_doubtful(late_ms: float, lag_s: float) -> bool:
    """True when the machine, not the link, may have been what was waited for."""
    return late_ms > 50 or lag_s > 1


@dataclass(frozen=True)
class Visit:
    """One opening of a page. Times in seconds, None for what did not happen."""

    fcp: float | None
    kilobytes: float
    tap: float | None = None
    sound: float | None = None
    frame: float | None = None
    moving: float | None = None
    stalls: int = 0
    stalled_s: float = 0.0
    late_ms: float = 0.0
    lag_s: float = 0.0

    @property
    def is_doubtful(self) -> bool:
        return is_doubtful(self.late_ms, self.lag_s)


def missing() -> list[str]:
    """What this machine lacks, in words."""
    lacks = [f"{name} (apt install {package})" for name, package in NEEDED.items() if not shutil.which(name)]
    if os.geteuid() != 0:
        lacks.insert(0, "root (network namespaces)")
    if not (LAB / "measure.py").is_file():
        lacks.append(f"the link lab in {LAB} (set SHARED_DIR)")
    return lacks


@contextmanager
def lab_for(site: Site, congestion: str) -> Iterator[Any]:
    """The link lab in front of the site; real-time priority, so that a busy machine is not measured."""
    sys.path.insert(0, str(LAB))
    import lab as linklab  # type: ignore[import-not-found]

    with tempfile.TemporaryDirectory(prefix="fieldschool-link-") as folder:
        lab = linklab.Lab(str(Path(folder) / "lab"))
        lab.up(f"127.0.0.1:{site.port}", True, "none", "nginx", False, congestion, "all", None)
        try:
            yield lab
        finally:
            lab.down()


def opened(lab: Any, path: str, profile: str, *, play_s: float = 0, seed: int = 1, **options: Any) -> dict[str, Any]:
    """Open a page once, with a browser that has never been here: the tool's figures, and `heard` from our probe."""
    import measure  # type: ignore[import-not-found]

    heard: dict[str, Any] = {}
    if PROBE not in measure.PROBE:
        measure.PROBE += PROBE
        measure.FINAL = measure.FINAL.replace("return {origin", "return {heard: window.__heard, origin")
    usual = {
        "url": f"{lab.config['https']}{path}", "profile": profile, "seed": seed, "cpu": 1, "dpr": 2, "lang": "zh-CN",
        "browser": None, "browser_profile": None, "effective_type": None, "save_data": False, "ready": None,
        "repeat_visit": False, "settle": 3, "max_secs": 180, "play": play_s, "tap": "[data-play]", "outage_at": None,
        "outage_for": 10, "shot": None,
    }  # fmt: skip
    result = _measured(measure, lab, SimpleNamespace(**{**usual, **options}), heard)
    if "error" in result or (result.get("status") or 0) >= 400:
        raise RuntimeError(f"{path} over {profile}: {result.get('error') or result.get('status')}")
    return {**result, "heard": heard}


def visit(lab: Any, path: str, profile: str, *, play_s: float, seed: int) -> Visit:
    """A first visit, Play tapped at once."""
    result = opened(lab, path, profile, play_s=play_s, seed=seed)
    heard = result["heard"]
    return Visit(
        fcp=result["fcp"],
        kilobytes=result["kb_total"],
        tap=result.get("tap"),
        sound=_seconds(heard.get("sound")),
        frame=_seconds(heard.get("frame")),
        moving=_seconds(heard.get("moving")),
        stalls=result.get("stalls", 0),
        stalled_s=result.get("stall_s", 0.0),
        late_ms=result["link_late_ms"],
        lag_s=result["host_lag_s"],
    )


def _measured(measure: Any, lab: Any, options: SimpleNamespace, heard: dict[str, Any]) -> dict[str, Any]:
    """The tool's figures; what our probe saw goes to `heard`."""
    from playwright.sync_api import Page

    evaluate = Page.evaluate

    def listening(page: Page, expression: str, arg: Any = None) -> Any:
        answer = evaluate(page, expression, arg)
        if expression is measure.FINAL and answer.get("heard"):
            heard.update(answer["heard"])
        return answer

    Page.evaluate = listening  # type: ignore[method-assign]
    try:
        found: dict[str, Any] = measure.measure(lab, options)
    finally:
        Page.evaluate = evaluate  # type: ignore[method-assign]
    return found


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else round(milliseconds / 1000, 2)


def middle_and_worst(values: list[float | None]) -> str:
    """`median / worst`; a dash where it did not happen in some run."""
    if any(value is None for value in values):
        return "–"
    known = [value for value in values if value is not None]
    return f"{statistics.median(known):.1f} / {max(known):.1f}"


def table(runs: dict[tuple[str, str], list[Visit]], watched_s: float) -> str:
    """Markdown, median / worst of the runs."""
    lines = [
        "# Over slow links",
        "",
        f"Seconds from opening the page, median / worst; first visit, Play tapped at once, {watched_s:.0f} s watched.",
        "",
        "| page | link | runs | fcp | sound | first frame | moving | stalls (s) | kB | doubtful |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for (page, profile), visits in runs.items():
        cells = [middle_and_worst([getattr(v, name) for v in visits]) for name in ("fcp", "sound", "frame", "moving")]
        stalls = f"{max(v.stalls for v in visits)} ({max(v.stalled_s for v in visits):.1f})"
        kilobytes = f"{statistics.median(v.kilobytes for v in visits):.0f}"
        doubtful = sum(v.is_doubtful for v in visits)
        lines.append(
            f"| {page} | {profile} | {len(visits)} | {' | '.join(cells)} | {stalls} | {kilobytes} | {doubtful} |"
        )
    lines += [
        "",
        "Doubtful: runs in which the machine itself was late (packets over 50 ms, or the watcher over 1 s).",
        "Bars of part A: course page <= 40 kB; fcp edge100 3.2, slow3g 1.5; first sound edge100 7, slow3g 3.",
        "Bars of part C, sound / moving: edge64 7 / 10, edge100 6 / 7, slow3g 2.2 / 3, slow4g 1.2 / 1.5, "
        "geosat 8; no stalls.",
    ]
    return "\n".join(lines) + "\n"


def plot(runs: dict[tuple[str, str], list[Visit]], path: Path) -> None:
    """Sound and moving picture of every lesson run by link."""
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as pyplot

    figure, axes = pyplot.subplots(figsize=(8, 0.5 + 0.6 * len(runs)))
    marks = {"fcp": ("|", "#55625A"), "sound": ("o", "#1F6B3B"), "frame": ("x", "#B86E0A"), "moving": ("s", "#1B5E8C")}
    for at, visits in enumerate(runs.values()):
        for name, (mark, colour) in marks.items():
            times = [value for value in (getattr(v, name) for v in visits) if value is not None]
            axes.plot(times, [at] * len(times), mark, color=colour, label=name if at == 0 else None, alpha=0.7)
    axes.set_yticks(range(len(runs)), [f"{page}, {profile}" for page, profile in runs])
    axes.invert_yaxis()
    axes.set_xlabel("seconds from opening the page")
    axes.set_xlim(left=0)
    handles = [
        pyplot.Line2D([], [], marker=mark, color=colour, ls="", label=name) for name, (mark, colour) in marks.items()
    ]
    axes.legend(handles=handles, loc="lower right")
    figure.tight_layout()
    figure.savefig(path)


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--play", type=float, default=60, metavar="SECONDS", help="how long each lesson is watched")
    ask.add_argument("--profiles", nargs="+", default=list(PROFILES))
    ask.add_argument("--clips", nargs="+", default=["teacher", "slides"], help="see benchmarks.lessons")
    ask.add_argument("--data", type=Path, default=RESULTS / "tmp" / "link", help="the site's folder, kept between runs")
    ask.add_argument("--cc", default="cubic", help="TCP congestion control of the server")
    ask.add_argument("--json", action="store_true", help="print every run instead of the table")
    asked = ask.parse_args()
    if lacks := missing():
        print("bench-link cannot run here, it lacks: " + "; ".join(lacks), file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the lab and the site are taken down however it ends
    signal.signal(signal.SIGINT, signal.default_int_handler)
    permitted = not subprocess.run(["chrt", "-r", "1", "true"], capture_output=True).returncode
    before = ("chrt", "-r", "1") if permitted else ()
    pages = [("course", COURSE, 0.0), *((clip, f"{COURSE}{clip}/", asked.play) for clip in asked.clips)]
    runs: dict[tuple[str, str], list[Visit]] = {}
    site = Site(asked.data.resolve(), tuple(asked.clips), hosts=("learn.test", "127.0.0.1"), before=before)
    with site, lab_for(site, asked.cc) as lab:
        for name, path, play_s in pages:
            for profile in asked.profiles:
                for seed in range(1, asked.runs + 1):
                    made = visit(lab, path, profile, play_s=play_s, seed=seed)
                    runs.setdefault((name, profile), []).append(made)
                    print(name, profile, made, file=sys.stderr, flush=True)
    RESULTS.mkdir(parents=True, exist_ok=True)
    text = table(runs, asked.play)
    (RESULTS / "link.md").write_text(text)
    plot(runs, RESULTS / "link.svg")
    every = [{"page": page, "profile": profile, **vars(v)} for (page, profile), visits in runs.items() for v in visits]
    print(json.dumps(every, indent=1) if asked.json else text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
