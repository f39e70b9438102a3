"""A lesson at another time: where it may go, what is said where it may not, and that nothing ever clashes."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from lms.accounts.models import User
from lms.core.ids import uuid7
from lms.schools import services, words
from lms.schools.class_time.services import give
from lms.schools.errors import Clash, NotMovable
from lms.schools.models import Attendance, County, Member, Notice, Session, Term
from lms.schools.moving import options as moving
from tests.contract import movers
from tests.lms.schools.published import publish
from tests.lms.schools.test_counties import BELLS, NOW, brought_in, county
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 9, 7)


def roomy(**changes: Any) -> dict[str, Any]:
    """The county of test_counties where everything fits: what a test changes is what is in the way."""
    document = county()
    every = [[day, period] for day in range(1, 6) for period in (1, 2)]
    document["schools"][0] |= {"remote_rooms": 2}
    document["lead_sites"][0] |= {"studios": 2}
    document["teachers"][0] |= {"free": every}
    for one in document["classes"]:
        one["open"] = every
    for name, changed in changes.items():
        document[name][0] |= changed
    return document


def published(document: dict[str, Any] | None = None, **streams: list[list[int]]) -> Term:
    term = brought_in(document or roomy(), by=person("scheduler", schedules=True))
    publish(term, NOW, **(streams or {"R1": [[1, 1]], "R2": [[2, 1]]}))
    return term


def first(key: str = "G1") -> Session:
    """The class's first lesson."""
    found = Session.objects.filter(attendances__school_class__key=key).order_by("starts_at")[0]
    fresh = moving.session_of(found.pk)
    assert fresh is not None
    return fresh


def codes(day: int, period: int = 1, key: str = "G1", monday: date = MONDAY) -> set[str]:
    """What stands in the way of moving the class's first lesson to a weekday and a period."""
    found = moving.options(first(key), monday, NOW)
    (one,) = [each for each in found if each.day == monday + timedelta(days=day - 1) and each.period == period]
    return {barrier.code for barrier in one.barriers}


def test_a_lesson_goes_where_nothing_is_in_the_way_and_keeps_its_row() -> None:
    published()
    session, row = first(), Attendance.objects.filter(school_class__key="G1").order_by("starts_at")[0]
    assert codes(3) == set()
    services.move_session(session=session, day=MONDAY + timedelta(days=2), period=2, now=NOW)
    session.refresh_from_db()
    row.refresh_from_db()
    assert session.starts_at == row.starts_at == datetime(2026, 9, 9, 3, tzinfo=UTC)
    assert row.ends_at - row.starts_at == timedelta(minutes=40)
    assert (session.sequence, session.changed_at, row.session_id) == (1, NOW, session.pk)


def test_everyone_is_told_what_was_and_what_is() -> None:
    published()
    services.move_session(session=first(), day=MONDAY + timedelta(days=2), period=2, now=NOW)
    told = Notice.objects.filter(kind="moved").get().told
    assert (told["was"]["starts_at"][:16], told["now"]["starts_at"][:16]) == ("2026-09-07T02:00", "2026-09-09T03:00")
    assert [one["class"] for one in told["now"]["classes"]] == ["G1"]


# What is changed of the roomy county, where the lesson is to go, and the only thing that is said.
BARRIERS = {
    "here": ({}, 1, 1, {}),
    "not_free": ({"teachers": {"free": [[1, 1], [2, 1]]}}, 3, 1, {}),
    "teacher": ({}, 2, 1, {}),
    "studios": ({"lead_sites": {"studios": 1}}, 2, 1, {}),
    "bells": ({"schools": {"bells": [BELLS[0], {"start": "12:00", "minutes": 40}]}}, 3, 2, {}),
    "not_open": ({"classes": {"open": [[1, 1]]}}, 3, 1, {}),
    "rooms": ({"schools": {"remote_rooms": 1}}, 2, 1, {}),
    "link": ({"counties": {"max_concurrent": 1}}, 2, 1, {}),
    "class": ({}, 3, 1, {"R1": [[1, 1], [3, 1]]}),
    "twice": ({}, 3, 2, {"R1": [[1, 1], [3, 1]]}),
}


@pytest.mark.parametrize("code", BARRIERS)
def test_what_is_in_the_way_is_said(code: str) -> None:
    changes, day, period, streams = BARRIERS[code]
    published(roomy(**changes), **streams)  # type: ignore[arg-type]
    assert code in codes(day, period)


@pytest.mark.parametrize("code", ["not_free", "bells", "not_open", "twice"])
def test_and_nothing_else_is_said(code: str) -> None:
    changes, day, period, streams = BARRIERS[code]
    published(roomy(**changes), **streams)  # type: ignore[arg-type]
    assert codes(day, period) == {code}


def test_a_teacher_gives_no_more_lessons_in_another_week_than_agreed() -> None:
    published(roomy(teachers={"max_weekly_lessons": 2}))
    assert codes(3) == set()
    assert codes(3, monday=MONDAY + timedelta(days=7)) == {"load"}


# What a lesson by recording takes, as repairs and plans know too: a room and the class's time.
@pytest.mark.parametrize(("code", "stays"), [("teacher", 0), ("studios", 0), ("link", 0), ("rooms", 1)])
def test_a_lesson_by_recording_takes_no_teacher_and_no_link(code: str, stays: int) -> None:
    changes, day, period, streams = BARRIERS[code]
    published(roomy(**changes), **streams)  # type: ignore[arg-type]
    for either in ("G1", "G2"):
        give(session=first(either), by_recording=True, following=False, now=NOW)
        assert (code in codes(day, period)) is bool(stays)
        give(session=first(either), by_recording=False, following=False, now=NOW)


def test_a_lesson_is_not_moved_into_the_past() -> None:
    published()
    with pytest.raises(NotMovable) as caught:
        services.move_session(session=first("G2"), day=MONDAY, period=1, now=datetime(2026, 9, 7, 9, tzinfo=UTC))
    assert [one.code for one in caught.value.barriers] == ["past"]


def test_holidays_have_no_times_and_swapped_days_those_of_their_weekday() -> None:
    term = brought_in(roomy(), holidays=[MONDAY + timedelta(days=2)], swapped={MONDAY + timedelta(days=5): 3})
    publish(term, NOW, R1=[[1, 1]])
    days = {one.day.day for one in moving.options(first(), MONDAY, NOW)}
    assert days == {7, 8, 10, 11, 12}
    with pytest.raises(NotMovable):
        services.move_session(session=first(), day=MONDAY + timedelta(days=2), period=1, now=NOW)


@pytest.mark.parametrize("state", ["begun", "cancelled", "barred", "no period"])
def test_what_cannot_be_moved_stays(state: str) -> None:
    term = published(roomy(classes={"open": [[1, 1]]}) if state == "barred" else None)
    session, now, period = first(), NOW, 9 if state == "no period" else 1
    if state == "begun":
        now = session.starts_at
    if state == "cancelled":
        services.withdraw(plan=term.plans.get(), now=NOW)
    before = (session.starts_at, Session.objects.get(pk=session.pk).sequence)
    with pytest.raises(NotMovable) as caught:
        services.move_session(session=session, day=MONDAY + timedelta(days=2), period=period, now=now)
    session.refresh_from_db()
    assert (session.starts_at, session.sequence) == before
    assert [one.code for one in caught.value.barriers] == (["not_open"] if state == "barred" else [])
    assert not Notice.objects.filter(kind="moved").exists()


def test_what_the_database_refuses_is_a_clash_and_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    published()
    monkeypatch.setattr(moving, "_of_lead", lambda *_: ())
    session = first()
    with pytest.raises(Clash):
        services.move_session(session=session, day=MONDAY + timedelta(days=1), period=1, now=NOW)
    assert first().starts_at == session.starts_at
    assert first().sequence == 0


def test_two_classes_of_a_school_get_a_room_each() -> None:
    published(R1=[[1, 1]], R2=[[3, 1]])
    other = first().teacher
    other.pk, other.key = uuid7(), "T2"  # of the same site
    other.save(force_insert=True)
    Session.objects.filter(attendances__school_class__key="G2").update(teacher=other)
    services.move_session(session=first(), day=MONDAY + timedelta(days=2), period=1, now=NOW)
    there = Attendance.objects.filter(starts_at=datetime(2026, 9, 9, 2, tzinfo=UTC))
    assert dict(there.values_list("school_class__key", "room")) == {"G1": 2, "G2": 1}


def client() -> Client:
    return signed_in(User.objects.get(username="scheduler"))


COMING = {"starts_on": date(2036, 9, 1), "ends_on": date(2036, 9, 14)}  # pages go by the present


def coming() -> Term:
    """A term that has not begun: its class G1 is open on Mondays and Wednesdays at the first period."""
    document = roomy(classes={"open": [[1, 1], [3, 1]]})
    term = brought_in(document, by=person("scheduler", schedules=True), **COMING)
    publish(term, NOW, R1=[[1, 1]], R2=[[2, 1]])
    return term


def test_the_page_moves_without_a_script_and_leads_to_a_text_to_paste() -> None:
    term = coming()
    page = f"/schools/sessions/{first().pk}/move/"
    text = client().get(page).content.decode()
    assert text.count('name="to"') == 1
    assert 'value="2036-09-03/1"' in text
    assert words.barrier("not_open", "G1") in text
    answer = client().post(page, {"to": "2036-09-03/1"})
    notice = Notice.objects.get(kind="moved")
    assert answer["Location"] == f"/schools/{term.pk}/notices/#n{notice.pk}"
    told = client().get(answer["Location"]).content.decode()
    assert "2036-09-01" in told
    assert "2036-09-03" in told
    refused = client().post(page, {"to": "2036-09-04/1"})
    assert refused.status_code == 409
    assert words.barrier("not_open", "G1") in refused.content.decode()


@pytest.mark.parametrize("to", ["", "2026-09-09", "2026-13-01/1", "x/1", "2026-09-09/-1", "2026-09-09/①"])
def test_times_that_are_none_are_not_found(to: str) -> None:
    published()
    assert client().post(f"/schools/sessions/{first().pk}/move/", {"to": to}).status_code == 404


@pytest.mark.parametrize("who", ["head", "teacher", "stranger", "scheduler"])
def test_only_schedulers_move(who: str) -> None:
    term = coming()
    asked = client() if who == "scheduler" else signed_in(person(who, schedules=who == "stranger"))
    if who in {"head", "teacher"}:
        key = "S" if who == "head" else "T"
        Member.objects.create(term=term, user=User.objects.get(username=who), role=who, key=key)
    page = f"/schools/sessions/{first().pk}/move/"
    may = who == "scheduler"
    assert asked.get(page).status_code == (200 if may else 403)
    assert asked.post(page, {"to": "2036-09-03/1"}).status_code == (302 if may else 403)


def test_scripts_get_the_same_times() -> None:
    coming()
    answer = json.loads(client().get(f"/schools/sessions/{first().pk}/move/?as=json&day=2036-09-08").content)
    free = [time["to"] for times in answer["days"].values() for time in times if not time["barriers"]]
    assert free == ["2036-09-10/1"]


def test_a_week_of_times_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    coming()
    asked, page = client(), f"/schools/sessions/{first().pk}/move/"
    with django_assert_max_num_queries(16):
        asked.get(page)


@pytest.mark.parametrize("seed", range(3))
def test_after_many_moves_every_rule_still_holds(seed: int) -> None:
    """Counted from the rows: nobody meets, and lead classrooms and the link are enough."""
    movers.fill()
    County.objects.update(max_concurrent=3)
    chance, done, reasons = random.Random(seed), 0, []
    for _ in range(60):
        session = chance.choice(list(Session.objects.order_by("pk")))
        day, period = chance.choice(movers.SLOTS)
        try:
            services.move_session(session=session, day=movers.MONDAY + timedelta(days=day), period=period, now=NOW)
            done += 1
        except NotMovable as error:
            reasons.append(error.barriers)
    assert done > 20
    assert all(reasons)
    assert list(movers.meetings()) == []
    assert movers.studios() <= 3  # one class follows each lesson: what the link carries at once
    rows = Attendance.objects.select_related("session", "school")
    assert {one.starts_at - one.session.starts_at for one in rows} == {timedelta()}
    assert {one.room for one in rows} == {1}
    assert sum(Session.objects.values_list("sequence", flat=True)) == done
