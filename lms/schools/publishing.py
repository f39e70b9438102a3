"""A plan becomes dated lessons: none on holidays; swapped days (调休) have those of the other weekday."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from lms.schools.errors import Clash, NotADraft, NotPublished
from lms.schools.models import Attendance, LessonSeries, Notice, Plan, Session, Term
from lms.schools.notices import noting


def publish_plan(*, plan: Plan, now: datetime) -> int:
    """Make the lessons that begin after `now`, and cancel those of the version published before.

    Returns how many. All or nothing. Raises NotADraft and Clash.
    """
    try:
        return _publish(plan, now)
    except IntegrityError as error:
        raise Clash(
            _("A class, a room or a teacher would have two lessons at once; nothing was published. Make the plan anew.")
        ) from error


@transaction.atomic
def _publish(plan: Plan, now: datetime) -> int:
    term = Term.objects.select_for_update().get(pk=plan.term_id)
    plan.refresh_from_db()
    if plan.state != Plan.State.DRAFT:
        raise NotADraft(_("Only a draft can be published: make the plan first."))
    for before in Plan.objects.filter(term=term, state=Plan.State.PUBLISHED):
        _withdraw(before, now)
    sessions, attendances = _lessons(plan, term, now)
    Session.objects.bulk_create(sessions, batch_size=500)
    Attendance.objects.bulk_create(attendances, batch_size=500)
    plan.state, plan.published_at = Plan.State.PUBLISHED, now
    plan.save(update_fields=["state", "published_at"])
    noting.note_plan(plan=plan, kind=Notice.Kind.PUBLISHED, lessons=len(sessions), now=now)
    return len(sessions)


@transaction.atomic
def withdraw(*, plan: Plan, now: datetime) -> None:
    """Cancel the lessons of a published plan that have not begun, and tell everyone. Raises NotPublished."""
    cancelled = _withdraw(plan, now)
    noting.note_plan(plan=plan, kind=Notice.Kind.WITHDRAWN, lessons=cancelled, now=now)


def _withdraw(plan: Plan, now: datetime) -> int:
    if not Plan.objects.filter(pk=plan.pk, state=Plan.State.PUBLISHED).update(state=Plan.State.WITHDRAWN):
        raise NotPublished(_("Only a published plan can be withdrawn: look at it again."))
    coming = Session.objects.filter(series__plan=plan, starts_at__gt=now, state=Session.State.PLANNED)
    Attendance.objects.filter(session__in=coming).update(cancelled=True)
    return coming.update(state=Session.State.CANCELLED, sequence=F("sequence") + 1, changed_at=now)


def school_days(term: Term) -> Iterator[tuple[date, int]]:
    """The days of a term with the weekday (1 = Monday) whose lessons they have."""
    day = term.starts_on
    while day <= term.ends_on:
        weekday = term.swapped.get(day.isoformat())
        if weekday is None and day.isoformat() not in term.holidays and day.isoweekday() <= 5:
            weekday = day.isoweekday()
        if weekday is not None:
            yield day, weekday
        day += timedelta(days=1)


def _lessons(plan: Plan, term: Term, now: datetime) -> tuple[list[Session], list[Attendance]]:
    series = list(
        LessonSeries.objects.filter(plan=plan)
        .select_related("teacher__site")
        .prefetch_related("receivers__request__school_class__school")
        .order_by("pk")
    )
    rooms: Counter[tuple[Any, datetime]] = Counter()
    sessions: list[Session] = []
    attendances: list[Attendance] = []
    by_weekday: dict[int, list[tuple[LessonSeries, int]]] = defaultdict(list)
    for one in series:
        for place, slot in enumerate(one.slots):
            by_weekday[slot[0]].append((one, place))
    for day, weekday in school_days(term):
        for one, place in by_weekday[weekday]:
            starts_at, ends_at = span(day, one.slots[place], one.teacher.site.bells, one.teacher.site.timezone)
            if starts_at <= now:
                continue
            session = Session(series=one, teacher=one.teacher, starts_at=starts_at, ends_at=ends_at)
            sessions.append(session)
            attendances += _attending(session, one, place, day, rooms)
    return sessions, attendances


def _attending(
    session: Session, series: LessonSeries, place: int, day: date, rooms: Counter[tuple[Any, datetime]]
) -> Iterator[Attendance]:
    for receiver in series.receivers.all():
        school_class = receiver.request.school_class
        school = school_class.school
        starts_at, ends_at = span(day, receiver.slots[place], school.bells, school.timezone)
        rooms[school.pk, starts_at] += 1
        yield Attendance(
            session=session,
            school_class=school_class,
            school=school,
            room=rooms[school.pk, starts_at],
            starts_at=starts_at,
            ends_at=ends_at,
        )


def span(day: date, slot: Sequence[int], bells: Sequence[Mapping[str, Any]], zone: str) -> tuple[datetime, datetime]:
    """Start and end of a period on a day of a place, in UTC."""
    bell = bells[slot[1] - 1]
    hour, minute = (int(part) for part in str(bell["start"]).split(":"))
    starts_at = datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)
    return starts_at, starts_at + timedelta(minutes=bell["minutes"])
