"""`python -m benchmarks.link_stay`: what happens to who stays, leaves, or comes back, over an emulated slow link.

Like `make bench-link` (benchmarks/link.py, same needs), one visit a line:

- **plays on**: 60 s of play; stops of the play head;
- **outage**: the link is dead for 60 s after 60 s of play; how long the play head stood still in all;
- **leaves**: after 30 s of play; seconds of media that were fetched and never played;
- **climbs**: seconds until the picture has 480 lines by itself (`--cases climbs --profiles 4g`);
- **comes back**: to the course page, by a new browser with the same profile; first contentful paint and kB.

Writes `benchmarks/results/link-stay.md`.
"""

import argparse
import signal
import sys
from pathlib import Path
from typing import Any

from benchmarks.link import COURSE, RESULTS, is_doubtful, lab_for, missing, opened
from benchmarks.site import Site

CLIP = "stay"
HEAD = """# Over slow links: who stays, leaves, comes back

| link | congestion control | what | figure | doubtful |
|---|---|---|---|---|
"""
FOOT = """
Doubtful: the machine itself was late (packets over 50 ms, or the watcher over 1 s).
Bars of part C: no stalls in 60 s of play; at most 1 s of stall with the outage; at most 60 s fetched unplayed;
480 lines within 10 s on 4g; a return visit paints in at most 0.3 s.
"""


def plays_on(lab: Any, profile: str) -> tuple[str, dict[str, Any]]:
    found = opened(lab, f"{COURSE}{CLIP}/", profile, play_s=60)
    return f"{found['stalls']} stalls ({found['stall_s']:.1f} s)", found


def outage(lab: Any, profile: str) -> tuple[str, dict[str, Any]]:
    found = opened(lab, f"{COURSE}{CLIP}/", profile, play_s=140, outage_at=60, outage_for=60, max_secs=260)
    told = found["outage"] or {}
    words = f"{found['stall_s']:.1f} s of stall; {told.get('buffered_ahead_s')} s ahead as it began"
    return f"{words}; goes on {told.get('resume_after_s')} s after it", found


def leaves(lab: Any, profile: str) -> tuple[str, dict[str, Any]]:
    found = opened(lab, f"{COURSE}{CLIP}/", profile, play_s=30)
    return f"{found['fetched_unplayed_s']:.0f} s unplayed, {found['kb_total']:.0f} kB in all", found


def climbs(lab: Any, profile: str) -> tuple[str, dict[str, Any]]:
    found = opened(lab, f"{COURSE}{CLIP}/", profile, play_s=20)
    tall_ms = found["heard"].get("tall")
    return f"480 lines after {tall_ms / 1000:.1f} s" if tall_ms else "never 480 lines in 20 s", found


def comes_back(lab: Any, profile: str) -> tuple[str, dict[str, Any]]:
    found = opened(lab, COURSE, profile, repeat_visit=True)
    again = found["repeat"]
    return f"paints after {again['fcp']:.2f} s, {again['kb_total']:.1f} kB", again


CASES = {"plays on": plays_on, "outage": outage, "leaves": leaves, "climbs": climbs, "comes back": comes_back}


def main() -> int:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--profiles", nargs="+", default=["edge64", "edge100"])
    ask.add_argument("--cases", nargs="+", choices=list(CASES), default=list(CASES))
    ask.add_argument("--data", type=Path, default=RESULTS / "tmp" / "link", help="the site's folder, kept between runs")
    ask.add_argument("--cc", nargs="+", default=["cubic"], help="TCP congestion controls of the server")
    asked = ask.parse_args()
    if lacks := missing():
        print("link_stay cannot run here, it lacks: " + "; ".join(lacks), file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # the lab and the site are taken down however it ends
    rows = []
    with Site(asked.data.resolve(), (CLIP,), hosts=("learn.test", "127.0.0.1")) as site:
        for congestion in asked.cc:
            with lab_for(site, congestion) as lab:
                for profile in asked.profiles:
                    for name in asked.cases:
                        figure, found = CASES[name](lab, profile)
                        doubtful = "yes" if is_doubtful(found["link_late_ms"], found["host_lag_s"]) else "no"
                        rows.append(f"| {profile} | {congestion} | {name} | {figure} | {doubtful} |")
                        print(rows[-1], file=sys.stderr, flush=True)
    text = HEAD + "\n".join(rows) + "\n" + FOOT
    (RESULTS / "link-stay.md").write_text(text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
