"""The one source of the present, so that services take `now` and tests choose it.

Many machines share one clock: the database's. Each process asks it now and then and counts on by its own monotonic
clock, so that a lease means the same everywhere though the machines' wall clocks differ. With SQLite there is one
machine, and its own clock is the one.
"""

import threading
import time
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

ASKED_EVERY_S = 60.0
_asking = threading.Lock()
_anchor: tuple[float, datetime] | None = None  # a second of this process, and the database's time at it


def now() -> datetime:
    """The present, aware, in UTC. Raises DatabaseError when it must be asked of a database that is away."""
    global _anchor
    if connection.vendor != "postgresql":
        return timezone.now()
    with _asking:
        if _anchor is None or (time.monotonic() - _anchor[0] > ASKED_EVERY_S and not connection.needs_rollback):
            _anchor = _ask()
        second, then = _anchor
    return then + timedelta(seconds=time.monotonic() - second)


def _ask() -> tuple[float, datetime]:
    """The database's time, taken to be that of the middle of the question."""
    with connection.cursor() as cursor:
        before = time.monotonic()
        cursor.execute("SELECT clock_timestamp()")
        (then,) = cursor.fetchone()
        return (before + time.monotonic()) / 2, then
