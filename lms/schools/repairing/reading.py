"""From rows to what fixes are found in: the term's places, and its dated lessons around a happening."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Prefetch

from lms.schools import models as schools
from lms.schools.days import HOME_ZONE, WEEK, school_days, today_at_home
from lms.schools.importing import document_of
from lms.schools.models import Attendance, Repair, Session, Term
from lms.schools.repairing.diary import DAY, Diary
from lms.schools.repairing.fixes import WITHIN_DAYS
from lms.schools.repairing.types import SCHOOL, SITE, TEACHER, Happening, Lesson, Seat
from lms.schools.scheduling.reading import read_instance
from lms.schools.scheduling.types import LeadSite, Period, Place, School


def diary_of(term: Term, happening: Happening) -> Diary:
    """The lessons from the week of the happening to that in which the last of them is made up.

    What was said to have happened before is true then as well.
    """
    days = _days(term, happening)
    last = happening.ends.date()
    after = [day for day, _ in days if day > last][:WITHIN_DAYS]
    begins, ends = happening.begins - WEEK, happening.ends + WEEK * 2
    if after:
        ends = max(ends, ends + (after[-1] - last))
    if happening.instead:
        ends = max(ends, ends + (happening.instead - last))
    before = _told(term, begins, ends)
    return _diary(term, days, begins, ends, dict.fromkeys([happening, *before]))


def dated(term: Term, begins: datetime) -> Diary:
    """The lessons from a time on to the end of the term."""
    ends = datetime.combine(term.ends_on, datetime.min.time(), UTC) + WEEK
    days = [one for one in school_days(term) if one[0] >= begins.date() - DAY]
    return _diary(term, days, begins - WEEK, ends, _told(term, begins, ends))


def _diary(
    term: Term, days: list[tuple[date, int]], begins: datetime, ends: datetime, happenings: Iterable[Happening]
) -> Diary:
    instance = read_instance(document_of(term))
    everywhere = list(school_days(term))
    bells = _bells(term)
    lessons = _lessons(term, Diary(instance, everywhere, (), bells=bells), begins, ends)
    return Diary(instance, days, lessons, happenings, bells)


def _bells(term: Term) -> Callable[[Place, date, int], tuple[Period, ...]]:
    """The bells of a place on a day that has the lessons of a weekday: those of other days where it has them."""
    others: dict[tuple[type[Place], str], schools.School | schools.LeadSite] = {
        (kind, row.key): row
        for kind, rows in ((School, schools.School), (LeadSite, schools.LeadSite))
        for row in rows._default_manager.filter(term=term).exclude(other_bells=[])
    }

    def ring(place: Place, day: date, weekday: int) -> tuple[Period, ...]:
        row = others.get((type(place), place.id))
        return tuple(map(_period, row.bells_on(day, weekday))) if row else place.bells

    return ring


def _period(bell: Mapping[str, Any]) -> Period:
    hour, minute = str(bell["start"]).split(":")
    return Period(int(hour) * 60 + int(minute), bell["minutes"])


def zone_of(term: Term, kind: str, key: str) -> str:
    """By whose clock times are told."""
    found = {
        TEACHER: schools.LeadTeacher.objects.filter(term=term, key=key).values_list("site__timezone", flat=True),
        SCHOOL: schools.School.objects.filter(term=term, key=key).values_list("timezone", flat=True),
        SITE: schools.LeadSite.objects.filter(term=term, key=key).values_list("timezone", flat=True),
    }
    return next(iter(found.get(kind, ())), HOME_ZONE)


def _days(term: Term, happening: Happening) -> list[tuple[date, int]]:
    """The school days; the one instead of a day lost has its weekday."""
    days = dict(school_days(term))
    lost = today_at_home(happening.begins)
    if happening.instead and lost in days:
        days.setdefault(happening.instead, days[lost])
    return sorted(days.items())


def _told(term: Term, begins: datetime, ends: datetime) -> Iterator[Happening]:
    """What was said to have happened then."""
    rows = Repair.objects.filter(term=term, begins__lt=ends, ends__gt=begins).exclude(kind=Repair.Kind.REQUEST)
    for one in rows.order_by("begins", "pk"):
        yield Happening(one.kind, one.whose, one.begins, one.ends)


def _lessons(term: Term, diary: Diary, begins: datetime, ends: datetime) -> Iterator[Lesson]:
    attending = Attendance.objects.filter(cancelled=False).select_related("school_class", "record")
    sessions = (
        Session.objects.filter(series__plan__term=term, starts_at__gte=begins, starts_at__lt=ends)
        .exclude(state=Session.State.CANCELLED)
        .select_related("series", "teacher")
        .prefetch_related(Prefetch("attendances", attending.order_by("school_class__key")))
        .order_by("starts_at", "pk")
    )
    instance = diary.instance
    for one in sessions:
        if one.teacher.key not in instance.teachers:  # no longer in the county's data
            continue
        yield Lesson(
            id=str(one.pk),
            teacher=one.teacher.key,
            subject=one.teacher.subject,
            level=one.series.level,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            seats=tuple(_seat(each) for each in one.attendances.all() if each.school_class.key in instance.classes),
            live=one.mode == Session.Mode.LIVE,
            fixed=_is_fixed(diary, one),
        )


def _seat(row: Attendance) -> Seat:
    record = getattr(row, "record", None)
    held = bool(record and record.how)
    return Seat(str(row.pk), row.school_class.key, row.room, row.starts_at, row.ends_at, held)


def _is_fixed(diary: Diary, session: Session) -> bool:
    """Whether the teacher gives it to an own class too: it stands at a time of a fixed stream."""
    teacher = diary.instance.teachers[session.teacher.key]
    slots = {slot for stream in teacher.fixed_streams for slot in stream.slots}
    site = diary.site_of(teacher.id)
    day = diary.day_of(site, session.starts_at)
    return (
        bool(slots)
        and day in diary.weekday
        and any(hour.slot in slots and hour.starts_at == session.starts_at for hour in diary.hours(site, day))
    )
