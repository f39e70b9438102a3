"""What a worker does for search besides the outbox: it builds the index when there is none that can be used."""

from datetime import datetime

from lms.core import work
from search import services
from search.errors import RebuildRunning
from search.selectors import engine


class _ToldToEnd(Exception):
    """The process is asked to end."""


def build_if_missing(*, now: datetime) -> bool:
    """Build the index if it is missing, unreadable, unfinished or of another version. True when one was built."""
    if engine().ready():
        return False
    try:
        services.rebuild(report=_end_when_told)
    except (RebuildRunning, _ToldToEnd):
        return False
    return True


def _end_when_told(done: int) -> None:
    if work.stopping.is_set():
        raise _ToldToEnd
