"""A class asks for lessons in the middle of a term."""

import json
import re
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client

from lms.accounts.models import User
from lms.schools.errors import Clash, FixGone
from lms.schools.models import (
    Attendance,
    LeadTeacher,
    LessonRequest,
    Plan,
    Repair,
    School,
    SeriesReceiver,
    Session,
    Term,
)
from lms.schools.repairing.asking import Way, Wish, grant, ways_for
from tests.lms.schools.factories import school, teacher
from tests.lms.schools.repairing.places import NOW, county, on
from tests.lms.schools.repairing.test_screen import published
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db
WISH = Wish("N", "music", "a", 1, date(2026, 9, 7))


def asking(**changes: Any) -> dict[str, Any]:
    """The county with a class more, which has no lessons yet; T takes three."""
    document = county(**changes)
    document["schools"] = [*document["schools"], school("SN")]
    document["classes"] = [*document["classes"], {"id": "N", "school": "SN", "open": [[1, 1], [1, 2]]}]
    document["teachers"][0] = teacher("T", free=[[1, 1], [2, 2], [3, 1]], max_receivers=3)
    return document


@pytest.fixture
def user() -> User:
    return person("scheduler", schedules=True)


@pytest.fixture
def term(user: User) -> Term:
    return published(asking(), by=user)


def given(term: Term, way: Way, user: User, wish: Wish = WISH) -> Repair:
    return grant(term=term, wish=wish, way=way.key, key=uuid4(), by=user, now=NOW)


def test_lessons_that_are_given_are_joined_before_new_ones_are_and_changes_come_last(term: Term) -> None:
    found = ways_for(term, WISH)
    told = [(one.placement.teacher, one.placement.slots, one.joins, bool(one.needs)) for one in found]
    assert told[:3] == [
        ("T", ((1, 1),), True, False),
        ("V", ((1, 2),), True, False),
        ("V", ((1, 1),), False, False),
    ]
    assert all(one.needs for one in found[3:])


def test_a_class_that_joins_is_in_every_lesson_from_the_day_on(term: Term, user: User) -> None:
    made = given(term, ways_for(term, WISH)[0], user, Wish("N", "music", "a", 1, date(2026, 9, 8)))
    rows = Attendance.objects.filter(school_class__key="N").values_list("starts_at", "session__teacher__key", "room")
    assert list(rows) == [(on(8, 8), "T", 1)]
    assert Session.objects.get(teacher__key="T", starts_at=on(8, 8)).sequence == 1
    assert Session.objects.get(teacher__key="T", starts_at=on(1, 8)).sequence == 0
    row = SeriesReceiver.objects.get(request__school_class__key="N")
    assert (row.slots, row.request.lessons_per_week, row.request.subject) == ([[1, 1]], 1, "music")
    assert (made.kind, made.whose, made.by) == ("request", "N", user)


def test_a_new_series_is_given_for_a_class(term: Term, user: User) -> None:
    given(term, ways_for(term, WISH)[2], user)
    new = Session.objects.filter(attendances__school_class__key="N")
    assert sorted(new.values_list("starts_at", "teacher__key")) == [(on(1, 8), "V"), (on(8, 8), "V")]


def test_what_is_in_the_way_on_a_day_is_told(term: Term, user: User) -> None:
    Session.objects.filter(teacher__key="T", starts_at=on(8, 8)).update(state="cancelled")
    made = given(term, ways_for(term, WISH)[0], user)
    assert (made.changes[0]["given"], made.changes[0]["missed"]) == (1, ["2026-09-14"])


@pytest.mark.parametrize(("way", "start"), [(0, "08:30"), (1, "08:00")], ids=["begins later", "has one period alone"])
def test_a_day_whose_bells_do_not_let_the_lesson_be_is_told(term: Term, user: User, way: int, start: str) -> None:
    chosen = ways_for(term, WISH)[way]
    bells = [{"start": start, "minutes": 60}]
    School.objects.filter(key="SN").update(other_bells=[{"from": "2026-09-14", "to": "2026-09-14", "bells": bells}])
    made = given(term, chosen, user)
    assert (made.changes[0]["given"], made.changes[0]["missed"]) == (1, ["2026-09-14"])


def test_it_is_done_once_and_not_where_it_cannot_be(term: Term, user: User) -> None:
    first, needy = ways_for(term, WISH)[0], ways_for(term, WISH)[-1]
    key = uuid4()
    done = [grant(term=term, wish=WISH, way=first.key, key=key, by=user, now=NOW) for _ in range(2)]
    assert done[0] == done[1]
    assert LessonRequest.objects.filter(school_class__key="N").count() == 1
    assert needy.needs
    for way in (needy.key, "nonsense"):
        with pytest.raises(FixGone):
            grant(term=term, wish=WISH, way=way, key=uuid4(), by=user, now=NOW)
    assert Repair.objects.count() == 1


def test_a_clash_that_only_the_database_sees_gives_nothing(
    term: Term, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = ways_for(term, WISH)[2]
    monkeypatch.setattr("lms.schools.repairing.diary.Diary.is_busy", lambda *_: False)
    series = Session.objects.filter(teacher__key="V")[0].series
    Session.objects.create(series=series, teacher=series.teacher, starts_at=on(8, 8), ends_at=on(8, 9))
    with pytest.raises(Clash):
        given(term, way, user)
    assert not LessonRequest.objects.filter(school_class__key="N").exists()
    assert not Repair.objects.exists()


def test_without_a_published_plan_there_is_no_place(term: Term) -> None:
    Plan.objects.update(state="withdrawn")
    assert ways_for(term, WISH) == []


# The page


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, user: User) -> Client:
    monkeypatch.setattr("lms.schools.repairing.views.now", lambda: NOW)
    return signed_in(user)


def address(term: Term, **changes: Any) -> str:
    what = json.dumps(["music", "a"])
    fields = {"of": "N", "what": what, "lessons": 1, "begins": "2026-09-07", **changes}
    return f"/en/schools/{term.pk}/ask/?" + urlencode(fields)


def test_a_class_is_given_lessons_on_the_page(client: Client, term: Term) -> None:
    assert 'value="2026-09-01"' in client.get(f"/schools/{term.pk}/ask/").content.decode()
    page = client.get(address(term)).content.decode()
    assert "joins lessons that are given" in page
    assert "First: " in page
    fix, key = re.findall(r'name="fix" value="(\w+)"><input type="hidden" name="key" value="([\w-]+)"', page)[0]
    answer = client.post(address(term), {"fix": fix, "key": key})
    assert answer.status_code == 302
    told = client.get(answer["Location"]).content.decode()
    assert "N (SN): Music by T (L), Monday 1, from Mon 9/7 on" in told
    assert client.post(address(term), {"fix": "gone", "key": str(uuid4())}).status_code == 409


@pytest.mark.parametrize(
    "changes", [{"of": "X"}, {"what": "[]"}, {"lessons": 9}, {"lessons": "many"}, {"begins": "soon"}]
)
def test_what_cannot_be_asked_for_is_told(client: Client, term: Term, changes: dict[str, Any]) -> None:
    page = client.get(address(term, **changes))
    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()


def test_nobody_else_gives_lessons(term: Term) -> None:
    other = signed_in(person("stranger", schedules=True))
    assert other.get(address(term)).status_code == 404
    assert other.post(address(term), {"fix": "x", "key": str(uuid4())}).status_code == 404
    assert LeadTeacher.objects.exists()
