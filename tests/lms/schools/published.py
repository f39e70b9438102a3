"""A published plan as rows, without a search for it."""

from datetime import date, datetime, timedelta

from lms.schools import services
from lms.schools.models import LeadTeacher, LessonRequest, LessonSeries, Plan, SeriesReceiver, Term
from tests.lms.schools.test_counties import NOW, brought_in, county

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


def many(weeks: int) -> Term:
    """A county as large as a page may meet: 100 lessons a day for `weeks` weeks, two classes in each, 40 rooms."""
    bells = [{"start": f"{hour:02}:00", "minutes": 40} for hour in (9, 10, 11, 14, 15)]
    schools = [
        {"id": f"S{at:03}", "county": "C", "timezone": "Asia/Urumqi", "bells": bells, "remote_rooms": 2}
        for at in range(20)
    ]
    slots = [[day, period] for day in range(1, 6) for period in range(1, 6)]
    classes = [{"id": f"G{at:05}", "school": f"S{at // 2:03}", "grade": 3, "open": slots} for at in range(40)]
    teachers = [
        {
            "id": f"T{at:04}", "site": "L", "subject": "music", "levels": ["a"], "free": slots,
            "max_weekly_lessons": 25, "max_receivers": 3,
        }
        for at in range(20)
    ]  # fmt: skip
    requests = [
        {"id": f"R{at:05}", "class": one["id"], "subject": "music", "level": "a", "lessons_per_week": 1}
        for at, one in enumerate(classes)
    ]
    site = {"id": "L", "scope": "national", "timezone": "Asia/Shanghai", "studios": 20}
    document = {
        **county(),
        "counties": [{"id": "C", "cluster": "K", "max_concurrent": 99}],
        "schools": schools,
        "classes": classes,
        "teachers": teachers,
        "requests": requests,
        "lead_sites": [{**site, "bells": [{**one, "start": f"{int(one['start'][:2]) + 2:02}:00"} for one in bells]}],
    }
    term = brought_in(document, ends_on=date(2026, 9, 6) + timedelta(weeks=weeks))
    plan = Plan.objects.create(term=term, version=1, state="draft", time_limit_s=1, created_at=NOW)
    by_key = {one.key: one for one in LessonRequest.objects.filter(term=term)}
    for period in range(1, 6):
        for at, teacher in enumerate(LeadTeacher.objects.filter(term=term).order_by("key")):
            own = [[day, period] for day in range(1, 6)]
            series = LessonSeries.objects.create(plan=plan, teacher=teacher, level="a", slots=own)
            pair = (at + period) % 20 * 2
            for request in (by_key[f"R{pair:05}"], by_key[f"R{pair + 1:05}"]):
                SeriesReceiver.objects.create(series=series, request=request, slots=own)
    services.publish_plan(plan=plan, now=NOW)
    return term
