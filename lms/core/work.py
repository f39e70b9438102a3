"""What a worker does: each room registers one function that does the next piece of its work."""

import threading
from datetime import datetime
from typing import Protocol


class Work(Protocol):
    """Does one piece of work. Returns False when there was nothing to do."""

    def __call__(self, *, now: datetime) -> bool: ...


class IsPending(Protocol):
    """True when work will be due within a minute or so, though there is none this moment."""

    def __call__(self, *, now: datetime) -> bool: ...


# Set when the process is asked to end: long work looks at it and stops, leaving nothing half-done.
stopping = threading.Event()
_sources: dict[str, Work] = {}
_pending: dict[str, IsPending] = {}


def register(name: str, work: Work, *, is_pending: IsPending | None = None) -> None:
    """Let workers call `work` again and again. It must be safe to run in many processes at once."""
    _sources[name] = work
    if is_pending is not None:
        _pending[name] = is_pending


def sources() -> dict[str, Work]:
    """The registered work by name."""
    return dict(_sources)


def is_pending(*, now: datetime) -> bool:
    """True when some work will be due soon."""
    return any(ask(now=now) for ask in _pending.values())
