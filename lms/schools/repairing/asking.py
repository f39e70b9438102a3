"""A class asks for lessons in the middle of a term: where they could be, and they are given from a day on."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.schools import selectors
from lms.schools.errors import Clash, FixGone
from lms.schools.importing import document_of
from lms.schools.models import (
    Attendance,
    LeadTeacher,
    LessonRequest,
    LessonSeries,
    Plan,
    Repair,
    SchoolClass,
    SeriesReceiver,
    Session,
    Term,
    changed,
)
from lms.schools.notices import noting
from lms.schools.repairing.diary import Diary, Hour
from lms.schools.repairing.reading import dated
from lms.schools.repairing.telling import BEGINS
from lms.schools.repairing.types import Seat
from lms.schools.scheduling.changes import Change, Placement, ways
from lms.schools.scheduling.reading import read_instance
from lms.schools.scheduling.types import Instance, Request, Stream

MOST_WAYS = 6


@dataclass(frozen=True)
class Wish:
    """So many lessons a week of a subject at a level for a class, from a day on."""

    school_class: str
    subject: str
    level: str
    lessons_per_week: int
    begins: date


@dataclass(frozen=True)
class Way:
    """Where the lessons would be: `joins` a series that is given, or a new one. `needs` has to be changed first."""

    placement: Placement
    needs: tuple[Change, ...]
    joins: bool

    @cached_property
    def key(self) -> str:
        """Another one when anything of the place is different."""
        return hashlib.sha256(repr((self.placement, self.joins)).encode()).hexdigest()[:16]


def ways_for(term: Term, wish: Wish) -> list[Way]:
    """Places for the lessons in the published plan, those that need no change first. None without such a plan."""
    plan = selectors.published(term)
    if plan is None:
        return []
    instance, request = _instance(term, wish)
    streams = [kept for one in selectors.streams(plan) if (kept := _known(instance, one))]
    given = {(one.teacher, one.level, frozenset(one.slots)) for one in streams}
    return [
        Way(place, needs, (place.teacher, place.level, frozenset(place.slots)) in given)
        for needs, place in ways(instance, streams, request)[:MOST_WAYS]
    ]


def _known(instance: Instance, stream: Stream) -> Stream | None:
    """A published series as far as the county's data still have it: rows may have been taken out since."""
    teacher = instance.teachers.get(stream.teacher)
    if teacher is None or any(slot not in instance.lead_sites[teacher.site].starts_s for slot in stream.slots):
        return None
    return replace(stream, receivers=tuple(one for one in stream.receivers if one.request in instance.requests))


def _instance(term: Term, wish: Wish) -> tuple[Instance, Request]:
    instance = read_instance(document_of(term))
    request = Request("", wish.school_class, wish.subject, wish.level, wish.lessons_per_week, 1.0)
    return replace(instance, requests={**instance.requests, "": request}), request


def grant(*, term: Term, wish: Wish, way: str, key: UUID, by: AbstractBaseUser, now: datetime) -> Repair:
    """Give the lessons where that way says, from the wish's day on, where the class and a room are free.

    Done once for each `key`. Raises FixGone and Clash; then nothing is changed.
    """
    try:
        return _grant(term, wish, way, key, by, now)
    except IntegrityError as error:
        raise Clash(_("Somebody changed these lessons just now; nothing was changed. Look at them again.")) from error


@transaction.atomic
def _grant(term: Term, wish: Wish, way: str, key: UUID, by: AbstractBaseUser, now: datetime) -> Repair:
    term = Term.objects.select_for_update().get(pk=term.pk)
    done = Repair.objects.filter(term=term, key=key).first()
    if done is not None:
        return done
    chosen = next((one for one in ways_for(term, wish) if one.key == way and not one.needs), None)
    plan = selectors.published(term)
    if chosen is None or plan is None:
        raise FixGone(_("The timetable has changed since this was shown; nothing was changed. Choose again."))
    school_class = SchoolClass.objects.select_related("school").get(term=term, key=wish.school_class)
    series = _received(plan, school_class, wish, chosen.placement)
    zone = ZoneInfo(school_class.school.timezone)
    begins = max(now, datetime.combine(wish.begins, datetime.min.time(), zone))
    given, missed = _date(term, series, chosen.placement, school_class, begins, now)
    made = Repair.objects.create(
        term=term,
        key=key,
        kind=Repair.Kind.REQUEST,
        whose=wish.school_class,
        begins=begins,
        ends=datetime.combine(max(term.ends_on, wish.begins) + timedelta(days=1), datetime.min.time(), zone),
        changes=[_told(wish, chosen, series, school_class, given, missed)],
        by_id=by.pk,
        made_at=now,
    )
    noting.note_repair(repair=made, zone=str(zone), now=now)
    return made


def _received(plan: Plan, school_class: SchoolClass, wish: Wish, place: Placement) -> LessonSeries:
    """The series that the class now follows, with a request of the county's data behind it."""
    keys = set(LessonRequest.objects.filter(term=plan.term_id).values_list("key", flat=True))
    name = f"{wish.school_class} {wish.subject}"[:190]
    own = next(key for key in [name, *(f"{name} {number}" for number in range(2, len(keys) + 3))] if key not in keys)
    request = LessonRequest.objects.create(
        term_id=plan.term_id,
        key=own,
        school_class=school_class,
        subject=wish.subject,
        level=wish.level,
        lessons_per_week=wish.lessons_per_week,
    )
    teacher = LeadTeacher.objects.get(term=plan.term_id, key=place.teacher)
    wanted = {tuple(slot) for slot in place.slots}
    series = next(
        (
            one
            for one in LessonSeries.objects.filter(plan=plan, teacher=teacher, level=place.level).order_by("pk")
            if {tuple(slot) for slot in one.slots} == wanted
        ),
        None,
    ) or LessonSeries.objects.create(
        plan=plan, teacher=teacher, level=place.level, slots=[list(slot) for slot in place.slots]
    )
    at = {tuple(lead): own for lead, own in zip(place.slots, place.own_slots, strict=True)}
    slots = [list(at[tuple(slot)]) for slot in series.slots]
    SeriesReceiver.objects.create(series=series, request=request, slots=slots)
    return series


def _date(
    term: Term, series: LessonSeries, place: Placement, school_class: SchoolClass, begins: datetime, now: datetime
) -> tuple[int, list[date]]:
    """The class in the dated lessons from then on: how many, and the days on which something else is in the way."""
    diary = dated(term, begins)
    site, school = diary.site_of(place.teacher), diary.school_of(school_class.key)
    given, missed = 0, []
    for day, weekday in diary.days:
        for lead, own in zip(place.slots, place.own_slots, strict=True):
            if lead[0] != weekday:
                continue
            taught, received = diary.hour(site, day, lead[1]), diary.hour(school, day, own[1])
            if taught.starts_at <= begins if taught else day <= begins.date():
                continue
            there = _seat(diary, series, school_class, taught, received)
            session = _session(diary, series, taught, now) if taught and there else None
            if there is None or session is None:
                missed.append(day)
                continue
            Attendance.objects.create(
                session=session,
                school_class=school_class,
                school=school_class.school,
                room=there.room,
                starts_at=there.starts_at,
                ends_at=there.ends_at,
            )
            given += 1
    return given, missed


def _seat(
    diary: Diary, series: LessonSeries, school_class: SchoolClass, taught: Hour | None, received: Hour | None
) -> Seat | None:
    """The class's seat then; None where it has another lesson or no room, or the day's bells do not let it be."""
    if taught is None or received is None or not diary.meet(taught, received.starts_at, received.ends_at):
        return None
    seat = Seat("", school_class.key, 1, received.starts_at, received.ends_at)
    return diary.could_sit(seat, series.teacher.subject, twice=True)


def _session(diary: Diary, series: LessonSeries, at: Hour, now: datetime) -> Session | None:
    """The dated lesson of the series then, made when there is none; None when it is cancelled or cannot be."""
    there = Session.objects.filter(series=series, starts_at=at.starts_at, mode=Session.Mode.LIVE).first()
    if there is None:
        if diary.is_busy(series.teacher.key, at):
            return None
        return Session.objects.create(series=series, teacher=series.teacher, starts_at=at.starts_at, ends_at=at.ends_at)
    full = there.attendances.filter(cancelled=False).count() >= series.teacher.max_receivers
    if full or there.state == Session.State.CANCELLED:
        return None
    Session.objects.filter(pk=there.pk).update(**changed(now))
    return there


def _told(
    wish: Wish, way: Way, series: LessonSeries, school_class: SchoolClass, given: int, missed: list[date]
) -> dict[str, Any]:
    return {
        "how": BEGINS,
        "subject": wish.subject,
        "was_teacher": series.teacher.key,
        "teacher": series.teacher.key,
        "site": series.teacher.site.key,
        "school": school_class.school.key,
        "classes": [school_class.key],
        "slots": [list(slot) for slot in way.placement.own_slots],
        "from": wish.begins.isoformat(),
        "given": given,
        "missed": [day.isoformat() for day in dict.fromkeys(missed)],
    }
