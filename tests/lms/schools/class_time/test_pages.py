"""Pages of a lesson: who sees them, what they say, what they refuse."""

from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet
from django.test import Client

from courses.cards import codes_of
from lms.schools.class_time import views
from lms.schools.models import Attendance, Meeting, Record
from media_pipeline.testing import ready_asset
from tests.factories import courses as make
from tests.lms.schools.class_time.conftest import DURING, Cast
from tests.lms.schools.test_pages import signed_in

TENCENT = """王芳 邀请您参加腾讯会议
会议主题：音乐
点击链接入会，或添加至会议列表：
https://meeting.tencent.com/dm/Ab12Cd34Ef
#腾讯会议：123-456-789
会议密码：2468
"""


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "now", lambda: DURING)


def lesson(cast: Cast, path: str = "") -> str:
    return f"/schools/lessons/{cast.session.pk}/{path}"


def hour(cast: Cast, path: str = "") -> str:
    return f"/schools/in-class/{cast.row.pk}/{path}"


def test_a_class_joins_by_one_tap_with_what_the_teacher_pasted(cast: Cast) -> None:
    teacher, helper = signed_in(cast.people["teacher"]), signed_in(cast.people["helper"])
    assert "还没有" in helper.get(hour(cast)).content.decode()
    sent = teacher.post(lesson(cast, "meeting/"), {"text": TENCENT, "telephone": "0991 123 4567"})
    assert sent.status_code == 302
    page = helper.get(hour(cast)).content.decode()
    assert 'href="https://meeting.tencent.com/dm/Ab12Cd34Ef"' in page
    assert "123 456 789" in page
    assert "2468" in page
    assert 'href="tel:09911234567"' in page
    assert "08:00–08:40" in page  # Urumqi's clock, and the teacher's
    assert "10:00–10:40" in page


def test_a_record_is_one_tap_and_shown(cast: Cast) -> None:
    helper = signed_in(cast.people["helper"])
    answer = helper.post(hour(cast, "record/"), {"how": "recording", "present": "12"})
    assert answer["Location"] == hour(cast) + "#record"
    record = Record.objects.get()
    assert (record.how, record.present, record.by) == ("recording", 12, cast.people["helper"])
    assert "12 名学生" in helper.get(hour(cast)).content.decode()


# Who x what -> status.
TABLE: dict[str, tuple[str, str, dict[str, int]]] = {
    "lesson": ("get", "lesson", {"scheduler": 200, "teacher": 200, "head": 403, "helper": 403, "other": 403}),
    "meeting": ("post", "meeting", {"scheduler": 302, "teacher": 302, "head": 403, "helper": 403, "other": 403}),
    "material": ("post", "material", {"scheduler": 302, "teacher": 302, "head": 403, "helper": 403, "other": 403}),
    "mode": ("post", "mode", {"scheduler": 302, "teacher": 302, "head": 403, "helper": 403, "other": 403}),
    "class": ("get", "class", {"scheduler": 200, "teacher": 200, "head": 200, "helper": 200, "other": 403}),
    "record": ("post", "record", {"scheduler": 302, "teacher": 403, "head": 302, "helper": 302, "other": 403}),
    "join": ("get", "join", {"scheduler": 302, "teacher": 302, "head": 302, "helper": 302, "other": 403}),
    "lead": ("get", "lead", {"scheduler": 302, "teacher": 302, "head": 403, "helper": 403, "other": 403}),
}


@pytest.mark.parametrize("what", TABLE)
@pytest.mark.parametrize("who", ["scheduler", "teacher", "head", "helper", "other", "guest"])
def test_who_may_do_what(cast: Cast, who: str, what: str) -> None:
    Meeting.objects.create(
        teacher=cast.session.teacher, kind="plain", address="https://meet.example.org/a", set_at=DURING
    )
    verb, name, allowed = TABLE[what]
    address, sent = {
        "lesson": (lesson(cast), {}),
        "meeting": (lesson(cast, "meeting/"), {"text": TENCENT}),
        "material": (lesson(cast, "material/"), {"code": ""}),
        "mode": (lesson(cast, "mode/"), {"mode": "recording"}),
        "class": (hour(cast), {}),
        "record": (hour(cast, "record/"), {"how": "picture"}),
        "join": (hour(cast, "join/"), {}),
        "lead": (lesson(cast, "join/"), {}),
    }[name]
    client = Client() if who == "guest" else signed_in(cast.people[who])
    answer: Any = getattr(client, verb)(address, sent)
    if who == "guest":
        assert answer["Location"].startswith("/account/sign-in/?next=")
    else:
        assert answer.status_code == allowed[who]


def test_a_substitute_arranges_the_lesson_and_the_one_away_does_not(cast: Cast) -> None:
    other = cast.session.teacher
    other.pk, other.key, other._state.adding = None, "T2", True
    other.id = Meeting._meta.get_field("id").get_default()
    other.save()
    cast.session.__class__.objects.filter(pk=cast.session.pk).update(teacher=other)
    assert signed_in(cast.people["teacher"]).get(lesson(cast)).status_code == 403


@pytest.mark.parametrize("path", ["lessons/{}/", "lessons/{}/join/", "in-class/{}/", "in-class/{}/join/"])
def test_what_there_is_not_is_not_found(cast: Cast, path: str) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    assert signed_in(cast.people["scheduler"]).get(f"/schools/{path.format(nobody)}").status_code == 404


def test_without_a_meeting_there_is_no_way_in(cast: Cast) -> None:
    assert signed_in(cast.people["helper"]).get(hour(cast, "join/")).status_code == 404


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"how": "juggling"}, "怎么上的"),
        ({"how": "picture", "present": "many"}, "到课人数"),
        ({"how": "picture", "cause": "link"}, "怎么上的"),
    ],
)
def test_what_a_record_cannot_say_is_told(cast: Cast, sent: dict[str, str], said: str) -> None:
    answer = signed_in(cast.people["helper"]).post(hour(cast, "record/"), sent)
    assert answer.status_code == 409
    assert said in answer.content.decode()
    assert not Record.objects.exists()


def test_a_class_without_its_lesson_says_so_and_takes_no_record(cast: Cast) -> None:
    Attendance.objects.filter(pk=cast.row.pk).update(cancelled=True)
    helper = signed_in(cast.people["helper"])
    page = helper.get(hour(cast)).content.decode()
    assert "取消" in page
    assert "data-record" not in page
    assert helper.post(hour(cast, "record/"), {"how": "picture"}).status_code == 409


@pytest.mark.parametrize("text", ["", "http://meet.example.org/a", "https://x", "会议号：123"])
def test_a_link_that_cannot_be_joined_is_refused(cast: Cast, text: str) -> None:
    answer = signed_in(cast.people["teacher"]).post(lesson(cast, "meeting/"), {"text": text})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Meeting.objects.exists()


@pytest.mark.parametrize("code", ["123456", "lesson", "1234567"])
def test_a_number_that_no_lesson_has_is_refused(cast: Cast, code: str) -> None:
    answer = signed_in(cast.people["teacher"]).post(lesson(cast, "material/"), {"code": code})
    assert answer.status_code == 409


def test_the_board_leads_to_the_lesson_and_the_class(cast: Cast) -> None:
    day: datetime = cast.row.starts_at
    own = f"/schools/{cast.term.pk}/week"
    query = {"day": f"{day:%Y-%m-%d}"}
    board = signed_in(cast.people["teacher"]).get(f"{own}/teacher/", {"of": "T", **query}).content.decode()
    assert lesson(cast) in board
    board = signed_in(cast.people["helper"]).get(f"{own}/school/", {"of": "S", **query}).content.decode()
    assert hour(cast) in board


def test_the_page_of_a_class_may_stay_on_the_device_and_the_teachers_may_not(cast: Cast) -> None:
    scheduler = signed_in(cast.people["scheduler"])
    assert "no-store" not in scheduler.get(hour(cast))["Cache-Control"]
    assert "no-store" in scheduler.get(lesson(cast))["Cache-Control"]


def test_a_lesson_by_recording_says_so_and_asks_nobody_to_join(cast: Cast) -> None:
    cast.session.__class__.objects.filter(pk=cast.session.pk).update(mode="recording")
    page = signed_in(cast.people["helper"]).get(hour(cast)).content.decode()
    assert "录播课" in page
    assert "data-join" not in page
    assert "还没有会议链接" not in page


def test_a_lesson_of_the_site_is_chosen_by_its_number_and_fetched_with_its_price(cast: Cast) -> None:
    page = make.lesson(make.course(), "节奏", asset_id=ready_asset())
    code = codes_of([page.translation_key])[page.translation_key]
    teacher, helper = signed_in(cast.people["teacher"]), signed_in(cast.people["helper"])
    assert teacher.post(lesson(cast, "material/"), {"code": code}).status_code == 302
    shown = helper.get(hour(cast)).content.decode()
    assert page.url in shown
    assert "data-keep-course" in shown
    assert "课前取到这台设备 · " in shown
    page.unpublish()
    shown = helper.get(hour(cast)).content.decode()
    assert "节奏" in shown
    assert page.url not in shown
    assert "data-keep-course" not in shown
    assert teacher.post(lesson(cast, "material/"), {"code": ""}).status_code == 302
    assert "节奏" not in helper.get(hour(cast)).content.decode()


def test_lessons_are_delivered_by_recording_from_one_on_and_live_again(cast: Cast) -> None:
    teacher = signed_in(cast.people["teacher"])
    series = cast.session.__class__.objects.filter(series=cast.session.series).order_by("starts_at")
    second = series[1]
    path = f"/schools/lessons/{second.pk}/mode/"
    assert teacher.post(path, {"mode": "recording", "following": "on"}).status_code == 302
    assert [one.mode for one in series.all()] == ["live", *["recording"] * (len(series) - 1)]
    assert [one.sequence for one in series.all()] == [0, *[1] * (len(series) - 1)]
    assert "不用进会议" in teacher.get(f"/schools/lessons/{second.pk}/").content.decode()
    assert teacher.post(path, {"mode": "live"}).status_code == 302
    assert [one.mode for one in series.all()[:3]] == ["live", "live", "recording"]


def test_a_lesson_that_the_database_refuses_stays_as_it_is(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_rows: object, **_changes: object) -> int:
        raise IntegrityError

    teacher = signed_in(cast.people["teacher"])
    monkeypatch.setattr(QuerySet, "update", refuse)
    answer = teacher.post(lesson(cast, "mode/"), {"mode": "recording"})
    assert answer.status_code == 409
    assert "主讲教师那时另有课" in answer.content.decode()
