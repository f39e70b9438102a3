"""`python -m benchmarks.connections`: how the site should keep its connections to PostgreSQL.

Threads as gunicorn's gthread has them answer requests of nine small queries, with a new connection for each request,
with one kept by each thread, and with a pool that they share. Needs DATABASE_URL (`make services`). Prints a table.
"""

import argparse
import os
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

QUERIES = 9  # of a course page
WAYS: dict[str, dict[str, Any]] = {
    "new each time": {},
    "kept by each thread": {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True},
    "pool of 4": {"CONN_HEALTH_CHECKS": True, "OPTIONS": {"pool": {"min_size": 4, "max_size": 4}}},
    "pool of 8": {"CONN_HEALTH_CHECKS": True, "OPTIONS": {"pool": {"min_size": 8, "max_size": 8}}},
}


@dataclass(frozen=True)
class Row:
    """What one way took."""

    way: str
    per_second: float
    p50_ms: float
    p95_ms: float
    connections: int


def one_request(times: list[float]) -> None:
    from django.db import close_old_connections, connection

    began = time.monotonic()
    close_old_connections()
    for _ in range(QUERIES):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM wagtailcore_page WHERE depth < 4")
            cursor.fetchone()
    close_old_connections()
    times.append((time.monotonic() - began) * 1000)


def measure(way: str, *, threads: int, requests: int) -> Row:
    """Answer `requests` requests in `threads` threads."""
    from django.db import connections

    original = connections.settings["default"]
    connections.settings["default"] = {
        **original,
        **WAYS[way],
        "OPTIONS": {**original["OPTIONS"], **WAYS[way].get("OPTIONS", {})},
    }
    times: list[float] = []
    with ThreadPoolExecutor(threads) as executor:
        ready = threading.Barrier(threads)
        for waiting in [executor.submit(lambda: (ready.wait(), one_request([]))) for _ in range(threads)]:
            waiting.result()
        began = time.monotonic()
        for waiting in [executor.submit(one_request, times) for _ in range(requests)]:
            waiting.result()
        took = time.monotonic() - began
        count = executor.submit(_count).result()
    connections.settings["default"] = original
    p95 = statistics.quantiles(times, n=20)[-1]
    return Row(way, requests / took, statistics.median(times), p95, count)


def _count() -> int:
    """Connections of the database, as the server sees them."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        row = other.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchone()
    assert row is not None
    return int(row[0])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.connections")
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--requests", type=int, default=2000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    import django

    django.setup()
    print(f"{options.threads} threads, {options.requests} requests of {QUERIES} queries")
    print(f"{'connections':22} {'requests/s':>10} {'p50 ms':>8} {'p95 ms':>8} {'open':>5}")
    for way in WAYS:
        row = measure(way, threads=options.threads, requests=options.requests)
        print(f"{row.way:22} {row.per_second:10.0f} {row.p50_ms:8.1f} {row.p95_ms:8.1f} {row.connections:5}")


if __name__ == "__main__":
    main()
