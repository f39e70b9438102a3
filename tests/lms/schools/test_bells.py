"""Bells of other days: read from sheets and pages, kept beside the usual ones, and held to in dated lessons."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lms.core import work
from lms.schools import importing, publishing, services
from lms.schools.errors import BadTables
from lms.schools.models import Attendance, School, Session, Term
from lms.schools.sheets import cells
from lms.schools.sheets.types import NotUnderstood
from tests.lms.schools.test_corrections import as_scheduler, page_of, put
from tests.lms.schools.test_counties import BELLS, NOW, brought_in, county, drafted
from tests.lms.schools.test_pages import person
from tests.lms.schools.test_sheets import assembled, empty

LATER = [{"start": "08:20", "minutes": 40}, {"start": "09:20", "minutes": 40}]
THERE = [{"start": "10:20", "minutes": 40}, {"start": "11:20", "minutes": 40}]  # the same, two hours east
pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture(autouse=True)
def _working() -> Iterator[None]:
    work.stopping.clear()
    yield
    work.stopping.clear()


def on(weekdays: list[int], bells: list[Any], starts: str = "", ends: str = "") -> dict[str, Any]:
    return {"weekdays": weekdays, "from": starts, "to": ends, "bells": bells}


def a_term(school: list[Any], site: list[Any], **fields: Any) -> Term:
    document = county()
    document["schools"][0]["other_bells"] = school
    document["lead_sites"][0]["other_bells"] = site
    return brought_in(document, by=person("scheduler", schedules=True), **fields)


def starts() -> set[str]:
    """When lessons begin at the school, by its clock."""
    rows = Attendance.objects.filter(cancelled=False).values_list("starts_at", flat=True)
    return {f"{at + timedelta(hours=6):%m-%d %H:%M}" for at in rows}


@pytest.mark.parametrize(
    ("text", "weekdays", "spans"),
    [
        ("周五", [5], []),
        ("周一至周三", [1, 2, 3], []),
        ("Mon, Wed", [1, 3], []),
        ("2026-10-08至2026-11-20", [], [("2026-10-08", "2026-11-20")]),
        ("2026-10-08、2026-10-09、2026-10-12", [], [("2026-10-08", "2026-10-09"), ("2026-10-12", "2026-10-12")]),
    ],
)
def test_days_of_bells_are_weekdays_or_dates(text: str, weekdays: list[int], spans: list[tuple[str, str]]) -> None:
    expected = [{"weekdays": weekdays, "from": start, "to": end} for start, end in spans or [("", "")]]
    assert cells.bell_days(text) == expected


@pytest.mark.parametrize("text", ["雨天", "周六", "周五（单周）", "夏季", "2026-13-01", ""])
def test_days_that_cannot_be_told_are_not_guessed(text: str) -> None:
    with pytest.raises(NotUnderstood):
        cells.bell_days(text)


def test_sheets_bring_bells_of_other_days() -> None:
    def change(book: Any) -> None:
        for row, days in enumerate(("日类型", "周一至周四", "周一至周四"), 1):
            book["作息"].cell(row, 5, days)
        book["作息"].append(["夏季作息", "第1节", "09:00", "09:40", "周五"])
        book["作息"].append(["夏季作息", "第1节", "08:40", "09:20", "2026-11-01至2026-12-31"])
        book["作息"].append(["夏季作息", "第1节", "08:40", "09:20", "雨天"])

    made = assembled(empty(change))
    assert made.problems == ()
    assert [one.code for one in made.notes] == ["other_days"]  # rain
    for row in (made.document["schools"][0], made.document["lead_sites"][0]):
        assert [bell["start"] for bell in row["bells"]] == ["08:20", "09:10"]
        friday, winter = row["other_bells"]
        assert friday == on([5], [{"start": "09:00", "minutes": 40}])
        assert winter == on([], [{"start": "08:40", "minutes": 40}], "2026-11-01", "2026-12-31")


def test_a_period_that_is_missing_on_other_days_is_told_at_its_cell() -> None:
    def change(book: Any) -> None:
        book["作息"].cell(1, 5, "日类型")
        book["作息"].append(["夏季作息", "第2节", "09:00", "09:40", "周五"])

    (problem,) = {(one.code, one.place.row) for one in assembled(empty(change)).problems}
    assert problem == ("period_out_of_order", 4)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [
        on([6], LATER),
        on(["Fri"], LATER),  # type: ignore[list-item]
        on([5], [{"start": "25:00", "minutes": 40}]),
        on([5], [LATER[0], LATER[0]]),
        on([5], []),
        on([], LATER, "soon", "2026-10-01"),
        "rain",
    ],
)
def test_other_bells_that_cannot_be_are_refused_where_usual_ones_are(wrong: Any) -> None:
    with pytest.raises(BadTables) as caught:
        a_term([wrong], [])
    assert [(one.row, one.field) for one in caught.value.problems] == [(("schools", 0), "other_bells")]


@pytest.mark.django_db
def test_lessons_of_other_days_are_when_their_bells_say_where_both_sides_change() -> None:
    term = a_term([on([], LATER, "2026-09-14", "2026-09-20")], [on([], THERE, "2026-09-14", "2026-09-20")])
    plan = drafted(term)
    assert publishing.undated_of(plan=plan, now=NOW) == []
    services.publish_plan(plan=plan, now=NOW)
    before = {one for one in starts() if one < "09-14"}
    assert {one[-2:] for one in before} == {"00"}
    assert {one[-2:] for one in starts() - before} == {"20"}
    assert len(before) == len(starts() - before)


@pytest.mark.django_db
def test_lessons_whose_sides_do_not_meet_on_other_days_are_told_before_and_not_made() -> None:
    term = a_term([on([1], LATER)], [])
    plan = drafted(term)
    expected = publishing.undated_of(plan=plan, now=NOW)
    assert {tuple(one["slot"]) for one in expected} <= {(1, 1), (1, 2)}
    assert {one["lessons"] for one in expected} == {2}  # two Mondays
    services.publish_plan(plan=plan, now=NOW)
    plan.refresh_from_db()
    assert plan.undated == expected
    page = as_scheduler(term).get(f"/schools/plans/{plan.pk}/").content.decode()
    assert "Not held on days of other bells" in page
    assert starts()
    assert not {one for one in starts() if one[:5] in ("09-07", "09-14")}
    assert not Session.objects.filter(attendances=None).exists()


@pytest.mark.django_db
def test_a_period_that_a_day_has_not_is_no_lesson() -> None:
    term = a_term([], [on([1, 2, 3, 4, 5], THERE[:1], "2026-09-14", "2026-09-14")])
    plan = drafted(term)
    services.publish_plan(plan=plan, now=NOW)
    assert "09-07" in {one[:5] for one in starts()}
    assert "09-14" not in {one[:5] for one in starts()}


@pytest.mark.django_db
def test_the_first_bells_that_a_day_has_hold_and_swapped_days_have_those_of_their_lessons() -> None:
    first, second = on([2], LATER, "2026-09-07", "2026-09-13"), on([2], THERE)
    school = School(bells=BELLS, other_bells=[first, second])
    assert school.bells_on(date(2026, 9, 8), 2) == LATER
    assert school.bells_on(date(2026, 9, 15), 2) == THERE
    assert school.bells_on(date(2026, 9, 9), 3) == BELLS
    assert school.bells_on(date(2026, 9, 12), 2) == LATER  # a Saturday with Tuesday's lessons


@pytest.mark.django_db
def test_bells_of_other_days_are_put_right_on_the_page() -> None:
    term = a_term([on([1, 5], LATER)], [])
    page = as_scheduler(term).get(page_of(term, "schools")).content.decode()
    assert 'value="Mon, Fri"' in page
    assert "08:20–09:00" in page
    before = importing.document_of(term)
    same = {"other_bells-days": ["Mon, Fri", ""], "other_bells-bells": ["08:20–09:00\r\n09:20–10:00", ""]}
    assert put(term, "schools", **same).status_code == 302
    assert importing.document_of(term) == before
    dated = {"other_bells-days": ["2026-10-08 to 2026-11-20"], "other_bells-bells": ["08:20"]}
    assert put(term, "schools", **dated).status_code == 302
    assert School.objects.get().other_bells == [on([], LATER[:1], "2026-10-08", "2026-11-20")]
    for days, bells, told in (
        ("rain", "08:20", "no weekday and no date"),
        ("Fri", "25:00", "no time"),
        ("Fri", "", "at least one period"),
        ("Fri", "08:00-09:00, 08:30-09:10", "overlap"),
        ("", "08:20", "no weekday and no date"),
    ):
        answer = put(term, "schools", **{"other_bells-days": [days], "other_bells-bells": [bells]})
        assert answer.status_code == 422
        assert told in answer.content.decode()


@pytest.mark.django_db
def test_what_began_already_is_not_told_as_missing() -> None:
    plan = drafted(a_term([on([1], LATER)], []))
    assert {one["lessons"] for one in publishing.undated_of(plan=plan, now=datetime(2026, 9, 10, tzinfo=UTC))} == {1}
