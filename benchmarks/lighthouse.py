"""`python -m benchmarks.lighthouse`: Lighthouse's mobile audit (slow 4G, a slow phone) of the learner's pages.

Starts the real site with a lesson it encodes itself and audits each page once in headless Chromium, on a first visit.
Prints a table of scores (0 to 100) with what was found wanting, writes `benchmarks/results/lighthouse.md`. Needs
Chromium and Node's `npx`, which fetches the pinned Lighthouse; says which is missing.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.site import COURSE, Site

RESULTS = Path(__file__).resolve().parent / "results"
LIGHTHOUSE = "lighthouse@12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices")
CLIP = "pattern"
PAGES = {
    "home": "/",
    "courses": "/courses/",
    "course": COURSE,
    "lesson": f"{COURSE}{CLIP}/",
    "search": "/search/?q=%E8%AF%BE",
    "simple view": "/simple/",
    "kept": "/kept/",
    "sign in": "/account/sign-in/",
    "home, English": "/en/",
}


def audit(address: str, report: Path) -> dict[str, Any]:
    """Lighthouse's report of one page. Raises RuntimeError with its last words when it could not be audited."""
    command = ["npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json", f"--output-path={report}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", "--chrome-flags=--headless=new --no-sandbox"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    if done.returncode:
        raise RuntimeError(f"{address}: {done.stderr[-500:]}")
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def wanting(found: dict[str, Any]) -> list[str]:
    """Names of the audits that cost points."""
    counted = {one["id"] for name in CATEGORIES for one in found["categories"][name]["auditRefs"] if one["weight"]}
    audits = found["audits"].items()
    return [name for name, one in audits if name in counted and one["score"] is not None and one["score"] < 0.9]


def row(name: str, found: dict[str, Any]) -> str:
    """One line of the table."""
    scores = [str(round(100 * (found["categories"][one]["score"] or 0))) for one in CATEGORIES]
    return f"| {name} | {' | '.join(scores)} | {', '.join(wanting(found)) or '–'} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", nargs="+", choices=PAGES, default=list(PAGES), help="which pages (default: all)")
    asked = parser.parse_args()
    missing = [program for program in ("chromium", "npx") if not shutil.which(program)]
    if missing:
        print(f"error: no_program: {' and '.join(missing)} needed for this audit", file=sys.stderr)
        return 1
    lines = [
        "# Lighthouse, mobile",
        "",
        f"`python -m benchmarks.lighthouse`, {LIGHTHOUSE.replace('@', ' ')}, one first visit a page. Bar: 98.",
        "",
        f"| page | {' | '.join(CATEGORIES)} | costs points |",
        "|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder, Site(Path(folder) / "site", clips=(CLIP,)) as site:
        for name in asked.pages:
            lines.append(row(name, audit(site.address + PAGES[name], Path(folder) / "report.json")))
            print(lines[-1], file=sys.stderr, flush=True)
    text = "\n".join(lines) + "\n"
    print(text)
    (RESULTS / "lighthouse.md").write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
