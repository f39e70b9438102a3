"""What the API is told and says."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime


class EventIn(Schema):
    """One event of a learner's phone."""

    id: UUID = Field(description="UUID version 7, made by the phone when it happened")
    kind: str = Field(description="lesson_played, lesson_completed")
    lesson_key: UUID
    at: AwareDatetime = Field(description="when it happened, by the phone's clock")
    data: dict[str, Any] = Field(default={}, description="lesson_played: position_s, duration_s")


class RejectionOut(Schema):
    """An event that was not kept; sending it again will not help."""

    id: str | None
    code: str


class EventsOut(Schema):
    """What became of the events."""

    accepted: list[UUID]
    rejected: list[RejectionOut]


class PersonOut(Schema):
    """Somebody signed in."""

    name: str


class ProgressOut(Schema):
    """How far the learner is in a lesson."""

    position_s: float
    fraction: float
    completed: bool
    at: datetime


class MeOut(Schema):
    """All that is personal in a page."""

    user: PersonOut | None
    progress: dict[str, ProgressOut] = Field(description="by lesson_key")


class ErrorOut(Schema):
    """Why a call was refused."""

    code: str
    sentence: str
