"""The page that stays open in a receiving classroom."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from lms.schools.class_time import rooms
from tests.lms.schools.class_time.conftest import DURING, Cast
from tests.lms.schools.test_pages import signed_in


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "now", lambda: DURING)


@pytest.mark.parametrize(
    ("who", "of", "status"),
    [
        ("scheduler", "S/1", 200),
        ("head", "S/1", 200),
        ("helper", "S/1", 200),
        ("helper", "S2/1", 403),
        ("other", "S/1", 403),
        ("teacher", "S/1", 403),
        ("helper", "S/9", 404),
        ("helper", "S", 404),
    ],
)
def test_who_sees_which_room(cast: Cast, who: str, of: str, status: int) -> None:
    answer = signed_in(cast.people[who]).get(f"/schools/{cast.term.pk}/room/{of}/")
    assert answer.status_code == status


def test_it_knows_the_lessons_of_today_and_tomorrow_and_half_past_seven_there(cast: Cast) -> None:
    page = signed_in(cast.people["helper"]).get(f"/schools/{cast.term.pk}/room/S/1/")
    text = page.content.decode()
    assert text.count("data-starts=") == 3  # two on Monday, one of them running; one on Tuesday
    assert f"/schools/in-class/{cast.row.pk}/" in text
    half_past = datetime(2026, 9, 7, 7, 30, tzinfo=ZoneInfo("Asia/Urumqi"))
    assert f'data-times="{int(half_past.timestamp())} ' in text
    assert "no-store" not in page["Cache-Control"]


def test_the_probe_sends_what_cannot_be_made_smaller_and_counts_what_comes(cast: Cast) -> None:
    helper = signed_in(cast.people["helper"])
    answer = helper.get("/schools/probe/", headers={"accept-encoding": "gzip, br"})
    assert len(answer.content) == rooms.PROBE_BYTES
    assert "Content-Encoding" not in answer
    assert "no-store" in answer["Cache-Control"]
    sent = helper.post("/schools/probe/", b"x" * 60_000, content_type="application/octet-stream")
    assert sent.content == b"60000"
