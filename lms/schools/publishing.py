"""A plan becomes dated lessons: none on holidays; swapped days (调休) have those of the other weekday.

Plans are made by a place's usual bells. On days of other bells a period is when these say; what has no such period
then, or whose two sides do not meet, is no lesson that day, and told (docs/decisions/0035).
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.schools.days import Span, school_days, span
from lms.schools.errors import Clash, NotADraft, NotPublished, Outdated
from lms.schools.importing import dated_with, document_of, planned_with
from lms.schools.models import (
    Attendance,
    LeadSite,
    LessonSeries,
    Notice,
    Plan,
    School,
    SeriesReceiver,
    Session,
    Term,
    changed,
)
from lms.schools.notices import noting


def publish_plan(*, plan: Plan, now: datetime) -> int:
    """Make the lessons that begin after `now`, and cancel those of the version published before.

    Returns how many. All or nothing. Raises NotADraft, Outdated and Clash.
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
    if plan.made_of and plan.made_of != planned_with(document_of(term)):
        raise Outdated(
            _("The county's data were corrected after this plan was made: make a new plan, and publish that.")
        )
    for before in Plan.objects.filter(term=term, state=Plan.State.PUBLISHED):
        _withdraw(before, now)
    sessions, attendances, plan.undated = _lessons(plan, term, now)
    Session.objects.bulk_create(sessions, batch_size=500)
    Attendance.objects.bulk_create(attendances, batch_size=500)
    plan.state, plan.published_at, plan.dated_for = Plan.State.PUBLISHED, now, dated_with(term)
    plan.save(update_fields=["state", "published_at", "dated_for", "undated"])
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
    return coming.update(state=Session.State.CANCELLED, **changed(now))


def undated_of(*, plan: Plan, now: datetime) -> list[dict[str, Any]]:
    """The lessons of a plan that other days' bells do not let be: class, subject, slot, and how many of them."""
    if plan.state != Plan.State.DRAFT:
        return list(plan.undated)
    places = (School, LeadSite)
    if not any(one._default_manager.filter(term=plan.term_id).exclude(other_bells=[]).exists() for one in places):
        return []
    return _lessons(plan, plan.term, now)[2]


def _lessons(plan: Plan, term: Term, now: datetime) -> tuple[list[Session], list[Attendance], list[dict[str, Any]]]:
    series = list(
        LessonSeries.objects.filter(plan=plan)
        .select_related("teacher__site")
        .prefetch_related("receivers__request__school_class__school")
        .order_by("pk")
    )
    apart = timedelta(minutes=term.rules.get("start_tolerance_minutes", 0))
    rooms: Counter[tuple[Any, datetime]] = Counter()
    sessions: list[Session] = []
    attendances: list[Attendance] = []
    undated: Counter[tuple[str, str, int, int]] = Counter()
    by_weekday: dict[int, list[tuple[LessonSeries, int]]] = defaultdict(list)
    for one in series:
        for place, slot in enumerate(one.slots):
            by_weekday[slot[0]].append((one, place))
    for day, weekday in school_days(term):
        for one, place in by_weekday[weekday]:
            given = _on(day, one.slots[place], one.teacher.site, weekday)
            if given[0] <= now if given else day <= now.date():
                continue
            session = Session(series=one, teacher=one.teacher)
            receivers, following = one.receivers.all(), []
            for receiver in receivers:
                own = _attending(session, receiver, place, day, weekday)
                if given and own and _meet(given, own, receiver, apart):
                    following.append(own)
                else:
                    slot = receiver.slots[place]
                    undated[receiver.request.school_class.key, receiver.request.subject, slot[0], slot[1]] += 1
            if given and (following or not receivers):
                session.starts_at, session.ends_at = given
                sessions.append(session)
                for own in following:
                    rooms[own.school_id, own.starts_at] += 1
                    own.room = rooms[own.school_id, own.starts_at]
                attendances += following
    told = [
        {"class": key, "subject": subject, "slot": [weekday, period], "lessons": many}
        for (key, subject, weekday, period), many in sorted(undated.items())
    ]
    return sessions, attendances, told


def _attending(session: Session, receiver: SeriesReceiver, place: int, day: date, weekday: int) -> Attendance | None:
    """A class in a lesson by its school's bells of the day; None when these have no such period."""
    school_class = receiver.request.school_class
    own = _on(day, receiver.slots[place], school_class.school, weekday)
    if own is None:
        return None
    return Attendance(
        session=session, school_class=school_class, school=school_class.school, starts_at=own[0], ends_at=own[1]
    )


def _meet(given: Span, own: Attendance, receiver: SeriesReceiver, apart: timedelta) -> bool:
    """Whether both sides begin together and last as long (H11). By usual bells they do: the plan has seen to it."""
    if not (own.school.other_bells or receiver.series.teacher.site.other_bells):
        return True
    same = given[1] - given[0] == own.ends_at - own.starts_at
    return same and abs(given[0] - own.starts_at) <= apart


def _on(day: date, slot: Sequence[int], at: School | LeadSite, weekday: int) -> Span | None:
    """Start and end of a slot by a place's bells of the day; None when these have no such period."""
    bells = at.bells_on(day, weekday)
    return span(day, slot, bells, at.timezone) if slot[1] <= len(bells) else None
