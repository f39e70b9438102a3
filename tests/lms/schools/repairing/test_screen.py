"""What a scheduler sees and does when a teacher is ill, a school is off line, or a day is lost."""

import json
import re
from datetime import date, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from lms.schools import services
from lms.schools.errors import FixGone
from lms.schools.models import (
    Attendance,
    LeadTeacher,
    LessonRequest,
    LessonSeries,
    Plan,
    Repair,
    SeriesReceiver,
    Session,
    Term,
)
from lms.schools.repairing.fixes import find
from lms.schools.repairing.reading import diary_of
from lms.schools.repairing.services import repair
from lms.schools.repairing.types import CANCEL, MAKE_UP, RECORDING, SUBSTITUTE, Found, Happening
from tests.lms.schools.repairing import places
from tests.lms.schools.repairing.places import NOW, away, county, lost, off_line, on, site_off
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db


def published(document: dict[str, Any] | None = None, by: Any = None) -> Term:
    """The county's plan, published for two weeks."""
    term = services.import_county(
        data=json.dumps(document or county()).encode(),
        name="county.json",
        starts_on=date(2026, 9, 7),
        ends_on=date(2026, 9, 20),
        by=by,
    )
    plan = Plan.objects.create(term=term, version=1, state="draft", time_limit_s=1, created_at=NOW)
    for teacher, slots, receivers in places.streams():
        row = LeadTeacher.objects.get(term=term, key=teacher)
        series = LessonSeries.objects.create(plan=plan, teacher=row, level="a", slots=slots)
        for own, theirs in receivers:
            asked = LessonRequest.objects.get(term=term, key=own)
            SeriesReceiver.objects.create(series=series, request=asked, slots=theirs)
    services.publish_plan(plan=plan, now=NOW)
    return term


def found(term: Term, happening: Happening, now: datetime = NOW) -> Found:
    return find(diary_of(term, happening), happening, now)


def done(term: Term, happening: Happening, how: str, by: Any, now: datetime = NOW) -> Repair:
    fix = next(one for one in found(term, happening, now).ways if one.many(how) == one.covers)
    return repair(term=term, happening=happening, fix=fix.key, key=uuid4(), reason="ill", by=by, now=now)


def test_a_substitute_takes_the_lesson_and_nothing_else_changes() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    lesson = Session.objects.get(teacher__key="T", starts_at=on(1, 8))
    others = list(Session.objects.exclude(pk=lesson.pk).values().order_by("pk"))
    seats = list(Attendance.objects.values().order_by("pk"))
    made = done(term, away("T"), SUBSTITUTE, user)
    lesson.refresh_from_db()
    assert (lesson.teacher.key, lesson.state, lesson.sequence) == ("V", "planned", 1)
    assert list(Session.objects.exclude(pk=lesson.pk).values().order_by("pk")) == others
    assert list(Attendance.objects.values().order_by("pk")) == seats
    assert (made.by, made.reason, made.kind, made.whose) == (user, "ill", "teacher", "T")
    assert found(term, away("T")).troubles == ()


def test_the_screen_shows_ranked_fixes_with_a_text_and_makes_the_one_chosen() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    client = signed_in(user)
    address = f"/schools/{term.pk}/repair/?kind=teacher&of=T&begins=2026-09-07T00:00&ends=2026-09-08T00:00&reason=flu"
    page = client.get(address).content.decode()
    print(page)
    titles = re.findall(r"<h3>(.*?)</h3>", page)
    fix, key = re.findall(r'name="fix" value="(\w+)"', page)[0], re.findall(r'name="key" value="([\w-]+)"', page)[0]
    answer = client.post(address, {"fix": fix, "key": key})
    assert answer.status_code == 302
    assert client.post(address, {"fix": fix, "key": key})["Location"] == answer["Location"]
    told = client.get(answer["Location"]).content.decode()
    print(told)
    assert 0
