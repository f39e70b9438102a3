"""What fifty phones did without a link, told days later, twice and in any order, leaves the same records."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from lms.records import services
from lms.records.models import LearningEvent, LessonProgress
from lms.records.types import Event, Learner
from tests.factories import courses as factory

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
DEVICES, EVENTS_EACH, BATCH = 50, 200, 200
NOW = datetime(2026, 11, 26, tzinfo=UTC)


def told(device: int, lessons: list[UUID], chance: random.Random) -> list[Event]:
    """The events of one phone over two weeks; some at the very same moment."""
    events = []
    for number in range(EVENTS_EACH):
        at = NOW - timedelta(days=14) + timedelta(seconds=chance.randrange(14 * 24 * 3600) // 3600 * 3600)
        lesson = chance.choice(lessons)
        done = chance.random() < 0.05
        data: dict[str, Any] = {} if done else {"position_s": float(chance.randrange(600)), "duration_s": 600.0}
        identity = UUID(int=(int(at.timestamp() * 1000) << 80) | (7 << 76) | (2 << 62) | (device << 20) | number)
        events.append(Event(identity, "lesson_completed" if done else "lesson_played", lesson, at, data))
    return events


def records() -> list[tuple[Any, ...]]:
    """All that is known, without the rows' own numbers."""
    progress = LessonProgress.objects.order_by("guest", "lesson_key")
    return list(
        progress.values_list("guest", "lesson_key", "position_s", "position_at", "fraction", "completed_at", "at")
    )


def replay(messages: list[tuple[Learner, list[Event]]], seed: int) -> None:
    """Every message, in an order of its own, its events too."""
    chance = random.Random(seed)
    for learner, events in chance.sample(messages, len(messages)):
        services.record_events(learner=learner, events=chance.sample(events, len(events)), now=NOW)


def test_ten_thousand_events_told_twice_in_any_order_leave_the_same_records() -> None:
    course = factory.course()
    lessons = [factory.lesson(course).translation_key for _ in range(5)]
    chance = random.Random(7)
    messages = []
    for device in range(DEVICES):
        learner, events = Learner(guest=UUID(int=device + 1)), told(device, lessons, chance)
        chance.shuffle(events)
        messages += [(learner, events[at : at + BATCH // 4]) for at in range(0, EVENTS_EACH, BATCH // 4)]
    replay(messages, seed=1)
    once = records()
    assert LearningEvent.objects.count() == DEVICES * EVENTS_EACH
    replay(messages, seed=2)
    assert records() == once
    LearningEvent.objects.all().delete()
    LessonProgress.objects.all().delete()
    replay(messages + messages, seed=3)
    assert records() == once
