"""What a phone may send, and what it is told."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from wagtail.models import Page

from courses.models import CourseIndexPage, CoursePage, LessonPage
from lms.accounts.models import User
from lms.core.ids import uuid7
from lms.records.models import LearningEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson_key() -> UUID:
    index = CourseIndexPage.objects.order_by("path").first()
    assert index is not None
    course = index.add_child(instance=CoursePage(title="种土豆", slug="potatoes", summary="从选种薯到收获"))
    return course.add_child(instance=LessonPage(title="选种薯", slug="seed", summary="怎样挑好种薯")).translation_key


def played(key: UUID, position_s: float = 30, **changes: Any) -> dict[str, Any]:
    event = {
        "id": str(uuid7()),
        "kind": "lesson_played",
        "lesson_key": str(key),
        "at": datetime(2026, 11, 1, 8, tzinfo=UTC).isoformat(),
        "data": {"position_s": position_s, "duration_s": 90},
    }
    return {**event, **changes}


def send(client: Client, events: Any, **headers: str) -> Any:
    body = events if isinstance(events, str) else json.dumps(events)
    # navigator.sendBeacon sends a string as text/plain.
    return client.post("/api/v1/events", body, content_type="text/plain", headers=headers)


def test_a_guest_keeps_progress_without_signing_in(client: Client, lesson_key: UUID) -> None:
    event = played(lesson_key)
    answer = send(client, [event])
    assert answer.json() == {"accepted": [event["id"]], "rejected": []}
    progress = client.get("/api/v1/me").json()
    assert progress["user"] is None
    assert progress["progress"][str(lesson_key)]["position_s"] == 30


def test_sending_again_is_harmless(client: Client, lesson_key: UUID) -> None:
    event = played(lesson_key)
    first, second = send(client, [event]), send(client, [event, event])
    assert first.status_code == second.status_code == 200
    assert set(second.json()["accepted"]) == {event["id"]}
    assert client.get("/api/v1/me").json()["progress"][str(lesson_key)]["fraction"] == pytest.approx(1 / 3)


def test_two_phones_do_not_see_each_other(lesson_key: UUID) -> None:
    one, other = Client(), Client()
    send(one, [played(lesson_key)])
    assert other.get("/api/v1/me").json()["progress"] == {}


def test_somebody_signed_in_finds_their_progress_on_another_phone(lesson_key: UUID) -> None:
    user = User.objects.create_user("wang", first_name="王", last_name="芳")
    one, other = Client(), Client()
    one.force_login(user)
    other.force_login(user)
    send(one, [played(lesson_key, 60)])
    answer = other.get("/api/v1/me")
    assert answer.json()["progress"][str(lesson_key)]["position_s"] == 60
    assert answer.json()["user"]["name"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_two_people_of_one_name_are_told_apart(client: Client) -> None:
    users = [User.objects.create_user(name, first_name="王", last_name="芳") for name in ("wang", "fang")]
    told = []
    for user in users:
        client.force_login(user)
        told.append(client.get("/api/v1/me").json()["user"])
    assert told[0]["name"] == told[1]["name"]
    assert [one["id"] for one in told] == [str(user.public_id) for user in users]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "danced"}, "unknown_kind"),
        ({"lesson_key": str(uuid4())}, "unknown_lesson"),
        ({"data": {}}, "bad_data"),
        ({"data": {"position_s": -1, "duration_s": 90}}, "bad_data"),
        ({"data": {"position_s": 1, "duration_s": 0}}, "bad_data"),
        ({"data": {"position_s": True, "duration_s": 90}}, "bad_data"),
        ({"data": {"position_s": 1e400, "duration_s": 90}}, "bad_data"),
        ({"data": {"position_s": 10**400, "duration_s": 90}}, "bad_data"),
        ({"at": "0001-01-01T00:00:00+14:00"}, "bad_time"),
        ({"at": "1970-01-01T00:00:00Z"}, "bad_time"),
        ({"id": str(uuid4())}, "bad_id"),
        ({"id": "7"}, "malformed"),
        ({"at": "yesterday"}, "malformed"),
        ({"at": "2026-11-01T08:00:00"}, "malformed"),
        ({"data": []}, "malformed"),
    ],
)
def test_a_wrong_event_is_rejected_and_the_others_are_kept(
    client: Client, lesson_key: UUID, changes: dict[str, Any], code: str
) -> None:
    good, bad = played(lesson_key), played(lesson_key, **changes)
    answer = send(client, [bad, good]).json()
    assert answer["accepted"] == [good["id"]]
    assert [row["code"] for row in answer["rejected"]] == [code]


def test_of_an_event_only_what_its_kind_says_is_kept(client: Client, lesson_key: UUID) -> None:
    send(client, [played(lesson_key, data={"position_s": 1, "duration_s": 90, "phone": "13800000000"})])
    send(client, [played(lesson_key, kind="lesson_completed", data={"more": "x" * 9000})])
    kept = LearningEvent.objects.order_by("id").values_list("data", flat=True)
    assert list(kept) == [{"position_s": 1, "duration_s": 90}, {}]


@pytest.mark.parametrize("body", ["", "{", "null", "3", '{"a": 1}', "\x00", "[" * 5000])
def test_what_is_no_list_of_events_is_refused_plainly(client: Client, body: str) -> None:
    answer = send(client, body)
    assert answer.status_code == 400
    assert answer.json()["code"] == "malformed"


def test_anything_else_in_the_list_is_rejected_one_by_one(client: Client) -> None:
    answer = send(client, [None, 3, "x", [], {}])
    assert answer.json()["accepted"] == []
    assert [row["code"] for row in answer.json()["rejected"]] == ["malformed"] * 5


def test_too_many_at_once_are_refused(client: Client, lesson_key: UUID) -> None:
    answer = send(client, [played(lesson_key) for _ in range(201)])
    assert answer.status_code == 413
    assert answer.json()["code"] == "too_many"


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_pages_of_other_sites_cannot_send(client: Client, lesson_key: UUID, headers: dict[str, str]) -> None:
    assert send(client, [played(lesson_key)], **headers).status_code == 403


def test_a_clock_that_is_ahead_does_not_win_for_ever(client: Client, lesson_key: UUID) -> None:
    send(client, [played(lesson_key, 10, at="2099-01-01T00:00:00Z")])
    now = datetime.now(UTC).isoformat()
    send(client, [played(lesson_key, 20, at=now)])
    assert client.get("/api/v1/me").json()["progress"][str(lesson_key)]["at"] < "2099"


def test_progress_outlives_the_lesson_page(client: Client, lesson_key: UUID) -> None:
    send(client, [played(lesson_key)])
    Page.objects.filter(translation_key=lesson_key).first().delete()
    assert str(lesson_key) in client.get("/api/v1/me").json()["progress"]


def test_a_forged_guest_number_is_nobody(client: Client, lesson_key: UUID) -> None:
    client.cookies["guest"] = str(uuid4())
    assert client.get("/api/v1/me").json() == {"user": None, "progress": {}}


def test_the_schema_is_public(client: Client) -> None:
    paths = client.get("/api/v1/schema/").json()["paths"]
    assert set(paths) == {"/api/v1/me", "/api/v1/events", "/api/v1/visits"}


# A form, from pages without JavaScript --------------------------------------------------------------------------------


def finish(client: Client, key: UUID, back: str = "/courses/potatoes/seed/", **headers: str) -> Any:
    return client.post(f"/api/v1/lessons/{key}/completed", {"next": back}, headers=headers)


def test_a_form_completes_a_lesson_to_read_once_and_leads_back_to_where_it_says_so(
    client: Client, lesson_key: UUID
) -> None:
    client.force_login(User.objects.create_user("wang"))
    for _ in range(2):
        answer = finish(client, lesson_key)
        assert answer.status_code == 303
        assert answer["Location"] == "/courses/potatoes/seed/#learned"
        assert "no-store" in answer["Cache-Control"]
    assert LearningEvent.objects.get().kind == "lesson_completed"
    assert client.get("/api/v1/me").json()["progress"][str(lesson_key)]["completed"]


def test_a_guests_form_counts_for_the_phone_it_came_from(client: Client, lesson_key: UUID) -> None:
    finish(client, lesson_key)
    assert client.get("/api/v1/me").json()["progress"][str(lesson_key)]["completed"]
    assert Client().get("/api/v1/me").json()["progress"] == {}


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_a_form_leads_to_no_other_site(client: Client, lesson_key: UUID, back: str) -> None:
    assert finish(client, lesson_key, back)["Location"] == "/#learned"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}])
def test_a_form_of_another_site_is_refused(client: Client, lesson_key: UUID, headers: dict[str, str]) -> None:
    assert finish(client, lesson_key, **headers).status_code == 403
    assert not LearningEvent.objects.exists()


def test_a_form_for_no_lesson_is_not_found_and_one_that_is_no_form_refused(client: Client, lesson_key: UUID) -> None:
    assert finish(client, uuid4()).status_code == 404
    assert client.get(f"/api/v1/lessons/{lesson_key}/completed").status_code == 405
