"""Fifty phones come back from the field: what they tell, in whatever order and however often, is counted once."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from lms.core.ids import uuid7
from lms.records.models import LearningEvent, LessonProgress
from lms.records.services import record_events
from lms.records.types import MAX_EVENTS, Event, Learner
from media_pipeline.testing import received_asset
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
DEVICES, EVENTS_EACH, LESSONS = 50, 200, 6
START = datetime(2026, 11, 1, tzinfo=UTC)
NOW = START + timedelta(days=9)
Sent = tuple[Learner, Event]


def lessons() -> list[UUID]:
    course = make.course()
    asset_id = received_asset()
    return [make.lesson(course, asset_id=asset_id).translation_key for _ in range(LESSONS)]


def told(chance: random.Random, keys: Sequence[UUID]) -> list[Sent]:
    """What the phones have to tell. Every fifth belongs to the learner of another; some clocks are days ahead."""
    learners = [Learner(guest=uuid4()) for _ in range(DEVICES * 4 // 5)]
    found = []
    for device in range(DEVICES):
        learner = learners[device % len(learners)]
        ahead = timedelta(days=chance.choice([0, 0, 0, 5]))
        for _ in range(EVENTS_EACH):
            at = START + ahead + timedelta(seconds=chance.randrange(0, 3 * 86_400, 60))
            kind = chance.choices(["lesson_played", "lesson_completed"], [9, 1])[0]
            data = {"position_s": chance.randrange(0, 600), "duration_s": 600} if kind == "lesson_played" else {}
            found.append((learner, Event(uuid7(), kind, chance.choice(keys), at, data)))
    return found


def send(chance: random.Random, events: Sequence[Sent]) -> None:
    """In calls of up to 200 of one learner, mixed."""
    mixed = list(events)
    chance.shuffle(mixed)
    by_learner: dict[Learner, list[Event]] = {}
    for learner, event in mixed:
        by_learner.setdefault(learner, []).append(event)
    calls = [
        (learner, own[at : at + size])
        for learner, own in by_learner.items()
        for size in [chance.randrange(20, MAX_EVENTS + 1)]
        for at in range(0, len(own), size)
    ]
    chance.shuffle(calls)
    for learner, part in calls:
        assert not record_events(learner=learner, events=part, now=NOW).rejected


def records() -> tuple[list[Any], list[Any]]:
    events = LearningEvent.objects.order_by("id").values_list("id", "kind", "lesson_key", "at", "guest", "data")
    columns = ("guest", "lesson_key", "position_s", "position_at", "fraction", "completed_at", "at")
    return list(events), list(LessonProgress.objects.order_by("guest", "lesson_key").values_list(*columns))


def test_ten_thousand_events_of_fifty_devices_told_twice_in_any_order_are_the_same_records() -> None:
    chance = random.Random(7)
    events = told(chance, lessons())
    send(chance, events)
    once = records()
    assert len(once[0]) == DEVICES * EVENTS_EACH == 10_000
    send(chance, events)
    assert records() == once
    LearningEvent.objects.all().delete()
    LessonProgress.objects.all().delete()
    send(chance, [*events, *events])
    assert records() == once
