"""What a worker does for search besides the outbox: it builds the index when there is none that can be used."""

from datetime import datetime

from search import services
from search.errors import RebuildRunning
from search.selectors import engine


def build_if_missing(*, now: datetime) -> bool:
    """Build the index if it is missing, unreadable, unfinished or of another version. True when one was built."""
    if engine().ready():
        return False
    try:
        services.rebuild()
    except RebuildRunning:
        return False
    return True
