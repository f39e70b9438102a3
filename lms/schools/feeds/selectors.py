"""What stands in somebody's calendar."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from lms.schools.feeds.services import digest
from lms.schools.models import Feed, Plan, Session, Term
from lms.schools.selectors import Whose, attended

KINDS = ("school", "class", "room", "teacher")


@dataclass(frozen=True)
class Entry:
    """A dated lesson as its own side has it; `theirs` is when it starts at the other side, all in UTC.

    `uid` stays when the lesson is moved; `sequence` counts the changes, `changed_at` is when the last one was made.
    """

    uid: UUID
    sequence: int
    changed_at: datetime
    starts_at: datetime
    ends_at: datetime
    theirs: datetime
    their_zone: str
    is_cancelled: bool
    is_recording: bool
    subject: str
    teacher: str
    site: str
    school: str
    room: int
    classes: tuple[str, ...]
    replaces: datetime | None


@dataclass(frozen=True)
class _Row:
    """The columns of a class in a dated lesson, as `_COLUMNS` names them."""

    attendance: UUID
    session: UUID
    sequence: int
    changed_at: datetime | None
    published_at: datetime | None
    plan: UUID
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    lead_starts_at: datetime
    lead_ends_at: datetime
    state: str
    mode: str
    subject: str
    teacher: str
    site: str
    site_zone: str
    school: str
    school_zone: str
    room: int
    school_class: str
    replaces: datetime | None


_COLUMNS = (
    "pk",
    "session__pk",
    "session__sequence",
    "session__changed_at",
    "session__series__plan__published_at",
    "session__series__plan",
    "starts_at",
    "ends_at",
    "cancelled",
    "session__starts_at",
    "session__ends_at",
    "session__state",
    "session__mode",
    "session__teacher__subject",
    "session__teacher__key",
    "session__teacher__site__key",
    "session__teacher__site__timezone",
    "school__key",
    "school__timezone",
    "room",
    "school_class__key",
    "replaces__starts_at",
)


def feed_of(term: Term, whom: Whose) -> Feed | None:
    """The calendar that somebody has."""
    return Feed.objects.filter(term=term, kind=whom.kind, key=whom.key).first()


def feed_by(token: str) -> Feed | None:
    """The calendar with that secret address."""
    return Feed.objects.select_related("term").filter(digest=digest(token)).first()


def entries(term: Term, whom: Whose) -> tuple[Entry, ...]:
    """All lessons of the term that were not taken over by a later version, cancelled ones too, in the order of time."""
    current = (
        Plan.objects.filter(term=term, published_at__isnull=False)
        .order_by("-published_at", "-version")
        .values_list("pk", flat=True)
        .first()
    )
    rows = (_Row(*values) for values in attended(term, whom).values_list(*_COLUMNS))
    found = _of_teacher(rows) if whom.kind == "teacher" else map(_of_class, rows)
    shown = [(plan, entry) for plan, entry in found if plan == current or not entry.is_cancelled]
    return tuple(sorted((entry for _plan, entry in shown), key=lambda one: (one.starts_at, one.uid)))


def tag(feed: Feed, shown: tuple[Entry, ...]) -> str:
    """An entity tag (RFC 9110, 8.8.3): another one whenever the calendar would say something else."""
    said = repr((feed.pk, feed.language, feed.term.name, shown))
    return f'"{hashlib.sha256(said.encode()).hexdigest()[:32]}"'


def _of_class(row: _Row) -> tuple[UUID, Entry]:
    return row.plan, Entry(
        uid=row.attendance,
        sequence=row.sequence,
        changed_at=_changed_at(row),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        theirs=row.lead_starts_at,
        their_zone=row.site_zone,
        is_cancelled=row.cancelled or row.state == Session.State.CANCELLED,
        is_recording=row.mode == Session.Mode.RECORDING,
        subject=row.subject,
        teacher=row.teacher,
        site=row.site,
        school=row.school,
        room=row.room,
        classes=(row.school_class,),
        replaces=row.replaces,
    )


def _of_teacher(rows: Iterator[_Row]) -> Iterator[tuple[UUID, Entry]]:
    """One entry for all classes that follow a lesson."""
    by_session: dict[UUID, list[_Row]] = {}
    for row in rows:
        by_session.setdefault(row.session, []).append(row)
    for session, several in by_session.items():
        follow = [row for row in several if not row.cancelled] or several
        first = follow[0]
        plan, entry = _of_class(first)
        yield (
            plan,
            replace(
                entry,
                uid=session,
                starts_at=first.lead_starts_at,
                ends_at=first.lead_ends_at,
                theirs=first.starts_at,
                their_zone=first.school_zone,
                is_cancelled=first.state == Session.State.CANCELLED,
                classes=tuple(row.school_class for row in follow),
            ),
        )


def _changed_at(row: _Row) -> datetime:
    at = row.changed_at or row.published_at
    assert at is not None  # only published plans have lessons
    return at
