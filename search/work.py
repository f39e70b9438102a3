"""What a worker does for search besides the outbox: it builds the index when there is none that can be used."""

import time
from datetime import datetime

from django.conf import settings

from lms.core import work
from search import services
from search.errors import EngineAway, RebuildRunning
from search.selectors import engine, standby

RESTS_S = 60.0  # before a build that failed is begun anew: it reads the whole site
_rests_until: dict[str, float] = {}  # by backend, on this process's own clock


class _ToldToEnd(Exception):
    """The process is asked to end."""


def build_if_missing(*, now: datetime) -> bool:
    """Build what is missing, unreadable, unfinished or of another version: the index, and the standby's.

    True when one was built. A cluster that is away is asked again later, a build that failed begun anew later.
    """
    # The standby first: it is made in moments, and answers until the cluster's index is whole.
    return any(_build_if_missing(backend) for backend in ("embedded", "elasticsearch") if _used(backend))


def _used(backend: str) -> bool:
    return backend == settings.SEARCH_BACKEND or (backend == "embedded" and standby() is not None)


def _build_if_missing(backend: str) -> bool:
    if time.monotonic() < _rests_until.get(backend, 0):
        return False
    try:
        if engine(backend).ready():
            return False
        _rests_until[backend] = time.monotonic() + RESTS_S
        services.rebuild(backend=backend, report=_end_when_told)
    except EngineAway:
        return False
    except (RebuildRunning, _ToldToEnd):
        del _rests_until[backend]
        return False
    del _rests_until[backend]
    return True


def _end_when_told(done: int) -> None:
    if work.stopping.is_set():
        raise _ToldToEnd
