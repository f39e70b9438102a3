"""A week as a picture: well-formed whatever a county calls its classes, and for who may see the week."""

from datetime import date
from xml.etree import ElementTree

import pytest

from lms.schools import selectors
from lms.schools.models import Member, SchoolClass
from lms.schools.pictures import week_picture
from tests.lms.schools.published import many, publish
from tests.lms.schools.test_counties import brought_in
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


def test_it_has_each_lesson_of_the_week_and_is_as_high_as_it_must_be() -> None:
    term = brought_in()
    publish(term)
    whom = selectors.whose(term, "school", "S")
    assert whom is not None
    drawn = ElementTree.fromstring(week_picture(selectors.board(term, whom, date(2026, 9, 7)), "School"))
    texts = [one.text or "" for one in drawn.iter(f"{SVG}text")]
    assert texts.count("08:00–08:40") == 2
    assert texts.count("09:00–09:40") == 1
    assert max(float(one.get("y", 0)) for one in drawn.iter(f"{SVG}text")) < float(drawn.get("height", 0))


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", 'a"b&c', "bell\x07", "三" * 200, "\ud7ff"])
def test_any_name_is_drawn(name: str) -> None:
    term = brought_in()
    publish(term)
    SchoolClass.objects.filter(key="G1").update(key=name)
    whom = selectors.whose(term, "class", name)
    assert whom is not None
    picture = week_picture(selectors.board(term, whom, date(2026, 9, 7)), "Class")
    assert ElementTree.fromstring(picture) is not None
    assert "<script" not in picture


def test_it_is_for_who_may_see_the_week_and_not_of_more_than_can_be_read() -> None:
    term = many(weeks=1)
    scheduler, head = person("scheduler", schedules=True), person("head")
    Member.objects.create(term=term, user=scheduler, role="scheduler")
    Member.objects.create(term=term, user=head, role="head", key="S003")
    page = f"/schools/{term.pk}/week/{{}}/picture.svg?of={{}}&day=2026-09-09"
    answer = signed_in(head).get(page.format("school", "S003"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert "no-store" in answer["Cache-Control"]
    assert signed_in(head).get(page.format("school", "S004")).status_code == 403
    assert signed_in(scheduler).get(page.format("planet", "S004")).status_code == 404
    assert signed_in(scheduler).get(page.format("county", "C")).status_code == 404
    assert signed_in(person("learner")).get(page.format("school", "S003")).status_code == 403
