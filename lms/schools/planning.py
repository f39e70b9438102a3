"""Plans made by the worker: a row is leased, the solver runs, and its streams are stored in one transaction."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from lms.core import work
from lms.core.clock import now as present
from lms.schools.errors import NotUnderWay, PlanUnderWay
from lms.schools.importing import document_of, planned_with
from lms.schools.models import LeadTeacher, LessonRequest, LessonSeries, Plan, SeriesReceiver, Term
from lms.schools.scheduling.changes import Proposal, cheapest_changes, partly_covered
from lms.schools.scheduling.reading import read_instance
from lms.schools.scheduling.types import BadInput, Timetable

if TYPE_CHECKING:
    from lms.schools.scheduling.planning import Progress

TIME_LIMIT_S = 44.0
LEASE = timedelta(seconds=60)
BEAT_S = 2.0
MOST_ATTEMPTS = 3


class _Stopped(Exception):
    """The worker ends, or the lease is somebody else's: the plan waits for another attempt."""


@transaction.atomic
def make_plan(*, term: Term, now: datetime, seed: int = 1, time_limit_s: float = TIME_LIMIT_S) -> Plan:
    """Ask for the next version; a worker makes it. The published one stays as it is. Raises PlanUnderWay."""
    Term.objects.select_for_update().get(pk=term.pk)
    if Plan.objects.filter(term=term, state=Plan.State.WAITING).exists():
        raise PlanUnderWay(_("A plan of this term is being made already: wait until it is there."))
    last = Plan.objects.filter(term=term).aggregate(last=Max("version"))["last"] or 0
    return Plan.objects.create(term=term, version=last + 1, seed=seed, time_limit_s=time_limit_s, created_at=now)


def run_next(*, now: datetime) -> bool:
    """Make one plan that waits. False when none does. A solver killed is tried again when its lease has run out."""
    claimed = _claim(now)
    if claimed is None:
        return False
    if claimed.attempts > MOST_ATTEMPTS:
        _fail(
            claimed,
            _("The search ended %(times)s times before it was done. Make the plan again.") % {"times": MOST_ATTEMPTS},
        )
        return True
    # Compiled loops take seconds to load and memory to keep: only a process that plans does so.
    from lms.schools.scheduling.planning import Enough, plan

    document = document_of(claimed.term)
    try:
        instance = read_instance(document)
        made = plan(
            instance,
            time_limit_s=claimed.time_limit_s,
            seed=claimed.seed,
            watch=_Watch(claimed, Enough),
        )
    except _Stopped:
        _held(claimed).update(attempts=claimed.attempts - 1, leased_until=None)
        return False
    except BadInput as error:  # rows were corrected into what cannot be planned
        _fail(claimed, str(error))
        return True
    _store(claimed, made, planned_with(document), cheapest_changes(instance, made), partly_covered(instance, made))
    return True


def _fail(claimed: Plan, reason: str) -> None:
    _held(claimed).update(state=Plan.State.FAILED, leased_until=None, failure=reason)


@transaction.atomic
def stop_plan(*, plan: Plan) -> None:
    """Have the best plan found so far taken. Raises NotUnderWay."""
    if not Plan.objects.filter(pk=plan.pk, state=Plan.State.WAITING).update(stop_asked=True):
        raise NotUnderWay(_("This plan is not being made any more: look at it again."))


@transaction.atomic
def _claim(now: datetime) -> Plan | None:
    due = Q(leased_until=None) | Q(leased_until__lt=now)
    found = (
        Plan.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("term")
        .filter(due, state=Plan.State.WAITING)
        .order_by("created_at")
        .first()
    )
    if found is not None:
        found.attempts += 1
        found.leased_until = now + LEASE
        found.save(update_fields=["attempts", "leased_until"])
    return found


def _held(claimed: Plan) -> QuerySet[Plan]:
    """The plan's row, as long as nobody else has claimed it since."""
    return Plan.objects.filter(pk=claimed.pk, attempts=claimed.attempts, state=Plan.State.WAITING)


class _Watch:
    """Keeps the lease and the figures shown, and ends the search when the worker should end."""

    def __init__(self, claimed: Plan, enough: type[Exception]) -> None:
        self._claimed = claimed
        self._enough = enough
        self._told = time.monotonic()

    def __call__(self, progress: "Progress") -> None:
        if work.stopping.is_set():
            raise _Stopped
        if time.monotonic() - self._told < BEAT_S:
            return
        self._told = time.monotonic()
        held = _held(self._claimed).update(
            leased_until=present() + LEASE,
            coverage_percent=progress.coverage_percent,
            bound_percent=progress.bound_percent,
            seconds=progress.seconds,
        )
        if not held:
            raise _Stopped
        if _held(self._claimed).filter(stop_asked=True).exists():
            raise self._enough


def _told(proposal: Proposal | None, partly: int) -> dict[str, Any]:
    """What else is known of a request left out."""
    changes = {"changes": [list(one) for one in proposal.changes], "gain": proposal.gain} if proposal else {}
    return changes | ({"partly": partly} if partly else {})


@transaction.atomic
def _store(
    claimed: Plan,
    made: Timetable,
    made_of: str,
    proposals: Mapping[str, Proposal],
    partly: Mapping[str, int],
) -> None:
    held = _held(claimed).update(
        state=Plan.State.DRAFT,
        made_of=made_of,
        leased_until=None,
        coverage_percent=made.coverage_percent,
        bound_percent=made.bound_percent,
        seconds=made.seconds,
        left_out=[
            {"request": one.request, "reasons": list(one.reasons)}
            | _told(proposals.get(one.request), partly.get(one.request, 0))
            for one in made.unmet
        ],
    )
    if not held:
        return
    by_key = {one.key: one for one in LeadTeacher.objects.filter(term=claimed.term)}
    requests = dict(LessonRequest.objects.filter(term=claimed.term).values_list("key", "pk"))
    series: list[LessonSeries] = []
    receivers: list[SeriesReceiver] = []
    for stream in made.streams:
        one = LessonSeries(
            plan=claimed,
            teacher=by_key[stream.teacher],
            level=stream.level,
            slots=[list(slot) for slot in stream.slots],
        )
        series.append(one)
        receivers += [
            SeriesReceiver(series=one, request_id=requests[each.request], slots=[list(slot) for slot in each.slots])
            for each in stream.receivers
        ]
    LessonSeries.objects.bulk_create(series, batch_size=500)
    SeriesReceiver.objects.bulk_create(receivers, batch_size=500)
