"""Rows put right on pages: by whom, what is refused in which words, and what a plan made before has to do with it."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core import work
from lms.schools import importing, naming, services
from lms.schools.corrections import fields
from lms.schools.corrections import services as corrections
from lms.schools.corrections.fields import FIELDS, Field
from lms.schools.errors import ChangedMeanwhile, Outdated
from lms.schools.models import (
    Attendance,
    LeadSite,
    LeadTeacher,
    LessonRequest,
    Member,
    School,
    SchoolClass,
    Session,
    Term,
)
from lms.schools.sheets.types import NotUnderstood
from tests.lms.schools.test_counties import NOW, brought_in, county, drafted
from tests.lms.schools.test_pages import person, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
MODELS = {
    "schools": (School, "S"),
    "classes": (SchoolClass, "G1"),
    "requests": (LessonRequest, "R1"),
    "lead_sites": (LeadSite, "L"),
    "teachers": (LeadTeacher, "T"),
}
FORMS: dict[str, dict[str, Any]] = {
    "schools": {"timezone": "Asia/Urumqi", "bells": ["08:00-08:40", "09:00-09:40"], "remote_rooms": "1"},
    "classes": {"grades": "3", "open": ["1-1", "2-1"]},
    "requests": {"subject": "music", "level": "a", "lessons_per_week": "2", "priority": "1"},
    "lead_sites": {
        "scope": "national",
        "serves": "",
        "timezone": "Asia/Shanghai",
        "bells": ["10:00–10:40", "11:00"],
        "studios": "1",
    },
    "teachers": {
        "subject": "music",
        "levels": "a",
        "free": ["1-1", "1-2", "2-1", "3-1"],
        "max_weekly_lessons": "5",
        "max_receivers": "3",
    },
}


@pytest.fixture(autouse=True)
def _working() -> Iterator[None]:
    work.stopping.clear()
    yield
    work.stopping.clear()


def a_term(document: dict[str, Any] | None = None) -> Term:
    return brought_in(document, by=person("scheduler", schedules=True))


def page_of(term: Term, kind: str, key: str = "") -> str:
    model, usual = MODELS[kind]
    row: Any = model._default_manager.get(term=term, key=key or usual)
    return f"/schools/{term.pk}/data/{kind}/{row.pk}/"


def as_scheduler(term: Term) -> Client:
    return signed_in(Member.objects.get(term=term, role="scheduler").user)


def put(term: Term, kind: str, key: str = "", **changes: Any) -> Any:
    return as_scheduler(term).post(page_of(term, kind, key), {**FORMS[kind], **changes})


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_shown_and_stored_again_is_the_same_for_a_plan(kind: str) -> None:
    term = a_term()
    before = importing.document_of(term)
    assert as_scheduler(term).get(page_of(term, kind)).status_code == 200
    assert put(term, kind).status_code == 302
    assert importing.planned_with(importing.document_of(term)) == importing.planned_with(before)


def test_fields_are_read_as_cells_of_sheets_are() -> None:
    term = a_term()
    assert (
        put(term, "requests", subject="美术课", lessons_per_week="１节", priority="2.5", unit="第二单元").status_code
        == 302
    )
    row = LessonRequest.objects.get(key="R1")
    assert (row.subject, row.lessons_per_week, row.priority, row.unit) == ("art", 1, 2.5, "第二单元")
    assert put(term, "classes", grades="三、四年级复式").status_code == 302
    assert (one := SchoolClass.objects.get(key="G1")).grades == [3, 4]
    assert one.grade == 3
    assert put(term, "schools", bells=["8：00至8：40", "", "09:00"]).status_code == 302
    assert School.objects.get().bells == county()["schools"][0]["bells"]


def test_what_is_left_as_it_stood_stays_however_it_would_be_read() -> None:
    document = county()
    for row in (document["requests"][0], document["requests"][1]):
        row["level"] = "３"  # as a sheet's cell this would be grade-3
    document["teachers"][0]["levels"] = ["３"]
    term = a_term(document)
    assert put(term, "requests", level="３", lessons_per_week="1").status_code == 302
    assert put(term, "teachers", levels="３").status_code == 302
    assert LessonRequest.objects.get(key="R1").level == "３"
    assert LeadTeacher.objects.get().levels == ["３"]


def test_a_nul_is_no_reason_to_fall_over() -> None:
    term = a_term()
    client = as_scheduler(term)
    assert client.get(f"/schools/{term.pk}/data/classes/?q=G%001").status_code == 200
    assert put(term, "requests", level="a\0").status_code == 422
    sent = {**FORMS["classes"], "key": "G\0", "school": "S"}
    assert client.post(f"/schools/{term.pk}/data/classes/new/", sent).status_code == 422
    assert client.post(f"/schools/{term.pk}/members/", {"who": "\0", "role": "head", "key": "\0"}).status_code == 422


@pytest.mark.parametrize(
    ("kind", "changes", "told"),
    [
        ("schools", {"bells": ["25:00-25:40", "09:00-09:40"]}, "25:00"),
        ("schools", {"bells": ["08:00-08:40", "08:30-09:10"]}, "periods 1 and 2 overlap"),
        ("schools", {"bells": ["08:40-08:00"]}, "ends before it begins"),
        ("schools", {"bells": ["08:00-08:40"]}, "“G2”"),  # is open in the second period
        ("schools", {"bells": []}, "at least one period"),
        ("schools", {"timezone": "Asia/Nowhere"}, "no IANA time zone"),
        ("schools", {"timezone": ""}, "not empty"),
        ("schools", {"remote_rooms": "-1"}, "no whole number"),
        ("schools", {"remote_rooms": "9999999"}, "should lie between"),
        ("schools", {"avoid_periods": ["x"]}, "no period"),
        ("classes", {"open": ["9-1"]}, "weekdays go from"),
        ("classes", {"open": ["1-9"]}, "know periods 1 to 2"),
        ("classes", {"open": ["tomorrow"]}, "no whole number"),
        ("classes", {"grades": "thirteen"}, "no grade"),
        ("requests", {"lessons_per_week": "0"}, "should lie between"),
        ("requests", {"priority": "high"}, "no whole number"),
        ("requests", {"level": ""}, "not empty"),
        ("requests", {"edition": "x" * 201}, "longer than 200"),
        ("lead_sites", {"scope": "galaxy"}, "should be county, cluster or national"),
        ("lead_sites", {"scope": "county", "serves": "Z"}, "there is no county of that id"),
        ("lead_sites", {"studios": ""}, "no whole number"),
        ("lead_sites", {"bells": ["10:00-10:40"]}, "“T”"),
        ("teachers", {"max_receivers": "many"}, "no whole number"),
        ("teachers", {"free": ["1-3"]}, "know periods 1 to 2"),
    ],
)
def test_what_the_data_cannot_hold_is_told_and_not_stored(kind: str, changes: dict[str, Any], told: str) -> None:
    term = a_term()
    before = importing.document_of(term)
    answer = put(term, kind, **changes)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert 'role="alert"' in answer.content.decode()
    assert importing.document_of(term) == before


def test_a_free_period_that_is_an_own_lesson_too_is_refused() -> None:
    document = county()
    document["teachers"][0]["fixed_streams"] = [{"id": "F", "level": "a", "slots": [[3, 2]]}]
    term = a_term(document)
    page = as_scheduler(term).get(page_of(term, "teachers")).content.decode()
    assert 'value="3-2"' not in page  # its own lesson stands there
    answer = put(term, "teachers", free=["1-1", "3-2"])
    assert answer.status_code == 422
    assert "free slots too" in answer.content.decode()


def test_rows_are_added_named_once_and_taken_out_when_nothing_refers_to_them() -> None:
    term = a_term()
    client, new = as_scheduler(term), f"/schools/{term.pk}/data/classes/new/"
    sent = {**FORMS["classes"], "key": "G3", "school": "S", "open": []}
    assert "no school of that id" in client.post(new, {**sent, "school": "S9"}).content.decode()
    assert "is there already" in client.post(new, {**sent, "key": "G1"}).content.decode()
    assert client.post(new, {**sent, "key": " "}).status_code == 422
    assert client.post(new, sent)["Location"] == f"{page_of(term, 'classes', 'G3')}?stored"
    taken = client.post(f"{page_of(term, 'classes', 'G1')}remove/")
    assert taken.status_code == 409
    assert "1 row refers to “G1”" in taken.content.decode()
    assert client.post(f"{page_of(term, 'requests', 'R1')}remove/").status_code == 302
    assert client.post(f"{page_of(term, 'classes', 'G1')}remove/").status_code == 302
    assert [one["id"] for one in importing.document_of(term)["classes"]] == ["G2", "G3"]
    assert client.get(page_of(term, "classes", "G1")).status_code == 404
    assert client.post(new, {**sent, "key": "G1"}).status_code == 302  # as it was, under its name
    assert SchoolClass.objects.filter(key="G1", removed=False).count() == 1


def test_lists_are_searched_and_paged() -> None:
    document = county()
    document["classes"] += [{"id": f"P{number:02}", "school": "S", "open": []} for number in range(60)]
    term = a_term(document)
    client, page = as_scheduler(term), f"/schools/{term.pk}/data/"
    first = client.get(f"{page}classes/").content.decode()
    assert "P10" in first
    assert "P59" not in first
    assert "P59" in client.get(f"{page}classes/?page=2").content.decode()
    found = client.get(f"{page}classes/?q=p5+s").content.decode()
    assert "P59" in found
    assert "G1" not in found
    assert "R3" in client.get(f"{page}requests/?q=美术").content.decode()
    assert "Nothing found" in client.get(f"{page}teachers/?q=nobody").content.decode()
    assert client.get(f"{page}planets/").status_code == 404


def test_the_term_is_put_right_by_the_rules_of_bringing_it_in() -> None:
    term = a_term()
    client, page = as_scheduler(term), f"/schools/{term.pk}/data/term/"
    days = {"name": "Autumn", "starts_on": "2026-09-07", "ends_on": "2026-09-20", "tolerance": "5"}
    moved = {**days, "holidays": "2026-09-14", "swapped": "2026-09-19=1"}
    assert client.post(page, moved).status_code == 302
    term.refresh_from_db()
    assert (term.name, term.holidays, term.swapped) == ("Autumn", ["2026-09-14"], {"2026-09-19": 1})
    for wrong in (
        {"ends_on": "2026-09-01"},
        {"ends_on": "2029-09-01"},
        {"holidays": "soon"},
        {"swapped": "2026-09-19=7"},
    ):
        assert client.post(page, {**days, **wrong}).status_code == 422
    assert client.post(page, {**days, "tolerance": "many"}).status_code == 422
    assert client.post(page, {**days, "tolerance": "9999999"}).status_code == 422
    term.refresh_from_db()
    assert term.rules["start_tolerance_minutes"] == 5


def test_published_lessons_stay_and_the_page_says_that_a_new_plan_is_needed() -> None:
    term = a_term()
    services.publish_plan(plan=drafted(term), now=NOW)
    before = list(Session.objects.order_by("pk").values()) + list(Attendance.objects.order_by("pk").values())
    said = "it counts from the next plan on"
    client = as_scheduler(term)
    put(term, "classes", grades="5")
    assert said not in client.get(page_of(term, "classes")).content.decode()  # a plan does not know grades
    put(term, "classes", open=["1-1", "3-1"])
    client.post(f"{page_of(term, 'requests', 'R2')}remove/")
    assert said in client.get(page_of(term, "classes")).content.decode()
    assert said in client.get(f"/schools/{term.pk}/").content.decode()
    assert list(Session.objects.order_by("pk").values()) + list(Attendance.objects.order_by("pk").values()) == before
    services.publish_plan(plan=drafted(term), now=NOW)
    assert not corrections.is_outdated(term)
    days = {"starts_on": term.starts_on, "ends_on": term.ends_on, "swapped": {}, "name": "N", "tolerance": 5}
    corrections.correct_term(term=term, holidays=[date(2026, 9, 14)], **days)
    assert corrections.is_outdated(term)


def test_a_plan_of_other_data_than_there_is_now_cannot_be_published() -> None:
    term = a_term()
    plan = drafted(term)
    put(term, "classes", open=["1-1", "3-1"])
    with pytest.raises(Outdated):
        services.publish_plan(plan=plan, now=NOW)
    assert not Session.objects.exists()


def test_two_people_at_once_do_not_undo_each_other() -> None:
    term = a_term()
    row = SchoolClass.objects.get(key="G1")
    seen = importing.fingerprint(corrections.values_of("classes", row))
    corrections.correct(term=term, kind="classes", row=row, values={"open": [[1, 1]]}, seen=seen)
    with pytest.raises(ChangedMeanwhile):
        corrections.correct(term=term, kind="classes", row=row, values={"open": [[2, 1]]}, seen=seen)
    answer = put(term, "classes", seen=seen)
    assert answer.status_code == 409
    assert "changed this meanwhile" in answer.content.decode()
    assert SchoolClass.objects.get(key="G1").open == [[1, 1]]


TEXTS = st.text(max_size=12) | st.sampled_from(
    ["1-1", "9-99", "25:00", "08:00-09:00", "三、四", "周五", "-", "1e9", "²"]
)


@settings(max_examples=150)
@given(field=st.sampled_from(sorted({one for some in FIELDS.values() for one in some}, key=str)), texts=st.lists(TEXTS))
def test_whatever_is_sent_is_read_or_told(field: Field, texts: list[str]) -> None:
    sent = QueryDict(mutable=True)
    for name in (field.name, f"{field.name}-days", f"{field.name}-bells"):
        sent.setlist(name, texts)
    try:
        fields.read(field, sent)
    except NotUnderstood as error:
        naming.not_understood(error)  # knows words for it


# Who x what -> status. The head is of S; S2 is another school.
NOBODY = {"scheduler": 200, "head": 404, "teacher": 404, "learner": 404, "stranger": 404}
OWN = {**NOBODY, "head": 200}
DONE = {**NOBODY, "scheduler": 302}
TABLE: dict[str, tuple[str, dict[str, int]]] = {
    "data": ("", {**NOBODY, "head": 302}),
    "term": ("term/", NOBODY),
    "set term": ("POST term/", {**NOBODY, "scheduler": 422}),
    **{f"list {kind}": (f"{kind}/", OWN if kind == "classes" else NOBODY) for kind in ("counties", *FORMS)},
    **{f"row {kind}": (f"{kind}/{{{kind}}}/", OWN if kind == "classes" else NOBODY) for kind in FORMS},
    **{
        f"set {kind}": (f"POST {kind}/{{{kind}}}/", {**DONE, "head": 302} if kind == "classes" else DONE)
        for kind in FORMS
    },
    **{f"new {kind}": (f"{kind}/new/", NOBODY) for kind in FORMS},
    **{f"add {kind}": (f"POST {kind}/new/", {**NOBODY, "scheduler": 422}) for kind in FORMS},
    "remove": ("POST classes/{classes}/remove/", {**NOBODY, "scheduler": 409}),
    "other class": ("classes/{other}/", NOBODY),
    "set other class": ("POST classes/{other}/", DONE),
}


@pytest.mark.parametrize("what", TABLE)
@pytest.mark.parametrize("who", [*NOBODY, "guest"])
def test_who_may_correct_what(who: str, what: str) -> None:
    users = {name: person(name, schedules=name in {"scheduler", "stranger"}) for name in NOBODY}
    document = county()
    document["schools"].append({**document["schools"][0], "id": "S2"})
    document["classes"].append({"id": "G9", "school": "S2", "open": []})
    term = brought_in(document, by=users["scheduler"])
    Member.objects.create(term=term, user=users["head"], role="head", key="S")
    Member.objects.create(term=term, user=users["teacher"], role="teacher", key="T")
    path, allowed = TABLE[what]
    rows: dict[str, Any] = {
        kind: model._default_manager.get(term=term, key=key).pk for kind, (model, key) in MODELS.items()
    }
    rows["other"] = SchoolClass.objects.get(term=term, key="G9").pk
    verb, _space, path = path.rpartition(" ")
    path = f"/schools/{term.pk}/data/{path.format(**rows)}"
    client = Client() if who == "guest" else signed_in(users[who])
    sent = FORMS.get(what.removeprefix("set "), FORMS["classes"])
    before = importing.document_of(term)
    answer = client.post(path, sent) if verb else client.get(path)
    if who == "guest":
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/sign-in/?next=")
    else:
        assert answer.status_code == allowed[who]
    if answer.status_code == 404 or who == "guest":
        assert importing.document_of(term) == before


def test_rows_of_another_term_are_not_found() -> None:
    term = a_term()
    other = brought_in(by=person("somebody", schedules=True))
    client = as_scheduler(term)
    row = SchoolClass.objects.get(term=other, key="G1").pk
    assert client.get(f"/schools/{term.pk}/data/classes/{row}/").status_code == 404
    assert client.get(f"/schools/{other.pk}/data/classes/{row}/").status_code == 404


def test_a_head_is_led_to_own_classes() -> None:
    term = a_term()
    head = person("head")
    Member.objects.create(term=term, user=head, role="head", key="S")
    client = signed_in(head)
    assert f"/schools/{term.pk}/data/" in client.get(f"/schools/{term.pk}/").content.decode()
    answer = client.get(f"/schools/{term.pk}/data/")
    assert answer["Location"] == f"/schools/{term.pk}/data/classes/"
    assert "remove" not in client.get(page_of(term, "classes")).content.decode()
