"""What a worker does: each room registers one function that does the next piece of its work."""

from datetime import datetime
from typing import Protocol


class Work(Protocol):
    """Does one piece of work. Returns False when there was nothing to do."""

    def __call__(self, *, now: datetime) -> bool: ...


_sources: dict[str, Work] = {}


def register(name: str, work: Work) -> None:
    """Let workers call `work` again and again. It must be safe to run in many processes at once."""
    _sources[name] = work


def sources() -> dict[str, Work]:
    """The registered work by name."""
    return dict(_sources)
