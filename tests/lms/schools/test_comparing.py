"""Two versions of a plan side by side."""

import pytest
from hypothesis import given, settings

from lms.schools.models import LeadTeacher, LessonRequest, LessonSeries, Plan, SeriesReceiver, Term
from lms.schools.scheduling.comparing import compare
from lms.schools.scheduling.planning import plan
from lms.schools.scheduling.reading import read_instance
from lms.schools.scheduling.types import Receiver, Stream
from tests.lms.schools import factories
from tests.lms.schools.repairing.places import NOW
from tests.lms.schools.repairing.test_screen import published
from tests.lms.schools.test_pages import person, signed_in


def stream(teacher: str, day: int, *requests: str) -> Stream:
    return Stream(teacher, "music", "a", ((day, 1),), tuple(Receiver(one, "G", ((day, 1),)) for one in requests))


def test_what_is_gained_lost_moved_and_the_same() -> None:
    found = compare(
        [stream("T", 1, "same", "moved", "lost"), stream("V", 2, "other teacher")],
        [stream("T", 1, "same"), stream("T", 2, "moved", "other teacher", "gained")],
    )
    assert found.same == 1
    assert [one.request for one in found.gained] == ["gained"]
    assert [one.request for one in found.lost] == ["lost"]
    assert [(one.request, one.moved) for one in found.moved] == [("moved", 1), ("other teacher", 1)]


@settings(max_examples=20)
@given(factories.instances(most_requests=6))
def test_a_plan_is_like_itself_and_loses_what_nothing_gains(document: object) -> None:
    made = plan(read_instance(document), time_limit_s=0.1).streams
    assert compare(made, made).differences == ()
    assert len(compare(made, ()).lost) == len(compare((), made).gained) == sum(len(one.receivers) for one in made)


def second_version(term: Term) -> Plan:
    """T has only A, a period later on Wednesday; B is left out."""
    made = Plan.objects.create(term=term, version=2, state="draft", time_limit_s=1, created_at=NOW)
    by = LeadTeacher.objects.get(term=term, key="T")
    series = LessonSeries.objects.create(plan=made, teacher=by, level="a", slots=[[3, 1]])
    SeriesReceiver.objects.create(series=series, request=LessonRequest.objects.get(term=term, key="RA"), slots=[[3, 1]])
    return made


@pytest.mark.django_db
def test_the_page_shows_who_gains_and_who_loses() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    made = second_version(term)
    client = signed_in(user)
    assert '<option value="1">' in client.get(f"/en/schools/plans/{made.pk}/").content.decode()
    page = client.get(f"/en/schools/plans/{made.pk}/compare/?with=1").content.decode()
    assert "Left out now <small>2</small>" in page
    assert "Other times or teachers <small>1</small>" in page
    assert "Monday 1 T" in page
    assert "Wednesday 1 T" in page
    assert "Covered only now" not in page


@pytest.mark.django_db
def test_only_versions_that_there_are_are_compared_and_only_by_schedulers() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    made = second_version(term)
    Plan.objects.create(term=term, version=3, state="failed", time_limit_s=1, created_at=NOW)
    client = signed_in(user)
    for which in ("2000", "3", "", "x", "１", "9" * 30):
        assert client.get(f"/schools/plans/{made.pk}/compare/?with={which}").status_code == 404
    other = signed_in(person("stranger", schedules=True))
    assert other.get(f"/schools/plans/{made.pk}/compare/?with=1").status_code == 403
