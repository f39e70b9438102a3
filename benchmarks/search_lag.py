"""From publishing to being found in the cluster: `python -m benchmarks.search_lag`, into results/search-lag.{json,md}.

A real worker on a throw-away site of its own; the cluster of ELASTICSEARCH_URL behind a proxy that is closed for the
outage. The bars: found within 2 s of publishing, and within 60 s of the end of an outage.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from tests import database
from tests.contract.proxy import Proxy, proxied

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Path(__file__).parent / "results"
LESSONS = 20
OUTAGE_S = 45
LOOK_EVERY_S = 0.02
PATIENCE_S = 120


@contextmanager
def site(url: str, folder: Path) -> Iterator[None]:
    """This process and a worker as a site that searches at `url`."""
    shutil.copyfile(database.template(), folder / "db.sqlite3")
    os.environ |= {
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "lms.settings",
        "SEARCH_BACKEND": "elasticsearch",
        "SEARCH_STANDBY": "none",
        "ELASTICSEARCH_URL": url,
        "ELASTICSEARCH_INDEX": f"bench-{uuid4().hex}",
    }
    import django

    django.setup()
    from search import selectors

    worker = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=ROOT, start_new_session=True)
    try:
        until(lambda: selectors.elasticsearch().state().whole)
        yield
    finally:
        worker.terminate()
        worker.wait()
        selectors.elasticsearch().delete_all()


def until(true: Callable[[], bool]) -> float:
    """Wait until it is so. Returns the seconds that took; raises TimeoutError."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > PATIENCE_S:
            raise TimeoutError(f"not within {PATIENCE_S} s")
        time.sleep(LOOK_EVERY_S)
    return time.monotonic() - began


def found(word: str) -> int:
    """How many are found in the cluster; while it is away none."""
    from search import selectors
    from search.errors import EngineAway

    try:
        return selectors.search(word, language="zh-hans", backend="elasticsearch").total
    except EngineAway:
        return 0


def measure(proxy: Proxy) -> dict[str, Any]:
    """Publish in normal times, then during an outage."""
    from django.db import transaction

    from tests.factories import courses

    lags = []
    for number in range(LESSONS):
        with transaction.atomic():
            courses.course(f"normal{number}")
        lags.append(until(lambda number=number: found(f"normal{number}") == 1))  # type: ignore[misc]
    proxy.close()
    ends = time.monotonic() + OUTAGE_S
    publishing = []
    for number in range(LESSONS):
        began = time.monotonic()
        with transaction.atomic():
            courses.course(f"outage {number}")
        publishing.append(time.monotonic() - began)
    time.sleep(max(ends - time.monotonic(), 0))
    proxy.open()
    return {
        "published": LESSONS,
        "found_after_median_s": round(median(lags), 2),
        "found_after_longest_s": round(max(lags), 2),
        "outage_s": OUTAGE_S,
        "published_in_the_outage": LESSONS,
        "longest_publish_in_the_outage_s": round(max(publishing), 2),
        "all_found_after_its_end_s": round(until(lambda: found("outage") == LESSONS), 2),
    }


def main() -> int:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if not (url := os.environ.get("ELASTICSEARCH_URL")):
            print("error: not_measured: set ELASTICSEARCH_URL", file=sys.stderr)
            return 1
        proxy, through = stack.enter_context(proxied(url))
        stack.enter_context(site(through, folder))
        figures = measure(proxy)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "search-lag.json").write_text(json.dumps(figures, indent=1) + "\n")
    lines = ["# From publishing to being found in the cluster", "", "`python -m benchmarks.search_lag`", "", "| | |"]
    lines += ["|---|---|", *(f"| {name.replace('_', ' ')} | {value} |" for name, value in figures.items())]
    (RESULTS / "search-lag.md").write_text("\n".join([*lines, ""]))
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
