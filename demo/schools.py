"""Paired classes of the demonstration: a county that is planned, published and some weeks into its term."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from random import Random

from demo.accounts import HEAD, LEAD, SCHEDULER
from demo.county import document
from lms.accounts.models import User
from lms.core.clock import now
from lms.schools import selectors, services
from lms.schools.models import Attendance, Member, Pairing, Plan, Record, Term
from lms.schools.pairings import services as pairings

WEEKS_BEFORE, WEEKS = 3, 16
PLAN_LIMIT_S = 6.0
PATIENCE_S = 180.0
HELD = 0.9
"""So many of the lessons that were."""
CAUSES = ("link", "link", "power", "teacher")
HOW = ("picture",) * 8 + ("slides", "voice")


def bring_in() -> None:
    """The county, as long as nobody has brought in one. A worker plans it."""
    if Term.objects.exists():
        return
    today = now().date()
    monday = today - timedelta(days=today.weekday(), weeks=WEEKS_BEFORE)
    made = document(1, monday=monday)
    scheduler = User.objects.get(username=SCHEDULER)
    term = services.import_county(
        data=json.dumps(made).encode(),
        name=made["name"],
        starts_on=monday,
        ends_on=monday + timedelta(weeks=WEEKS, days=-1),
        by=scheduler,
    )
    services.add_member(term=term, who=HEAD, role=Member.Role.HEAD, key=made["schools"][0]["id"])
    _pair(term, scheduler)
    services.make_plan(term=term, now=now(), time_limit_s=PLAN_LIMIT_S)


def _pair(term: Term, scheduler: User) -> None:
    """Pairings that were published before the term: one was objected to, silence accepted the others."""
    began = _midnight(term.starts_on - timedelta(days=14))
    pairings.propose_pairings(term=term, by=scheduler, now=began)
    pairings.publish_pairings(term=term, until=term.starts_on - timedelta(days=4), by=scheduler, now=began)
    head = User.objects.get(username=HEAD)
    own = Member.objects.get(term=term, user=head).key
    one = Pairing.objects.filter(term=term, school__key=own).order_by("site__key").first()
    if one is not None:
        why = "教室改建，春节后才能接收。"
        pairings.answer_pairing(pairing=one, agrees=False, why=why, by=head, now=began + timedelta(days=2))
    while pairings.settle_pairings(now=now()):
        pass
    pairings.propose_pairings(term=term, by=scheduler, now=now())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, clock(), UTC)


def publish() -> None:
    """Publish the first plan when the worker has made it, with what became of the lessons that were."""
    until = time.monotonic() + PATIENCE_S
    while Plan.objects.filter(version=1, state=Plan.State.WAITING).exists() and time.monotonic() < until:
        time.sleep(1)
    plan = Plan.objects.filter(version=1, state=Plan.State.DRAFT).select_related("term").first()
    if plan is None or selectors.published(plan.term):
        return
    services.publish_plan(plan=plan, now=_midnight(plan.term.starts_on))
    busiest = plan.series.order_by("teacher__key").first()
    if busiest is not None:
        services.add_member(term=plan.term, who=LEAD, role=Member.Role.TEACHER, key=busiest.teacher.key)
    _record(plan.term)


def _record(term: Term) -> None:
    """What helpers would have said of the lessons that were: most were held, by whatever the link carried."""
    draw = Random(term.name)  # noqa: S311 - made up, and the same each time
    helper = User.objects.get(username=HEAD)
    past = Attendance.objects.filter(session__series__plan__term=term, cancelled=False, ends_at__lt=now())
    records = []
    for one in past.order_by("starts_at", "school_class__key"):
        is_held = draw.random() < HELD
        records.append(
            Record(
                attendance=one,
                how=draw.choice(HOW) if is_held else "",
                cause="" if is_held else draw.choice(CAUSES),
                present=draw.randint(5, 18) if is_held else None,
                by=helper,
                recorded_at=one.ends_at,
            )
        )
    Record.objects.bulk_create(records, batch_size=500)
