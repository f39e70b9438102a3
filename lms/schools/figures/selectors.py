"""Rows of a term for the ledger and the figures."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from lms.schools.days import school_days, today_at_home
from lms.schools.figures import figures
from lms.schools.figures.ledger import Asked, Given, Line, ledger
from lms.schools.models import Attendance, LeadTeacher, LessonRequest, Plan, School, Session, Term

Schools = Collection[str] | None
"""Keys; None for all of the term."""


def school_keys(term: Term, schools: Schools = None) -> tuple[str, ...]:
    """The schools that lessons are asked for."""
    found = School.objects.filter(term=term, removed=False).order_by("key")
    return tuple((found if schools is None else found.filter(key__in=schools)).values_list("key", flat=True))


def county_of_school(term: Term) -> dict[str, str]:
    """Keys of counties by those of their schools."""
    return dict(School.objects.filter(term=term).values_list("key", "county__key"))


def lines(term: Term, now: datetime, schools: Schools = None) -> list[Line]:
    """The ledger of a term, of some schools or of all."""
    days = [day for day, _weekday in school_days(term)]
    return ledger(_asked(term, schools), _given(term, schools), school_days=days, today=today_at_home(now))


def lost(term: Term, now: datetime, schools: Schools = None) -> list[figures.Lost]:
    """Lessons that came to nothing so far: with a cause, cancelled and not made up, or over and never recorded."""
    rows = (
        _rows(term, schools)
        .filter(ends_at__lt=now)
        .exclude(record__how__gt="")
        .exclude(cancelled=True, session__series__plan__state=Plan.State.WITHDRAWN)
        .exclude(made_up_by__record__how__gt="")
    )
    found = rows.values_list("school__county__key", "record__cause", "cancelled")
    return [
        figures.Lost(county, cause or (figures.CANCELLED if off else figures.UNSAID)) for county, cause, off in found
    ]


def loads(term: Term) -> tuple[figures.Load, ...]:
    """What each lead teacher gives, by site and name."""
    held = set(
        Attendance.objects.filter(session__series__plan__term=term, record__how__gt="").values_list(
            "session", flat=True
        )
    )
    taught: dict[Any, list[figures.Taught]] = defaultdict(list)
    sessions = Session.objects.filter(series__plan__term=term, state=Session.State.PLANNED)
    for key, teacher, starts_at, zone in sessions.values_list("pk", "teacher", "starts_at", "teacher__site__timezone"):
        day = starts_at.astimezone(ZoneInfo(zone)).date()
        taught[teacher].append(figures.Taught(str(teacher), day, key in held))
    teachers = LeadTeacher.objects.filter(term=term).select_related("site").order_by("site__key", "key")
    return tuple(
        figures.load(one.key, one.site.key, one.subject, one.max_weekly_lessons, taught[one.pk]) for one in teachers
    )


def _asked(term: Term, schools: Schools) -> Iterator[Asked]:
    rows = LessonRequest.objects.filter(term=term, removed=False)
    if schools is not None:
        rows = rows.filter(school_class__school__key__in=schools)
    names = ("school_class__school__key", "school_class__key", "subject", "lessons_per_week")
    return (Asked(*row) for row in rows.values_list(*names))


def _given(term: Term, schools: Schools) -> Iterator[Given]:
    names = ("pk", "school__key", "school_class__key", "session__teacher__subject", "starts_at")
    more = ("school__timezone", "record__how", "replaces", "cancelled", "session__series__plan__state")
    zones: dict[str, ZoneInfo] = {}
    for row in _rows(term, schools).values_list(*names, *more).iterator(chunk_size=5000):
        key, school, school_class, subject, starts_at, zone, how, replaces, off, state = row
        day = starts_at.astimezone(zones.setdefault(zone, ZoneInfo(zone))).date()
        yield Given(key, school, school_class, subject, day, how or "", replaces, off and state == Plan.State.WITHDRAWN)


def _rows(term: Term, schools: Schools) -> QuerySet[Attendance]:
    which = Q(session__series__plan__term=term)
    return Attendance.objects.filter(which if schools is None else which & Q(school__key__in=schools))
