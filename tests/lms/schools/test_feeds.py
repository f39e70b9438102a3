"""Calendars by secret addresses: what they say, to whom, and that what is taken back is gone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from lms.schools import selectors, services
from lms.schools.feeds import selectors as feeds
from lms.schools.feeds.services import token
from lms.schools.models import Attendance, Feed, Member, SchoolClass, Session, Term
from tests.lms.schools.published import publish
from tests.lms.schools.test_counties import NOW, brought_in, county
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db
DAYS = [("school", "S"), ("class", "G1"), ("room", "S/1"), ("teacher", "T")]


@pytest.fixture
def term() -> Term:
    term = brought_in(by=person("scheduler", schedules=True))
    publish(term)
    return term


def page_of(term: Term, kind: str, key: str) -> str:
    return f"/schools/{term.pk}/calendar/{kind}/?of={key}"


def scheduler() -> Client:
    from lms.accounts.models import User

    return signed_in(User.objects.get(username="scheduler"))


def made(term: Term, kind: str = "class", key: str = "G1") -> str:
    """The address of a calendar that its page has just made."""
    assert scheduler().post(page_of(term, kind, key), {"make": ""}).status_code == 302
    address = f"/schools/feeds/{token(Feed.objects.get(term=term, kind=kind, key=key))}.ics"
    assert address in scheduler().get(page_of(term, kind, key)).content.decode()
    return address


def events(address: str) -> dict[str, Any]:
    answer = Client().get(address)
    assert answer.status_code == 200
    return {str(one["uid"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}


@pytest.mark.parametrize(("kind", "key"), DAYS)
def test_a_calendar_has_every_lesson_once_at_its_own_sides_time(term: Term, kind: str, key: str) -> None:
    found = events(made(term, kind, key)).values()
    zone = "Asia/Shanghai" if kind == "teacher" else "Asia/Urumqi"
    assert len(found) == (4 if kind == "class" else 6)
    for one in found:
        start = one.decoded("dtstart")
        assert one["dtstart"].params["TZID"] == zone
        assert start.hour - (2 if zone == "Asia/Shanghai" else 0) in {8, 9}
        assert one.decoded("dtend") - start == timedelta(minutes=40)
        assert (one["status"], int(one["sequence"])) == ("CONFIRMED", 0)
        assert one.decoded("last-modified") == one.decoded("dtstamp") == NOW
    starts = set(Attendance.objects.values_list("starts_at", flat=True))
    assert {one.decoded("dtstart") for one in found} <= starts


def test_it_defines_its_time_zone(term: Term) -> None:
    read = Calendar.from_ical(Client().get(made(term)).content)
    (zone,) = read.walk("VTIMEZONE")
    assert str(zone["tzid"]) == "Asia/Urumqi"
    assert {one["tzoffsetto"].td for one in zone.walk("STANDARD")} == {timedelta(hours=6)}
    assert not list(zone.walk("DAYLIGHT"))


def test_what_is_cancelled_stays_with_its_name_and_counts_on(term: Term) -> None:
    address = made(term)
    before = events(address)
    plan = term.plans.get()
    at = datetime(2026, 9, 10, tzinfo=UTC)
    services.withdraw(plan=plan, now=at)
    after = events(address)
    assert after.keys() == before.keys()
    changed = {uid for uid, one in after.items() if one["status"] == "CANCELLED"}
    assert len(changed) == 2  # of the second week
    for uid in changed:
        assert (int(after[uid]["sequence"]), after[uid].decoded("last-modified")) == (1, at)
        assert str(after[uid]["summary"]) != str(before[uid]["summary"])


def test_what_a_later_version_took_over_is_gone(term: Term) -> None:
    address = made(term)
    first = events(address)
    publish(term, NOW + timedelta(hours=1))
    second = events(address)
    assert len(second) == len(first)
    assert not second.keys() & first.keys()


def test_a_moved_lesson_keeps_its_name(term: Term) -> None:
    address = made(term, "teacher", "T")
    one = Session.objects.order_by("starts_at")[0]
    later = one.starts_at + timedelta(hours=3)
    Session.objects.filter(pk=one.pk).update(
        starts_at=later, ends_at=later + timedelta(minutes=40), sequence=1, changed_at=NOW + timedelta(days=1)
    )
    event = events(address)[str(one.pk)]
    assert event.decoded("dtstart") == later
    assert int(event["sequence"]) == 1


def test_what_is_unchanged_is_not_sent_again(term: Term) -> None:
    address = made(term)
    etag = Client().get(address)["ETag"]
    again = Client().get(address, headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == etag
    Session.objects.update(sequence=1)
    assert Client().get(address, headers={"If-None-Match": etag}).status_code == 200


def test_a_new_address_ends_the_old_one_and_an_end_is_the_end(term: Term) -> None:
    old = made(term)
    new = made(term)
    assert old != new
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200
    scheduler().post(page_of(term, "class", "G1"), {"end": ""})
    assert Client().get(new).status_code == 404
    assert not Feed.objects.exists()


@pytest.mark.parametrize("wrong", ["x", "%00", "a" * 300, "../../etc/passwd", "AAAAAAAAAAAAAAAAAAAAAAAA"])
def test_addresses_that_nobody_was_given_are_not_found_and_in_no_log(
    term: Term, wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert Client().get(f"/schools/feeds/{wrong}.ics").status_code == 404
    if "/" not in wrong:
        assert wrong not in caplog.text


def test_the_database_opens_no_calendar(term: Term) -> None:
    address = made(term)
    stored = " ".join(str(value) for row in Feed.objects.values_list() for value in row)
    assert address.removeprefix("/schools/feeds/").removesuffix(".ics") not in stored


def test_with_another_key_old_addresses_go_on_and_are_not_shown(term: Term, settings: Any) -> None:
    address = made(term)
    settings.SECRET_KEY = "another key that has at least fifty characters in it"
    assert Client().get(address).status_code == 200
    client = scheduler()
    text = client.get(page_of(term, "class", "G1")).content.decode()
    assert "/schools/feeds/" not in text
    assert 'role="note"' in text


def test_it_is_nobody_elses_to_keep_or_to_find(term: Term) -> None:
    answer = Client().get(made(term))
    assert "private" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "Disallow: /schools/" in Client().get("/robots.txt").content.decode()


def test_it_is_in_the_language_it_was_made_in(term: Term) -> None:
    client = scheduler()
    client.post(f"/en{page_of(term, 'class', 'G1')}", {"make": ""})
    secret = token(Feed.objects.get())
    first = next(iter(events(f"/schools/feeds/{secret}.ics").values()))
    assert str(first["summary"]) == "Music · T"


# Who x whose -> status; "own" is what the head's school has.
TABLE = [
    ("school", "S", {"scheduler": 200, "head": 200, "teacher": 403, "learner": 403, "stranger": 403}),
    ("school", "S2", {"scheduler": 200, "head": 403, "teacher": 403, "learner": 403, "stranger": 403}),
    ("class", "G1", {"scheduler": 200, "head": 200, "teacher": 403, "learner": 403, "stranger": 403}),
    ("room", "S/1", {"scheduler": 200, "head": 200, "teacher": 403, "learner": 403, "stranger": 403}),
    ("teacher", "T", {"scheduler": 200, "head": 403, "teacher": 200, "learner": 403, "stranger": 403}),
    ("county", "C", {"scheduler": 404, "head": 404, "teacher": 404, "learner": 403, "stranger": 403}),
    ("class", "G9", {"scheduler": 404, "head": 404, "teacher": 404, "learner": 403, "stranger": 403}),
]


@pytest.mark.parametrize("verb", ["get", "post"])
@pytest.mark.parametrize("who", ["scheduler", "head", "teacher", "learner", "stranger"])
def test_a_calendar_is_made_by_who_sees_the_week(who: str, verb: str) -> None:
    users = {name: person(name, schedules=name in {"scheduler", "stranger"}) for name in TABLE[0][2]}
    document = county()
    document["schools"].append({**document["schools"][0], "id": "S2"})
    term = brought_in(document, by=users["scheduler"])
    Member.objects.create(term=term, user=users["head"], role="head", key="S")
    Member.objects.create(term=term, user=users["teacher"], role="teacher", key="T")
    client = signed_in(users[who])
    for kind, key, allowed in TABLE:
        status = getattr(client, verb)(page_of(term, kind, key)).status_code
        assert status == (302 if (verb, allowed[who]) == ("post", 200) else allowed[who]), (kind, key)


def test_calendars_of_terms_five_years_ago_are_whole() -> None:
    document = county()
    document["term"]["week_start"] = "2021-09-06"
    term = brought_in(
        document, starts_on=date(2021, 9, 6), ends_on=date(2022, 1, 16), by=person("scheduler", schedules=True)
    )
    publish(term, datetime(2021, 9, 1, tzinfo=UTC))
    assert len(events(made(term))) == 2 * 19


def test_a_calendar_takes_few_queries(term: Term, django_assert_max_num_queries: Any) -> None:
    address = made(term, "school", "S")
    with django_assert_max_num_queries(5):
        Client().get(address)


def test_another_terms_lessons_are_in_no_calendar(term: Term) -> None:
    other = brought_in()
    publish(other)
    whom = selectors.whose(term, "class", "G1")
    assert whom is not None
    assert len(feeds.entries(term, whom)) == 4


@pytest.mark.parametrize(
    "name", ["a\r\nSTATUS:CANCELLED\r\nX:b", "a\rSTATUS:CANCELLED", "a;b,c:d\\n", "三年级" * 60, "a\x85b\x0bc"]
)
def test_no_name_ends_a_line(term: Term, name: str) -> None:
    address = made(term, "school", "S")
    SchoolClass.objects.filter(key="G1").update(key=name)
    answer = Client().get(address).content
    assert all(len(line) <= 75 for line in answer.split(b"\r\n"))
    found = [one for one in events(address).values() if str(one["summary"]) != "音乐 · G2"]
    assert len(found) == 4
    for one in found:
        assert one["status"] == "CONFIRMED"
        assert "a" in str(one["summary"]) or "三年级三年级" in str(one["summary"])
