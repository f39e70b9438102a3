"""What keeping a lesson costs through mishaps: `python -m benchmarks.keep`, into results/keep.md.

Runs the link lab's own acceptance check (`$SHARED_DIR/tools/link/offline.py`) against the real site: a lesson of some
4 MB is kept over slow3g; the link is dead for 15 s, the server gone for 5 s, the browser killed; then the server goes,
the link dies, and a fresh browser must open, play and seek. Bars: no byte of content twice, at most 10 % more on the
wire than content. What the page itself took is counted in the page, between its lives in the cache.
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.link import LAB, RESULTS, lab_for, missing
from benchmarks.site import Site

CLIP, QUALITY = "long", "v100"
PROGRESS = "document.querySelector('progress[data-keep-progress]').value"
DONE = "!!document.querySelector('[data-kept]')"


def measured(lab: Any, profile: str, folder: Path) -> dict[str, Any]:
    """The check's own figures."""
    out = folder / "keep.json"
    command = [sys.executable, str(LAB / "offline.py"), "--url", f"{lab.config['https']}/courses/measured/{CLIP}/"]
    command += ["--save", "[data-keep]", "--progress", PROGRESS, "--done", DONE, "--play", "[data-play]"]
    command += ["--profile", profile, "--state", str(lab.state), "--out", str(out), "--max-overhead", "10"]
    subprocess.run(command, check=False)
    found: dict[str, Any] = json.loads(out.read_text())
    return found


def table(rows: list[dict[str, Any]]) -> str:
    """Markdown."""
    lines = [
        "# Keeping a lesson through mishaps",
        "",
        "`python -m benchmarks.keep`: dead link 15 s at 20 %, server gone 5 s at 45 %, browser killed at 70 %; ",
        "then offline.",
        "",
        "| link | content kB | wire kB | more | after dead link, lost server | saved | starts, seeks | verdict |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        offline = row.get("offline", {})
        played = [f"{one['after_s']} s" for one in offline.values() if isinstance(one, dict) and one["ok"]]
        again = f"{row.get('resume_after_dead_link_s')} s, {row.get('resume_after_server_cut_s')} s"
        cells = [row["profile"], row.get("content_kb"), row.get("wire_kb"), f"{row.get('wire_overhead_pct')} %", again]
        cells += [f"{row.get('save_s')} s", ", ".join(played), row["verdict"]]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    lines += ["", "Phases, as the check books them (`twice_kb`: beyond the rate of the undisturbed phase):", ""]
    lines += [f"- {row['profile']}: {json.dumps(row.get('phases'))}" for row in rows]
    return "\n".join(lines) + "\n"


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--profiles", nargs="+", default=["slow3g"])
    ask.add_argument("--data", type=Path, default=RESULTS / "tmp" / "keep", help="the site's folder, kept between runs")
    asked = ask.parse_args()
    if lacks := missing():
        print("benchmarks.keep cannot run here, it lacks: " + "; ".join(lacks), file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    site = Site(asked.data.resolve(), (CLIP,), hosts=("learn.test", "127.0.0.1"))
    with site, lab_for(site, "cubic") as lab, tempfile.TemporaryDirectory() as folder:
        rows = [measured(lab, profile, Path(folder)) for profile in asked.profiles]
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "keep.md").write_text(table(rows))
    print(table(rows))
    return int(any(row["verdict"] != "PASS" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
