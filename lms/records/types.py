"""What other rooms see of records: frozen values."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

MAX_EVENTS = 200


@dataclass(frozen=True)
class Learner:
    """Whose record it is: somebody signed in, or a guest known by the number their phone keeps. Exactly one is set."""

    user_id: int | None = None
    guest: UUID | None = None

    @property
    def owner(self) -> dict[str, Any]:
        """The columns that name the learner in a row."""
        return {"user_id": self.user_id, "guest": self.guest}


@dataclass(frozen=True)
class Event:
    """One event as a phone sent it, its form checked."""

    id: UUID
    kind: str
    lesson_key: UUID
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rejection:
    """An event that cannot be kept, and why: sending it again will not help."""

    id: str
    code: str


@dataclass(frozen=True)
class Recorded:
    """What became of a batch."""

    accepted: tuple[UUID, ...]
    rejected: tuple[Rejection, ...]


@dataclass(frozen=True)
class Progress:
    """How far a learner is in a lesson. `fraction` is the furthest point reached, 0..1."""

    lesson_key: UUID
    position_s: float
    fraction: float
    completed: bool
    at: datetime
