"""What the API is told and says."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Field, Schema
from pydantic import AwareDatetime

from lms.reach.types import Link


class EventIn(Schema):
    """One event of a learner's phone."""

    id: UUID = Field(description="UUID version 7, made by the phone when it happened")
    kind: str = Field(description="lesson_played, lesson_completed")
    lesson_key: UUID
    at: AwareDatetime = Field(description="when it happened, by the phone's clock")
    data: dict[str, Any] = Field(default={}, description="lesson_played: position_s, duration_s")


class VisitIn(Schema):
    """How one visit to a lesson went. Nothing in it says who, or which lesson."""

    paint: int = Field(default=0, ge=0, le=3_600_000, description="ms to the first words; 0: not known")
    sound: int | None = Field(
        default=None, ge=0, le=3_600_000, description="ms from the tap on Play to the first sound"
    )
    stalls: int = Field(ge=0, le=10_000, description="how often the lesson stood still")
    stalled: int = Field(ge=0, le=86_400_000, description="ms that it stood still")
    played: int = Field(ge=0, le=86_400, description="s of the lesson that were played")
    kb: int = Field(ge=0, le=10_000_000, description="kB that the page fetched")
    link: Link = Field(default=Link.UNKNOWN, description="the browser's effectiveType")


class RejectionOut(Schema):
    """An event that was not kept; sending it again will not help."""

    id: str | None
    code: str


class EventsOut(Schema):
    """What became of the events."""

    accepted: list[UUID]
    rejected: list[RejectionOut]


class PersonOut(Schema):
    """Somebody signed in. By `id` a phone tells apart what waits for each of them: two may have one name."""

    id: UUID
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
