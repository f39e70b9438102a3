"""One builder at a time, for engines whose index is not on this machine."""

import contextlib
import fcntl
import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from search.errors import RebuildRunning


@contextlib.contextmanager
def builder(path: Path) -> Iterator[None]:
    """The only builder: on this machine by a lock on the file `path`, among machines by one in PostgreSQL.

    Both end with the process that holds them. Raises RebuildRunning when there is another.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RebuildRunning from error
        if connection.vendor != "postgresql":
            yield
            return
        number = int.from_bytes(hashlib.sha256(path.name.encode()).digest()[:8], signed=True)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
            if not cursor.fetchone()[0]:
                raise RebuildRunning
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [number])
