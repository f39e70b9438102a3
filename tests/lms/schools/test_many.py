"""Pages and calendars of a county with as many lessons in a week as 10,000 in a term make."""

from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from lms.accounts.models import User
from lms.schools.feeds.services import token
from lms.schools.models import Feed, Member, Session, Term
from tests.lms.schools.published import many
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db
MOST_BYTES, MOST_QUERIES = 60_000, 30


@pytest.fixture
def term() -> Term:
    term = many(weeks=1)
    assert Session.objects.count() == 500
    Member.objects.create(term=term, user=person("scheduler", schedules=True), role="scheduler")
    return term


def client() -> Client:
    return signed_in(User.objects.get(username="scheduler"))


@pytest.mark.parametrize(
    ("kind", "key"),
    [("county", "C"), ("school", "S003"), ("class", "G00003"), ("room", "S003/1"), ("teacher", "T0003")],
)
def test_a_board_is_small_and_takes_few_queries(
    term: Term, kind: str, key: str, django_assert_max_num_queries: Any
) -> None:
    asked = client()
    with django_assert_max_num_queries(MOST_QUERIES):
        page = asked.get(f"/schools/{term.pk}/week/{kind}/?of={key}&day=2026-09-09")
    assert page.status_code == 200
    assert len(page.content) <= MOST_BYTES  # before it is compressed


def test_a_countys_board_has_a_day_at_a_time_each_lesson_once(term: Term) -> None:
    with override("en"):
        page = client().get(f"/en/schools/{term.pk}/week/county/?of=C&day=2026-09-09").content.decode()
    assert page.count("<li><b>") == 100
    assert page.count("S003/1") == 5
    assert 'day=2026-09-09" aria-current="date">Wed <small>200</small>' in page
    assert page.count("day=2026-09-1") == 2  # the chips of Thursday and Friday


@pytest.mark.parametrize(("kind", "key", "many"), [("school", "S003", 50), ("teacher", "T0003", 25)])
def test_a_calendar_takes_few_queries(
    term: Term, kind: str, key: str, many: int, django_assert_max_num_queries: Any
) -> None:
    client().post(f"/schools/{term.pk}/calendar/{kind}/?of={key}", {"make": ""})
    with django_assert_max_num_queries(6):
        text = Client().get(f"/schools/feeds/{token(Feed.objects.get())}.ics").content.decode()
    assert text.count("BEGIN:VEVENT") == many
