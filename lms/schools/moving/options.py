"""Where a dated lesson could go in a week, and what stands in the way elsewhere.

The rules are those of FORMAT.md, section 3, on dates: here of everything that overlaps, in the database of everything
that starts together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from lms.schools.days import WEEK, Span, monday_of, school_days, span
from lms.schools.models import Attendance, LeadSite, LeadTeacher, School, Session, Term

LIVE = Session.Mode.LIVE


@dataclass(frozen=True)
class Barrier:
    """What stands in the way: a code of words.BARRIERS, and whom it is about."""

    code: str
    whom: str = ""


@dataclass(frozen=True)
class Seat:
    """A class at the other time: its row, its school's room (1..), from when till when by its own bells."""

    attendance: UUID
    room: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Option:
    """A period of the lead site on a day. Without barriers, `seats` has everyone who follows."""

    day: date
    period: int
    starts_at: datetime
    ends_at: datetime
    barriers: tuple[Barrier, ...]
    seats: tuple[Seat, ...]


@dataclass(frozen=True)
class _Lead:
    """Another lesson that is given live at the lead site."""

    teacher: UUID
    starts_at: datetime
    ends_at: datetime
    counts: bool  # towards what the teacher gives in a week (H7)


@dataclass(frozen=True)
class _Heard:
    """Another class in a lesson; `lead` is when that is given: the link carries it then, if it is `live`."""

    county: UUID
    school: UUID
    school_class: UUID
    subject: str
    room: int
    span: Span
    lead: Span
    live: bool


@dataclass(frozen=True)
class _Week:
    """Everything else of a week that a lesson could meet."""

    leads: tuple[_Lead, ...]
    heard: tuple[_Heard, ...]


def options(session: Session, monday: date, now: datetime) -> tuple[Option, ...]:
    """Every period of the lead site on the school days of a week, each with what stands in the way of the lesson."""
    term, site = session.series.plan.term, session.teacher.site
    days = [one for one in school_days(term) if monday <= one[0] < monday + WEEK]
    week = _week(session, monday)
    rows = _rows(session)
    return tuple(
        _option(session, term, rows, week, day, [weekday, period], when, now)
        for day, weekday in days
        for period, when in _hours(site, day, weekday)
    )


def session_of(pk: UUID) -> Session | None:
    """A lesson with what a move asks for."""
    return Session.objects.select_related("series__plan__term", "teacher__site").filter(pk=pk).first()


def _rows(session: Session) -> tuple[Attendance, ...]:
    rows = session.attendances.filter(cancelled=False).select_related("school__county", "school_class")
    return tuple(rows.order_by("school__key", "room"))


def _week(session: Session, monday: date) -> _Week:
    """What else there is in a week, with a day on each side for clocks elsewhere."""
    begins = datetime.combine(monday - timedelta(days=1), time(), ZoneInfo(session.teacher.site.timezone))
    within: dict[str, Any] = {"starts_at__gte": begins, "starts_at__lt": begins + WEEK + timedelta(days=2)}
    others = Session.objects.filter(state=Session.State.PLANNED, **within).exclude(pk=session.pk)
    leads = others.filter(teacher__site=session.teacher.site, mode=LIVE).select_related("series")
    fixed = _fixed(session.teacher)
    counties = session.attendances.filter(cancelled=False).values("school__county")
    heard = Attendance.objects.filter(
        cancelled=False, session__state=Session.State.PLANNED, school__county__in=counties, **within
    ).exclude(session=session)
    columns = (
        "school__county", "school", "school_class", "session__teacher__subject", "room",
        "starts_at", "ends_at", "session__starts_at", "session__ends_at", "session__mode",
    )  # fmt: skip
    return _Week(
        tuple(_Lead(one.teacher_id, one.starts_at, one.ends_at, _key(one.series.slots) not in fixed) for one in leads),
        tuple(
            _Heard(county, school, school_class, subject, room, (begins, ends), (lead_begins, lead_ends), mode == LIVE)
            for county, school, school_class, subject, room, begins, ends, lead_begins, lead_ends, mode in (
                heard.values_list(*columns)
            )
        ),
    )


def _fixed(teacher: LeadTeacher) -> set[tuple[tuple[int, int], ...]]:
    return {_key(one["slots"]) for one in teacher.fixed_streams}


def _key(slots: Iterable[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((slot[0], slot[1]) for slot in slots))


def _option(
    session: Session,
    term: Term,
    rows: Sequence[Attendance],
    week: _Week,
    day: date,
    slot: list[int],
    when: Span,
    now: datetime,
) -> Option:
    weekday, period = slot
    if when[0] == session.starts_at:
        return Option(day, period, *when, (Barrier("here"),), ())
    if when[0] <= now:
        return Option(day, period, *when, (Barrier("past"),), ())
    live = session.mode == LIVE  # a recording takes nobody's time, no lead classroom and no link
    barriers = list(_of_lead(session, week, day, slot, when)) if live else []
    seats: list[Seat] = []
    for row in rows:
        hours = _meeting(row.school, day, weekday, when, term.rules)
        if not hours:
            barriers.append(Barrier("bells", row.school.key))
            continue
        at, own = hours[0]
        barriers += _of_class(row, session, week, [weekday, at], own)
        taken = {one.room for one in week.heard if one.school == row.school_id and _overlap(one.span, own)}
        taken |= {seat.room for seat, other in zip(seats, rows, strict=False) if other.school_id == row.school_id}
        rooms = (room for room in (row.room, *range(1, row.school.remote_rooms + 1)) if room not in taken)
        room = next(rooms, None)
        if room is None:
            barriers.append(Barrier("rooms", row.school.key))
        seats.append(Seat(row.pk, room or 0, *own))
    if live:
        barriers += _of_counties(rows, week, when)
    return Option(day, period, *when, tuple(dict.fromkeys(barriers)), tuple(seats))


def _of_lead(session: Session, week: _Week, day: date, slot: list[int], when: Span) -> Iterator[Barrier]:
    """H5 to H7 and H9."""
    teacher = session.teacher
    if slot not in [list(one) for one in teacher.free]:
        yield Barrier("not_free", teacher.key)
    theirs = [one for one in week.leads if one.teacher == teacher.pk]
    if any(_overlap((one.starts_at, one.ends_at), when) for one in theirs):
        yield Barrier("teacher", teacher.key)
    zone, monday = ZoneInfo(teacher.site.timezone), monday_of(day)
    if monday_of(session.starts_at.astimezone(zone).date()) != monday:
        given = sum(one.counts and monday_of(one.starts_at.astimezone(zone).date()) == monday for one in theirs)
        if given >= teacher.max_weekly_lessons:
            yield Barrier("load", teacher.key)
    if sum(_overlap((one.starts_at, one.ends_at), when) for one in week.leads) >= teacher.site.studios:
        yield Barrier("studios", teacher.site.key)


def _of_class(row: Attendance, session: Session, week: _Week, slot: list[int], when: Span) -> Iterator[Barrier]:
    """H4, H12 and H13."""
    if slot not in [list(one) for one in row.school_class.open]:
        yield Barrier("not_open", row.school_class.key)
    own = [one for one in week.heard if one.school_class == row.school_class_id]
    if any(_overlap(one.span, when) for one in own):
        yield Barrier("class", row.school_class.key)
    zone, subject = ZoneInfo(row.school.timezone), session.teacher.subject
    same_day = (one for one in own if one.span[0].astimezone(zone).date() == when[0].astimezone(zone).date())
    if any(one.subject == subject for one in same_day):
        yield Barrier("twice", row.school_class.key)


def _of_counties(rows: Sequence[Attendance], week: _Week, when: Span) -> Iterator[Barrier]:
    """H15: the most lessons at any instant are there when one of them starts."""
    for county in {row.school.county_id: row.school.county for row in rows}.values():
        own = sum(row.school.county_id == county.pk for row in rows)
        there = [one.lead for one in week.heard if one.live and one.county == county.pk and _overlap(one.lead, when)]
        instants = {when[0], *(lead[0] for lead in there if lead[0] > when[0])}
        if any(own + sum(lead[0] <= at < lead[1] for lead in there) > county.max_concurrent for at in instants):
            yield Barrier("link", county.key)


def _meeting(school: School, day: date, weekday: int, lead: Span, rules: dict[str, Any]) -> list[tuple[int, Span]]:
    """The school's periods that meet the lead's (H11), the nearest first."""
    tolerance = timedelta(minutes=rules.get("start_tolerance_minutes", 0))
    meet = [
        (period, one)
        for period, one in _hours(school, day, weekday)
        if abs(one[0] - lead[0]) <= tolerance and one[1] - one[0] == lead[1] - lead[0]
    ]
    return sorted(meet, key=lambda one: abs(one[1][0] - lead[0]))


def _hours(place: School | LeadSite, day: date, weekday: int) -> list[tuple[int, Span]]:
    """The periods of a place on a school day."""
    bells = place.bells_on(day, weekday)
    periods = range(1, len(bells) + 1)
    return [(period, span(day, (weekday, period), bells, place.timezone)) for period in periods]


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]
