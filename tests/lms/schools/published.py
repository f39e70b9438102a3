"""A published plan as rows, without a search for it."""

from datetime import datetime

from lms.schools import services
from lms.schools.models import LeadTeacher, LessonRequest, LessonSeries, Plan, SeriesReceiver, Term
from tests.lms.schools.test_counties import NOW

# Of the county of test_counties: who follows in which slots of the teacher T. The school's clock is two hours west.
STREAMS = {"R1": [[1, 1], [2, 1]], "R2": [[1, 2]]}


def draft(term: Term, streams: dict[str, list[list[int]]] = STREAMS) -> Plan:
    """The next version of a term: each request is a series of its own, in the same slots on both sides."""
    version = term.plans.count() + 1
    plan = Plan.objects.create(term=term, version=version, state="draft", time_limit_s=1, created_at=NOW)
    for key, slots in streams.items():
        request = LessonRequest.objects.get(term=term, key=key)
        series = LessonSeries.objects.create(
            plan=plan, teacher=LeadTeacher.objects.get(term=term, key="T"), level="a", slots=slots
        )
        SeriesReceiver.objects.create(series=series, request=request, slots=slots)
    return plan


def publish(term: Term, now: datetime = NOW, **streams: list[list[int]]) -> Plan:
    """The next version, published."""
    plan = draft(term, streams or STREAMS)
    services.publish_plan(plan=plan, now=now)
    plan.refresh_from_db()
    return plan
