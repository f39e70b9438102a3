"""A county with a published plan, and everybody who has to do with its lessons."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission

from lms.accounts.models import User
from lms.schools import services
from lms.schools.models import (
    Attendance,
    LeadTeacher,
    LessonRequest,
    LessonSeries,
    Member,
    Plan,
    SeriesReceiver,
    Session,
    Term,
)
from tests.lms.schools.test_counties import NOW, brought_in, county

DURING = datetime(2026, 9, 7, 2, 10, tzinfo=UTC)


@dataclass
class Cast:
    """The first lesson of class G1 of school S, given by T, and the people: scheduler, head, helper, teacher, other."""

    term: Term
    row: Attendance
    people: dict[str, User]

    @property
    def session(self) -> Session:
        return self.row.session


def planned_by_hand(term: Term) -> Plan:
    """G1 and G2 follow T on Mondays, G1 on Tuesdays too: no solver is needed to know it."""
    plan = Plan.objects.create(term=term, version=1, state="draft", time_limit_s=1, created_at=NOW)
    requests = {one.key: one for one in LessonRequest.objects.filter(term=term)}
    given = LeadTeacher.objects.get(term=term)
    both = LessonSeries.objects.create(plan=plan, teacher=given, level="a", slots=[[1, 1], [2, 1]])
    SeriesReceiver.objects.create(series=both, request=requests["R1"], slots=[[1, 1], [2, 1]])
    alone = LessonSeries.objects.create(plan=plan, teacher=given, level="a", slots=[[1, 2]])
    SeriesReceiver.objects.create(series=alone, request=requests["R2"], slots=[[1, 2]])
    return plan


@pytest.fixture
def cast(db: None) -> Cast:
    users = {name: User.objects.create_user(name) for name in ("scheduler", "head", "helper", "teacher", "other")}
    users["scheduler"].user_permissions.add(Permission.objects.get(codename="schedule_county"))
    document = county()
    document["schools"].append({**document["schools"][0], "id": "S2"})
    term = brought_in(document, by=users["scheduler"])
    for name, key in (("head", "S"), ("helper", "S"), ("teacher", "T")):
        Member.objects.create(term=term, user=users[name], role=name, key=key)
    Member.objects.create(term=term, user=users["other"], role="helper", key="S2")
    services.publish_plan(plan=planned_by_hand(term), now=NOW)
    row = Attendance.objects.select_related("session__series__plan__term").filter(school_class__key="G1")
    return Cast(term, row.earliest("starts_at"), users)
