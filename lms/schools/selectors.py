"""What pages and feeds show of paired classes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from lms.schools.days import HOME_ZONE, WEEK, monday_of
from lms.schools.models import (
    Attendance,
    County,
    LeadTeacher,
    LessonRequest,
    LessonSeries,
    Member,
    Plan,
    School,
    SchoolClass,
    Term,
)
from lms.schools.scheduling.changes import Change
from lms.schools.scheduling.comparing import Comparison, compare
from lms.schools.scheduling.types import Receiver, Slot, Stream

KINDS = ("county", "school", "class", "room", "teacher")
_ROW_OF = {"county": County, "school": School, "room": School, "class": SchoolClass, "teacher": LeadTeacher}


@dataclass(frozen=True)
class Whose:
    """Whose week a board or a feed has: a kind of KINDS and the key of its row; `room` is 1.. of a school."""

    kind: str
    key: str
    name: str
    timezone: str
    room: int = 0


@dataclass(frozen=True)
class Lesson:
    """A class in a dated lesson. Times are local to whom the board is for; `theirs` is the other side's clock."""

    session: UUID
    attendance: UUID
    starts_at: datetime
    ends_at: datetime
    theirs: datetime
    subject: str
    level: str
    teacher: str
    site: str
    school: str
    school_class: str
    room: int


@dataclass(frozen=True)
class Day:
    day: date
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Given:
    """A dated lesson with all classes on the board that follow it."""

    lead: Lesson
    classes: tuple[Lesson, ...]


@dataclass(frozen=True)
class Board:
    """A week from Monday on; `before` and `after` are the Mondays beside it within the term, if there are any."""

    whose: Whose
    monday: date
    before: date | None
    after: date | None
    days: tuple[Day, ...]

    @property
    def lessons(self) -> int:
        return sum(len(day.lessons) for day in self.days)


@dataclass(frozen=True)
class LeftOut:
    """A request that the plan does not cover, with the codes of FORMAT.md, section 5.

    `changes` are the cheapest that would cover it, if any are known, and with them `gain` lessons a week in all.
    `partly` of its lessons could be given as it is.
    """

    school: str
    school_class: str
    subject: str
    level: str
    lessons_per_week: int
    reasons: tuple[str, ...]
    changes: tuple[Change, ...]
    gain: int
    partly: int


def terms_of(user_id: int, *, sees_all: bool) -> QuerySet[Term]:
    """The terms that somebody has to do with, the latest first."""
    terms = Term.objects.order_by("-starts_on", "-pk")
    return terms if sees_all else terms.filter(pk__in=Member.objects.filter(user_id=user_id).values("term"))


def memberships(term: Term, user_id: int) -> tuple[Member, ...]:
    """What somebody is in a term."""
    return tuple(Member.objects.filter(term=term, user_id=user_id).order_by("role", "key"))


def members(term: Term) -> QuerySet[Member]:
    """Who has to do with a term."""
    return Member.objects.filter(term=term).select_related("user").order_by("-role", "key", "user__username")


def published(term: Term) -> Plan | None:
    """The plan whose lessons are given."""
    return Plan.objects.filter(term=term, state=Plan.State.PUBLISHED).first()


def whose(term: Term, kind: str, key: str) -> Whose | None:
    """Whom a kind and a key name; None when nobody. The key of a room is that of its school, `/` and its number."""
    own, number = key, 0
    if kind == "room":
        own, _slash, text = key.rpartition("/")
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    model = _ROW_OF.get(kind)
    row: Any = model._default_manager.filter(term=term, key=own).first() if model and "\0" not in own else None
    if row is None or (kind == "room" and not 1 <= number <= row.remote_rooms):
        return None
    zone = HOME_ZONE
    if kind in {"school", "room"}:
        zone = row.timezone
    elif kind == "class":
        zone = row.school.timezone
    elif kind == "teacher":
        zone = row.site.timezone
    return Whose(kind, key, key, zone, number)


def choices(term: Term, kind: str) -> tuple[str, ...]:
    """The keys that a board of the kind can be of."""
    if kind == "room":
        rooms = School.objects.filter(term=term).order_by("key").values_list("key", "remote_rooms")
        return tuple(f"{key}/{number}" for key, many in rooms for number in range(1, many + 1))
    return tuple(_ROW_OF[kind]._default_manager.filter(term=term).order_by("key").values_list("key", flat=True))


def attended(term: Term, whom: Whose) -> QuerySet[Attendance]:
    """The dated lessons of somebody in all versions, cancelled ones too, in the order of time."""
    own = whom.key.rpartition("/")[0] if whom.kind == "room" else whom.key
    which = {
        "county": Q(school__county__key=own),
        "school": Q(school__key=own),
        "room": Q(school__key=own, room=whom.room),
        "class": Q(school_class__key=own),
        "teacher": Q(session__teacher__key=own),
    }[whom.kind]
    rows = Attendance.objects.filter(which, session__series__plan__term=term)
    related = ("school", "school_class", "session__series", "session__teacher__site")
    return rows.select_related(*related).order_by("starts_at", "school__key", "room")


# Of a thousand rows, reading bells and free hours that nobody looks at takes longer than all else.
_SHOWN = (
    "starts_at",
    "ends_at",
    "room",
    "school__key",
    "school__timezone",
    "school_class__key",
    "session__starts_at",
    "session__ends_at",
    "session__series__level",
    "session__teacher__key",
    "session__teacher__subject",
    "session__teacher__site__key",
    "session__teacher__site__timezone",
)


def board(term: Term, whom: Whose, day: date) -> Board:
    """The week of the day, or the term's nearest, in the time of the place the board is for."""
    day = min(max(day, term.starts_on), term.ends_on)
    monday = monday_of(day)
    zone = ZoneInfo(whom.timezone)
    begins = datetime.combine(monday, time(), zone)
    rows = attended(term, whom).filter(
        cancelled=False, starts_at__gte=begins, starts_at__lt=datetime.combine(monday + WEEK, time(), zone)
    )
    lessons = [_lesson(row, whom, zone) for row in rows.only(*_SHOWN)]
    days = []
    for at in range(7):
        one = monday + timedelta(days=at)
        here = tuple(lesson for lesson in lessons if lesson.starts_at.date() == one)
        if at < 5 or here:
            days.append(Day(one, here))
    before, after = monday - WEEK, monday + WEEK
    return Board(
        whom,
        monday,
        before if monday > term.starts_on else None,
        after if after <= term.ends_on else None,
        tuple(days),
    )


def given(day: Day) -> tuple[Given, ...]:
    """The lessons of a day, each once, in the order of time and of who gives them."""
    by_session: dict[UUID, list[Lesson]] = {}
    for lesson in sorted(day.lessons, key=lambda one: (one.starts_at, one.subject, one.teacher)):
        by_session.setdefault(lesson.session, []).append(lesson)
    return tuple(Given(several[0], tuple(several)) for several in by_session.values())


def _lesson(row: Attendance, whom: Whose, zone: ZoneInfo) -> Lesson:
    session = row.session
    site = session.teacher.site
    leads = whom.kind == "teacher"
    mine, other = (session, row) if leads else (row, session)
    their_zone = ZoneInfo(row.school.timezone if leads else site.timezone)
    return Lesson(
        session=session.pk,
        attendance=row.pk,
        starts_at=mine.starts_at.astimezone(zone),
        ends_at=mine.ends_at.astimezone(zone),
        theirs=other.starts_at.astimezone(their_zone),
        subject=session.teacher.subject,
        level=session.series.level,
        teacher=session.teacher.key,
        site=site.key,
        school=row.school.key,
        school_class=row.school_class.key,
        room=row.room,
    )


def left_out(plan: Plan) -> tuple[LeftOut, ...]:
    """The requests that a plan does not cover, by school and class."""
    by_key = {one["request"]: one for one in plan.left_out}
    rows = LessonRequest.objects.filter(term=plan.term_id, key__in=by_key).select_related("school_class__school")
    return tuple(
        LeftOut(
            row.school_class.school.key,
            row.school_class.key,
            row.subject,
            row.level,
            row.lessons_per_week,
            tuple(by_key[row.key]["reasons"]),
            tuple(_change(*one) for one in by_key[row.key].get("changes", ())),
            by_key[row.key].get("gain", 0),
            by_key[row.key].get("partly", 0),
        )
        for row in rows.order_by("school_class__school__key", "school_class__key", "subject", "key")
    )


def _change(kind: str, key: str, slot: list[int] | None, more: int) -> Change:
    return Change(kind, key, (slot[0], slot[1]) if slot else None, more)


@dataclass(frozen=True)
class Advice:
    """Changes that would cover more, and how many lessons a week."""

    changes: tuple[Change, ...]
    gain: int


def advice(rows: Iterable[LeftOut]) -> tuple[Advice, ...]:
    """The changes of what is left out, each once: the most lessons for the least first."""
    each = {row.changes: Advice(row.changes, row.gain) for row in rows if row.changes}
    return tuple(
        sorted(each.values(), key=lambda one: (-one.gain / sum(it.price for it in one.changes), -one.gain, one.changes))
    )


def streams(plan: Plan) -> Iterator[Stream]:
    """A plan's weekly series, as planning knows them."""
    rows = LessonSeries.objects.filter(plan=plan).select_related("teacher")
    for one in rows.prefetch_related("receivers__request__school_class").order_by("pk"):
        receivers = tuple(
            Receiver(each.request.key, each.request.school_class.key, tuple(_slots(each.slots)))
            for each in sorted(one.receivers.all(), key=lambda each: each.request.key)
        )
        yield Stream(one.teacher.key, one.teacher.subject, one.level, tuple(_slots(one.slots)), receivers)


def _slots(rows: list[list[int]]) -> list[Slot]:
    return [(row[0], row[1]) for row in rows]


COMPARED = (Plan.State.DRAFT, Plan.State.PUBLISHED, Plan.State.WITHDRAWN)
"""The states in which a plan has series."""


def compared_with(plan: Plan) -> QuerySet[Plan]:
    """The other versions of its term that a plan can be compared with, the latest first."""
    others = Plan.objects.filter(term=plan.term_id, state__in=COMPARED).exclude(pk=plan.pk)
    return others.order_by("-version") if plan.state in COMPARED else others.none()


@dataclass(frozen=True)
class Other:
    """A request whose lessons differ between two plans: (teacher, slot of the school) of each, before and after."""

    school: str
    school_class: str
    subject: str
    lessons_per_week: int
    before: tuple[tuple[str, Slot], ...]
    after: tuple[tuple[str, Slot], ...]


def differences(before: Plan, after: Plan) -> tuple[Comparison, dict[str, Other]]:
    """Two plans of a term side by side, and what is known of each request that differs."""
    found = compare(streams(before), streams(after))
    rows = LessonRequest.objects.filter(term=after.term_id, key__in=[one.request for one in found.differences])
    by_key = {row.key: row for row in rows.select_related("school_class__school")}
    return found, {
        one.request: Other(
            by_key[one.request].school_class.school.key,
            by_key[one.request].school_class.key,
            by_key[one.request].subject,
            by_key[one.request].lessons_per_week,
            *(tuple(sorted((teacher, own) for teacher, _lead, own in which)) for which in (one.before, one.after)),
        )
        for one in found.differences
    }
