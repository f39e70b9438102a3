"""Keeping what learners did."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from courses import selectors as courses
from lms.records.models import LearningEvent, LessonProgress
from lms.records.projection import State, apply
from lms.records.types import Event, Learner, Recorded, Rejection

MAX_SECONDS = 24 * 3600
FIRST_YEAR = 2020  # a phone whose clock has never been set says 1970, or worse
# What each kind of event may say; the rest of what a phone sends is not kept.
FIELDS: dict[str, tuple[str, ...]] = {"lesson_played": ("position_s", "duration_s"), "lesson_completed": ()}


@transaction.atomic
def record_events(*, learner: Learner, events: Sequence[Event], now: datetime) -> Recorded:
    """Keep `events` of `learner` and bring their progress up to date; repeating is harmless.

    Events of unknown kind or lesson, or with data out of range, are rejected with a code; the others are kept.
    A phone's clock may be ahead: no event counts as later than `now`.
    """
    titles = courses.lesson_titles({event.lesson_key for event in events})
    rejected = [Rejection(str(event.id), code) for event in events if (code := _refusal(event, titles))]
    refused = {row.id for row in rejected}
    good = [replace(event, at=min(event.at, now)) for event in events if str(event.id) not in refused]
    known = set(LearningEvent.objects.filter(id__in=[event.id for event in good]).values_list("id", flat=True))
    fresh = {event.id: event for event in good if event.id not in known}
    LearningEvent.objects.bulk_create(
        [
            LearningEvent(
                id=event.id,
                kind=event.kind,
                lesson_key=event.lesson_key,
                lesson_title=titles[event.lesson_key][:255],
                at=event.at,
                received_at=now,
                data={name: event.data[name] for name in FIELDS[event.kind]},
                **learner.owner,
            )
            for event in fresh.values()
        ],
        ignore_conflicts=True,
    )
    by_lesson: dict[UUID, list[Event]] = defaultdict(list)
    for event in fresh.values():
        by_lesson[event.lesson_key].append(event)
    for lesson_key, lesson_events in by_lesson.items():
        _advance(learner, lesson_key, titles[lesson_key], lesson_events)
    return Recorded(tuple(event.id for event in good), tuple(rejected))


def _advance(learner: Learner, lesson_key: UUID, title: str, events: list[Event]) -> None:
    """Apply `events` to the learner's row of one lesson, making it if there is none."""
    row, _ = LessonProgress.objects.select_for_update().get_or_create(
        **learner.owner, lesson_key=lesson_key, defaults={"lesson_title": title[:255], "at": events[0].at}
    )
    before = State(row.position_s, row.position_at, row.fraction, row.completed_at, row.at)
    for name, value in asdict(apply(before, events)).items():
        setattr(row, name, value)
    row.lesson_title = title[:255]
    row.save()


def _refusal(event: Event, titles: dict[UUID, str]) -> str | None:
    """Why this event cannot be kept, as a code; None when it can."""
    if event.kind not in LearningEvent.Kind.values:
        return "unknown_kind"
    if event.lesson_key not in titles:
        return "unknown_lesson"
    if event.at.year < FIRST_YEAR:
        return "bad_time"
    if event.kind == "lesson_played" and not _played_data_is_good(event.data):
        return "bad_data"
    return None


def _played_data_is_good(data: dict[str, Any]) -> bool:
    position, duration = _number(data.get("position_s")), _number(data.get("duration_s"))
    return position is not None and bool(duration)


def _number(value: object) -> float | None:
    """Seconds of a lesson, as JSON gives them; None for what is no number or out of range."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared before it is made a float: whole numbers of JSON can be larger than any.
    return float(value) if 0 <= value <= MAX_SECONDS else None
