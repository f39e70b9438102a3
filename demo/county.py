"""A small county with a published plan: five village classes, and three teachers at two lead sites."""

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from lms.schools import services
from lms.schools.models import LeadTeacher, LessonRequest, LessonSeries, Plan, SeriesReceiver, Term

NAME = "青石县"
WEEKS = 16
ZONE = "Asia/Shanghai"
BELLS = [{"start": start, "minutes": 40} for start in ("08:20", "09:10", "10:10", "11:00", "14:20", "15:10", "16:00")]
SCHOOLS = {"柳沟小学": 1, "石门教学点": 1, "河湾小学": 2, "桃坪小学": 1}  # remote rooms
CLASSES = {
    "柳沟三年级": "柳沟小学",
    "石门三四年级": "石门教学点",
    "河湾三年级": "河湾小学",
    "河湾四年级": "河湾小学",
    "桃坪四年级": "桃坪小学",
}
EVERY_DAY = [[day, period] for day in range(1, 6) for period in (2, 3, 5, 6)]
SITES = ("县实验小学", "城关二小")
TEACHERS = {  # lead site, subject, period in which free, besides those of the lessons given
    "陈晓燕": ("县实验小学", "english", EVERY_DAY),
    "周敏": ("城关二小", "english", EVERY_DAY),
    "刘洋": ("县实验小学", "music", EVERY_DAY),
}
LOWER, UPPER = ["柳沟三年级", "石门三四年级", "河湾三年级"], ["河湾四年级", "桃坪四年级"]
GIVEN = [  # teacher, slots, classes
    ("陈晓燕", [[1, 2], [2, 2], [3, 2], [4, 2], [5, 2]], LOWER),
    ("陈晓燕", [[1, 3], [2, 3], [3, 3], [4, 3], [5, 3]], UPPER),
    ("刘洋", [[2, 5], [4, 5]], LOWER),
]


def document(monday: date) -> dict[str, Any]:
    """The county in the format `fieldschool-pairing/1`."""
    requests = [
        {"id": f"{name} {TEACHERS[teacher][1]}", "class": name, "subject": TEACHERS[teacher][1], "level": "小学"}
        | {"lessons_per_week": len(slots), "priority": 1}
        for teacher, slots, classes in GIVEN
        for name in classes
    ]
    place = {"timezone": ZONE, "bells": BELLS}
    teachers = [
        {"id": name, "site": site, "subject": subject, "levels": ["小学"], "free": free}
        | {"max_weekly_lessons": 12, "max_receivers": 3, "fixed_streams": []}
        for name, (site, subject, free) in TEACHERS.items()
    ]
    return {
        "format": "fieldschool-pairing/1",
        "name": NAME,
        "term": {"week_start": monday.isoformat()},
        "rules": {"start_tolerance_minutes": 5},
        "counties": [{"id": NAME, "cluster": NAME, "max_concurrent": 8}],
        "schools": [
            {"id": own, "county": NAME, "remote_rooms": rooms, "avoid_periods": [], **place}
            for own, rooms in SCHOOLS.items()
        ],
        "classes": [
            {"id": own, "school": school, "grade": 4 if own in UPPER else 3, "open": EVERY_DAY}
            for own, school in CLASSES.items()
        ],
        "requests": requests,
        "lead_sites": [{"id": own, "scope": "county", "county": NAME, "studios": 2, **place} for own in SITES],
        "teachers": teachers,
    }


@transaction.atomic
def ensure(now: datetime) -> Term:
    """Make the county and publish its plan from this week on, unless it is there."""
    there = Term.objects.filter(name=NAME).first()
    if there is not None:
        return there
    monday = now.date() - timedelta(days=now.weekday())
    term = services.import_county(
        data=json.dumps(document(monday)).encode(),
        name="county.json",
        starts_on=monday,
        ends_on=monday + timedelta(days=7 * WEEKS - 1),
    )
    plan = Plan.objects.create(
        term=term,
        version=1,
        state=Plan.State.DRAFT,
        time_limit_s=1,
        coverage_percent=100,
        bound_percent=100,
        created_at=now,
    )
    for teacher, slots, classes in GIVEN:
        by = LeadTeacher.objects.get(term=term, key=teacher)
        series = LessonSeries.objects.create(plan=plan, teacher=by, level="小学", slots=slots)
        for name in classes:
            asked = LessonRequest.objects.get(term=term, key=f"{name} {by.subject}")
            SeriesReceiver.objects.create(series=series, request=asked, slots=slots)
    services.publish_plan(plan=plan, now=datetime.combine(monday, time(), UTC) - timedelta(days=1))
    return term
