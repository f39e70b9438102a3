"""What was done to lessons, noted in the transaction that does it, for everyone who must be told.

What is noted are codes, keys and times: no name of a pupil, and no language yet.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from lms.core import outbox
from lms.schools.models import Attendance, Channel, Delivery, Notice, Plan, Repair, Session, Term

TOPIC = "schools.notices"
Told = dict[str, Any]


def note_plan(*, plan: Plan, kind: str, lessons: int, now: datetime) -> Notice:
    """A plan was published or withdrawn, with so many lessons."""
    return _note(plan.term, kind, {"version": plan.version, "lessons": lessons}, now)


def note_move(*, session: Session, before: Told, now: datetime) -> Notice:
    """A lesson has been moved; `before` is what `lesson` said of it until now."""
    return _note(session.series.plan.term, Notice.Kind.MOVED, {"was": before, "now": lesson(session)}, now)


def note_repair(*, repair: Repair, zone: str, now: datetime) -> Notice:
    """Something has happened, and what was done about it; times are told by the clock of `zone`."""
    told = {
        "kind": repair.kind,
        "whose": repair.whose,
        "begins": repair.begins.isoformat(),
        "ends": repair.ends.isoformat(),
        "zone": zone,
        "reason": repair.reason,
        "changes": repair.changes,
    }
    return _note(repair.term, Notice.Kind.REPAIRED, told, now)


def note_cancelled(*, term: Term, lessons: Iterable[Told], now: datetime) -> Notice:
    """Lessons have been cancelled; each as `lesson` said of it before."""
    return _note(term, Notice.Kind.CANCELLED, {"lessons": list(lessons)}, now)


def note_trial(*, channel: Channel, now: datetime) -> Notice:
    """Somebody wants to see whether a channel works: for that one alone."""
    return _note(channel.term, Notice.Kind.TRIED, {}, now, [channel])


def lesson(session: Session) -> Told:
    """A dated lesson as it is now: who gives it, who follows, when on which clock."""
    rows = session.attendances.filter(cancelled=False).select_related("school", "school_class")
    return {
        "subject": session.teacher.subject,
        "teacher": session.teacher.key,
        "site": session.teacher.site.key,
        "starts_at": session.starts_at.isoformat(),
        "timezone": session.teacher.site.timezone,
        "classes": [_followed(row) for row in rows.order_by("school__key", "room")],
    }


def _followed(row: Attendance) -> Told:
    return {
        "class": row.school_class.key,
        "school": row.school.key,
        "room": row.room,
        "starts_at": row.starts_at.isoformat(),
        "timezone": row.school.timezone,
    }


def _note(term: Term, kind: str, told: Told, now: datetime, channels: Iterable[Channel] | None = None) -> Notice:
    notice = Notice.objects.create(term=term, kind=kind, told=told, made_at=now)
    to = list(Channel.objects.filter(term=term) if channels is None else channels)
    Delivery.objects.bulk_create(Delivery(notice=notice, channel=channel) for channel in to)
    for channel in to:
        outbox.enqueue(topic=TOPIC, subject=channel.pk)
    return notice
