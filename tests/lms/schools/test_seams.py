"""Where rooms of paired classes meet: what one of them changes, seen by another."""

from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.translation import override

from lms.accounts.models import User
from lms.schools.class_time import services as class_time
from lms.schools.models import (
    Attendance,
    County,
    LeadSite,
    LeadTeacher,
    LessonRequest,
    Meeting,
    Notice,
    Pairing,
    Session,
    Term,
)
from lms.schools.moving import options as moving
from lms.schools.moving import views as move_views
from lms.schools.notices import texts
from lms.schools.pairings.services import propose_pairings, unserved
from lms.schools.repairing.asking import ways_for
from lms.schools.repairing.fixes import find
from lms.schools.repairing.reading import diary_of
from lms.schools.repairing.services import repair
from lms.schools.repairing.types import SUBSTITUTE
from tests.lms.schools.factories import teacher
from tests.lms.schools.repairing.places import NOW, away, county, lost, on
from tests.lms.schools.repairing.test_asking import WISH, asking
from tests.lms.schools.repairing.test_screen import done, found, published
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db
ROOM = "https://meet.example.org/one"


@pytest.fixture
def user() -> User:
    return person("scheduler", schedules=True)


@pytest.fixture
def client(user: User) -> Client:
    return signed_in(user)


def substituted(user: User, document: dict[str, Any] | None = None) -> tuple[Term, Session]:
    """T's lesson of the first Monday, given by V."""
    term = published(document, by=user)
    lesson = Session.objects.get(teacher__key="T", starts_at=on(1, 8))
    done(term, away("T"), SUBSTITUTE, user)
    lesson.refresh_from_db()
    assert lesson.teacher.key == "V"
    return term, lesson


@pytest.mark.parametrize("gone", [LessonRequest, LeadTeacher])
def test_lessons_are_found_beside_those_of_rows_taken_out(user: User, client: Client, gone: Any) -> None:
    term = published(asking(), by=user)
    gone._default_manager.filter(term=term, key__in=["RE", "V"]).update(removed=True)
    assert ways_for(term, WISH)[0].placement.teacher == "T"
    asked = {"of": "N", "what": '["music", "a"]', "lessons": 1, "begins": "2026-09-07"}
    assert client.get(f"/schools/{term.pk}/ask/", asked).status_code == 200


def test_lessons_are_found_beside_those_at_periods_that_there_are_no_more(user: User) -> None:
    term = published(asking(), by=user)
    site = LeadSite.objects.get(term=term)
    site.bells = site.bells[:1]
    site.save()
    LeadTeacher.objects.update(free=[[1, 1]])
    assert ways_for(term, WISH)


def test_a_lesson_has_one_place_of_its_own_also_when_somebody_else_gives_it(user: User) -> None:
    term = published(by=user)
    lesson = Session.objects.select_related("teacher").get(teacher__key="T", starts_at=on(1, 8))
    class_time.arrange_meeting(session=lesson, by=user, now=NOW, text=ROOM, alone=True)
    done(term, away("T"), SUBSTITUTE, user)
    lesson = Session.objects.select_related("teacher").get(pk=lesson.pk)
    class_time.arrange_meeting(session=lesson, by=user, now=NOW, text=f"{ROOM}more", alone=True)
    one = Meeting.objects.get()
    assert (one.teacher.key, one.session, one.address) == ("V", lesson, f"{ROOM}more")


def test_a_substitute_gives_nobody_elses_lessons_by_recording(user: User) -> None:
    _term, lesson = substituted(user)
    assert class_time.give(session=lesson, by_recording=True, following=True, now=NOW) == 1
    assert set(Session.objects.filter(teacher__key="T").values_list("mode", flat=True)) == {"live"}


def test_a_day_lost_leaves_what_was_corrected_meanwhile(user: User) -> None:
    term = published(by=user)
    Term.objects.filter(pk=term.pk).update(holidays=["2026-09-15"], swapped={"2026-09-19": 2})
    happening = lost()
    fresh = Term.objects.get(pk=term.pk)
    fix = find(diary_of(fresh, happening), happening, NOW).ways[0]
    repair(term=term, happening=happening, fix=fix.key, key=uuid4(), reason="", by=user, now=NOW)
    stored = Term.objects.get(pk=term.pk)
    assert (stored.holidays, stored.swapped) == (["2026-09-07", "2026-09-15"], {"2026-09-19": 2})


def test_changes_of_a_class_are_never_counted_back(user: User) -> None:
    """A calendar's event is the class's row: it follows only numbers that rise (RFC 5545, 3.8.7.4)."""
    document = county()
    document["teachers"] = [
        document["teachers"][0] | {"max_receivers": 2},
        teacher("V", free=[[1, 1]], max_receivers=1),
    ]
    document["teachers"].append(teacher("W", free=[[1, 1], [1, 2]], max_receivers=1))
    document["lead_sites"][0]["studios"] = 3
    term = published(document, by=user)
    Session.objects.update(sequence=5)
    before = {row.pk: row.session.sequence for row in Attendance.objects.select_related("session")}
    happening = away("T")
    fix = next(one for one in found(term, happening).ways if one.many(SUBSTITUTE) == one.covers == 2)
    at = on(1, 7)
    repair(term=term, happening=happening, fix=fix.key, key=uuid4(), reason="", by=user, now=at)
    rows = list(Attendance.objects.filter(starts_at=on(1, 8), cancelled=False).select_related("session__teacher"))
    assert {row.session.teacher.key for row in rows} == {"V", "W"}
    assert all(row.session.sequence > before[row.pk] and row.session.changed_at == at for row in rows)


def test_recordings_take_no_teacher_no_studio_and_no_link_from_moves(user: User) -> None:
    published(by=user)
    own, other = (Session.objects.get(teacher__key=key, starts_at=at) for key, at in (("T", on(1, 8)), ("V", on(1, 9))))
    Session.objects.filter(pk=other.pk).update(teacher=own.teacher)
    LeadSite.objects.update(studios=1)
    County.objects.update(max_concurrent=2)  # what the lesson's two classes need alone

    def barriers(period: int) -> set[str]:
        one = moving.session_of(own.pk)
        assert one is not None
        times = moving.options(one, date(2026, 9, 7), NOW)
        (at,) = [each for each in times if (each.day, each.period) == (date(2026, 9, 7), period)]
        return {barrier.code for barrier in at.barriers}

    assert barriers(2) == {"not_free", "not_open", "teacher", "studios", "link"}
    Session.objects.filter(pk=other.pk).update(mode="recording")
    assert barriers(2) == {"not_free", "not_open"}
    Session.objects.filter(pk=own.pk).update(mode="recording")
    assert barriers(2) == {"not_open"}


def test_what_a_school_objected_to_serves_it_no_more(user: User) -> None:
    term = published(by=user)
    propose_pairings(term=term, by=user, now=NOW)
    assert not unserved(term)
    Pairing.objects.filter(school__key="SA").update(state="objected", until="2026-09-09")
    assert unserved(term) == {("SA", "music"): 1}


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_that_no_calendar_reckons_with_are_refused(
    user: User, client: Client, day: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(move_views, "now", lambda: NOW)
    term = published(by=user)
    lesson = Session.objects.earliest("starts_at")
    assert client.post(f"/schools/sessions/{lesson.pk}/move/", {"to": f"{day}/1"}).status_code == 409
    asked = {"of": "A", "what": '["music", "a"]', "lessons": 1, "begins": day}
    assert client.get(f"/schools/{term.pk}/ask/", asked).status_code == 422
    said = {"kind": "day", "begins": "2026-09-07T00:00", "ends": "2026-09-08T00:00", "instead": day}
    assert client.get(f"/schools/{term.pk}/repair/", said).status_code == 422
    days = {"name": "n", "tolerance": "5", "starts_on": day, "ends_on": day}
    assert client.post(f"/schools/{term.pk}/data/term/", days).status_code == 422


@pytest.mark.parametrize("path", ["week/class/", "week/room/picture.svg", "calendar/class/", "repair/"])
def test_a_nul_names_nobody(user: User, client: Client, path: str) -> None:
    term = published(by=user)
    assert client.get(f"/schools/{term.pk}/{path}?{urlencode({'of': chr(0), 'kind': 'school'})}").status_code in (
        200,
        404,
    )


@pytest.mark.parametrize("language", ["bo", "ug"])
def test_plurals_that_nobody_has_translated_are_chinese(user: User, language: str) -> None:
    published(by=user)
    with override(language):
        assert "课表第 1 版已发布" in texts.text(Notice.objects.get())
