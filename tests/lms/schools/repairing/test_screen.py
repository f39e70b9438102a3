"""What a scheduler sees and does when a teacher is ill, a school is off line, or a day is lost."""

import json
import re
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client

from lms.accounts.models import User
from lms.schools import services
from lms.schools.errors import Clash, FixGone
from lms.schools.models import (
    Attendance,
    LeadTeacher,
    LessonRequest,
    LessonSeries,
    Member,
    Notice,
    Plan,
    Record,
    Repair,
    SeriesReceiver,
    Session,
    Term,
)
from lms.schools.notices import texts
from lms.schools.repairing import telling
from lms.schools.repairing.fixes import find
from lms.schools.repairing.reading import diary_of
from lms.schools.repairing.services import repair
from lms.schools.repairing.types import CANCEL, MAKE_UP, RECORDING, SUBSTITUTE, Found, Happening
from tests.lms.schools.repairing import places
from tests.lms.schools.repairing.places import NOW, away, county, lost, off_line, on
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db


def published(document: dict[str, Any] | None = None, by: Any = None) -> Term:
    """The county's plan, published for two weeks."""
    term = services.import_county(
        data=json.dumps(document or county()).encode(),
        name="county.json",
        starts_on=date(2026, 9, 7),
        ends_on=date(2026, 9, 20),
        by=by,
    )
    plan = Plan.objects.create(term=term, version=1, state="draft", time_limit_s=1, created_at=NOW)
    for teacher, slots, receivers in places.streams():
        row = LeadTeacher.objects.get(term=term, key=teacher)
        series = LessonSeries.objects.create(plan=plan, teacher=row, level="a", slots=slots)
        for own, theirs in receivers:
            asked = LessonRequest.objects.get(term=term, key=own)
            SeriesReceiver.objects.create(series=series, request=asked, slots=theirs)
    services.publish_plan(plan=plan, now=NOW)
    return term


def found(term: Term, happening: Happening, now: datetime = NOW) -> Found:
    return find(diary_of(term, happening), happening, now)


def done(term: Term, happening: Happening, how: str, by: Any, now: datetime = NOW) -> Repair:
    fix = next(one for one in found(term, happening, now).ways if one.many(how) == one.covers)
    return repair(term=term, happening=happening, fix=fix.key, key=uuid4(), reason="ill", by=by, now=now)


def test_a_substitute_takes_the_lesson_and_nothing_else_changes() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    lesson = Session.objects.get(teacher__key="T", starts_at=on(1, 8))
    others = list(Session.objects.exclude(pk=lesson.pk).values().order_by("pk"))
    seats = list(Attendance.objects.values().order_by("pk"))
    made = done(term, away("T"), SUBSTITUTE, user)
    lesson.refresh_from_db()
    assert (lesson.teacher.key, lesson.state, lesson.sequence) == ("V", "planned", 1)
    assert list(Session.objects.exclude(pk=lesson.pk).values().order_by("pk")) == others
    assert list(Attendance.objects.values().order_by("pk")) == seats
    assert (made.by, made.reason, made.kind, made.whose) == (user, "ill", "teacher", "T")
    assert found(term, away("T")).troubles == ()


@pytest.mark.parametrize("how", [SUBSTITUTE, MAKE_UP, RECORDING, CANCEL])
def test_a_fix_sent_twice_is_made_once(how: str) -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    fix = next(one for one in found(term, away("T")).ways if one.many(how) == one.covers)
    key = uuid4()
    first, second = (
        repair(term=term, happening=away("T"), fix=fix.key, key=key, reason="", by=user, now=NOW) for _ in range(2)
    )
    assert first == second
    assert Repair.objects.count() == 1
    assert set(Session.objects.values_list("sequence", flat=True)) <= {0, 1}
    assert set(Session.objects.filter(sequence=1).values_list("changed_at", flat=True)) == {NOW}
    told = Notice.objects.get(kind="repaired")
    text = telling.text(telling.happened("teacher", "T", first.begins, first.ends, "Asia/Shanghai"), "", first.changes)
    assert texts.text(told) == f"[{term.name}]\n{text}"


def test_a_lesson_made_up_keeps_the_link_to_the_one_it_replaces() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    done(term, away("T"), MAKE_UP, user)
    was = Session.objects.get(teacher__key="T", starts_at=on(1, 8))
    now = Session.objects.get(teacher__key="T", starts_at=on(2, 9))
    assert (was.state, now.state, now.series_id) == ("cancelled", "planned", was.series_id)
    pairs = Attendance.objects.filter(session=now).values_list("school_class__key", "replaces__session", "starts_at")
    assert sorted(pairs) == [("A", was.pk, on(2, 9)), ("B", was.pk, on(2, 9))]
    assert set(was.attendances.values_list("cancelled", flat=True)) == {True}


def test_a_recording_leaves_the_teacher_free_and_a_cancelled_lesson_is_on_no_board() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    done(term, away("T"), RECORDING, user)
    lesson = Session.objects.get(teacher__key="T", starts_at=on(1, 8))
    assert (lesson.mode, lesson.state, lesson.attendances.filter(cancelled=False).count()) == (
        "recording",
        "planned",
        2,
    )
    Session.objects.create(series=lesson.series, teacher=lesson.teacher, starts_at=on(1, 8), ends_at=on(1, 9))
    done(term, away("V"), CANCEL, user)
    assert Session.objects.get(teacher__key="V", starts_at=on(1, 9)).state == "cancelled"


def test_a_school_off_line_leaves_the_lesson_to_the_others() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    done(term, off_line("SA"), RECORDING, user)
    lesson = Session.objects.get(teacher__key="T", starts_at=on(1, 8), mode="live")
    assert [one.school_class.key for one in lesson.attendances.all()] == ["B"]
    watched = Session.objects.get(starts_at=on(1, 8), mode="recording")
    assert [(one.school_class.key, one.replaces) for one in watched.attendances.all()] == [("A", None)]
    assert lesson.sequence == 1


def test_a_holiday_that_is_moved_takes_all_lessons_along_and_the_next_version_knows() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    moved = lost(1, instead=6)
    best = found(term, moved).ways[0]
    assert (best.many(MAKE_UP), {one.starts_at.date() for one in best.moves}) == (3, {date(2026, 9, 12)})
    repair(term=term, happening=moved, fix=best.key, key=uuid4(), reason="", by=user, now=NOW)
    term.refresh_from_db()
    assert (term.holidays, term.swapped) == (["2026-09-07"], {"2026-09-12": 1})
    given = Session.objects.filter(state="planned", starts_at__lt=on(8)).values_list("starts_at", flat=True)
    assert sorted(given) == [on(6, 8), on(6, 9)]
    assert Attendance.objects.filter(replaces__isnull=False, starts_at__gt=on(6), starts_at__lt=on(7)).count() == 3


def test_lessons_on_what_became_a_holiday_still_find_another_time() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    Term.objects.update(holidays=["2026-09-07"])
    term.refresh_from_db()
    best = found(term, away("T")).ways[0]
    assert (best.many(MAKE_UP), best.many(SUBSTITUTE)) == (2, 0)


def test_a_morning_lost_is_no_holiday() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    done(term, Happening("day", "", on(1), on(1, 12)), CANCEL, user)
    term.refresh_from_db()
    assert (term.holidays, term.swapped) == ([], {})


def test_a_fix_that_is_there_no_more_is_refused_and_changes_nothing() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    substitute = next(one for one in found(term, away("T")).ways if one.many(SUBSTITUTE))
    LeadTeacher.objects.filter(key="V").update(free=[[1, 2]])
    with pytest.raises(FixGone):
        repair(term=term, happening=away("T"), fix=substitute.key, key=uuid4(), reason="", by=user, now=NOW)
    assert not Repair.objects.exists()
    assert not Session.objects.exclude(sequence=0).exists()


def test_a_clash_that_only_the_database_sees_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    made = found(term, away("T"))
    substitute = next(one for one in made.ways if one.many(SUBSTITUTE))
    series = LessonSeries.objects.get(teacher__key="V")
    Session.objects.create(series=series, teacher=series.teacher, starts_at=on(1, 8), ends_at=on(1, 9))
    monkeypatch.setattr("lms.schools.repairing.services.find", lambda *_: made)
    with pytest.raises(Clash):
        repair(term=term, happening=away("T"), fix=substitute.key, key=uuid4(), reason="", by=user, now=NOW)
    assert Session.objects.get(teacher__key="T", starts_at=on(1, 8)).sequence == 0
    assert not Repair.objects.exists()


def test_what_was_held_is_no_trouble_and_who_is_away_is_no_substitute() -> None:
    user = person("scheduler", schedules=True)
    term = published(by=user)
    held = Attendance.objects.get(school_class__key="A", starts_at=on(1, 8))
    Record.objects.create(attendance=held, how="picture", recorded_at=NOW)
    trouble = found(term, away("T")).troubles[0]
    assert [seat.school_class for seat in trouble.seats] == ["B"]
    done(term, away("V"), RECORDING, user)
    assert not any(fix.many(SUBSTITUTE) for fix in found(term, away("T")).ways)


# The page


def asked(client: Client, term: Term, **changes: str) -> str:
    fields = {"kind": "teacher", "of": "T", "begins": "2026-09-07T00:00", "ends": "2026-09-08T00:00", "reason": "flu"}
    return f"/schools/{term.pk}/repair/?" + urlencode({**fields, **changes})


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("lms.schools.repairing.views.now", lambda: NOW)
    return signed_in(person("scheduler", schedules=True))


@pytest.fixture
def term(client: Client) -> Term:
    return published(by=User.objects.get(username="scheduler"))


def shown(page: Any) -> list[tuple[str, str, str]]:
    """The key of each fix with that of its form, and its text for the group."""
    text = page.content.decode()
    fix = r'name="fix" value="(\w+)">.*?name="key" value="([\w-]+)".*?<textarea[^>]*>(.*?)</textarea>'
    return re.findall(fix, text, re.DOTALL)


def test_one_screen_has_the_fixes_by_least_change_each_with_a_text_and_makes_the_one_chosen(
    client: Client, term: Term
) -> None:
    page = client.get("/en" + asked(client, term))
    fixes = shown(page)
    assert [one[2].splitlines()[1].split("): ")[1] for one in fixes] == [
        "V (L) gives it, at the same time",
        "made up on Tue 9/8 09:00, room 1",
        "its recording, at the same time",
        "cancelled for now",
        "made up on Wed 9/9 08:00, room 1",
    ]
    assert "For 1 of 2; the others are seen to afterwards." in page.content.decode().split("<form")[-2]
    assert fixes[0][2].splitlines()[0] == "Change of lessons. T cannot teach: Mon 9/7. Reason: flu."
    fix, key, text = fixes[0]
    answers = [client.post("/en" + asked(client, term), {"fix": fix, "key": key}) for _ in range(2)]
    assert {one.status_code for one in answers} == {302}
    assert answers[0]["Location"] == answers[1]["Location"]
    told = client.get(answers[0]["Location"]).content.decode()
    assert f"{text}</textarea>" in told
    assert "scheduler" in told
    assert shown(client.get(asked(client, term))) == []
    assert answers[0]["Location"].removeprefix("/en") in client.get(f"/schools/{term.pk}/repair/").content.decode()


def test_forms_of_the_page_are_taken_where_tokens_are_asked_for(client: Client, term: Term) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="scheduler"), backend="django.contrib.auth.backends.ModelBackend")
    page = strict.get(asked(client, term))
    tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
    fixes = shown(page)
    assert len(tokens) >= len(fixes)
    fields = {"fix": fixes[0][0], "key": fixes[0][1]}
    assert strict.post(asked(client, term), {**fields, "csrfmiddlewaretoken": tokens[0]}).status_code == 302


def test_the_text_is_in_the_reader_s_language(client: Client, term: Term) -> None:
    first = shown(client.get(asked(client, term)))[0][2]
    assert first.splitlines() == [
        "【调课】T不能上课：9月7日星期一。原因：flu。",
        "1. 9月7日星期一 08:00 音乐，A（SA）、B（SB）：时间不变，由V（L）上",
    ]


@pytest.mark.parametrize(
    ("begins", "ends", "words"),
    [
        ("2026-09-07T08:00", "2026-09-08T00:00", "9月7日星期一 08:00起"),
        ("2026-09-07T08:00", "2026-09-07T12:00", "9月7日星期一 08:00至12:00"),
        ("2026-09-07T08:00", "2026-09-09T12:30", "9月7日星期一 08:00至9月9日星期三 12:30"),
        ("2026-09-07T08:00", "2026-09-10T00:00", "9月7日星期一 08:00至9月9日星期三"),
        ("2026-09-07T00:00", "2026-09-12T00:00", "9月7日星期一至9月11日星期五"),
    ],
)
def test_spans_are_told_as_people_say_them(client: Client, term: Term, begins: str, ends: str, words: str) -> None:
    assert f"T不能上课：{words}。" in client.get(asked(client, term, begins=begins, ends=ends)).content.decode()


@pytest.mark.parametrize("kind", ["teacher", "school", "site", "day"])
def test_every_kind_has_a_form_that_starts_now(client: Client, term: Term, kind: str) -> None:
    page = client.get(f"/schools/{term.pk}/repair/?kind={kind}").content.decode()
    assert 'value="2026-09-01T08:00"' in page
    assert 'value="2026-09-02T00:00"' in page


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"begins": "yesterday"}, 422),
        ({"begins": "2026-09-07T00:00+09:00"}, 422),
        ({"begins": "9999-12-31T23:59"}, 422),
        ({"ends": "2026-09-07T00:00"}, 422),
        ({"ends": "2027-09-07T00:00"}, 422),
        ({"of": "nobody"}, 422),
        ({"of": ""}, 422),
        ({"kind": "day", "instead": "2026-09-08"}, 422),
        ({"kind": "day", "instead": "someday"}, 422),
        ({"kind": "day", "instead": "2026-09-12"}, 200),
        ({"kind": "earthquake"}, 200),
        ({"kind": "site", "of": "L"}, 200),
        ({"kind": "day", "of": ""}, 200),
    ],
)
def test_what_cannot_have_happened_is_told(client: Client, term: Term, changes: dict[str, str], status: int) -> None:
    page = client.get(asked(client, term, **changes))
    assert page.status_code == status
    assert (status == 422) == ('role="alert"' in page.content.decode())


def test_a_fix_of_yesterday_is_refused_on_the_page_with_those_of_today(client: Client, term: Term) -> None:
    page = client.post(asked(client, term), {"fix": "0" * 16, "key": str(uuid4())})
    assert page.status_code == 409
    assert 'role="alert"' in page.content.decode()
    assert len(shown(page)) == 5
    assert client.post(asked(client, term), {"fix": "0" * 16, "key": "junk"}).status_code == 404


@pytest.mark.parametrize("who", ["head", "teacher", "stranger", "former"])
def test_the_screen_is_not_there_for_others(client: Client, term: Term, who: str) -> None:
    other = person(who, schedules=who == "stranger")
    role = {"head": ("head", "SA"), "teacher": ("teacher", "T"), "former": ("scheduler", "")}.get(who)
    if role:
        Member.objects.create(term=term, user=other, role=role[0], key=role[1])
    fix, key, _ = shown(client.get(asked(client, term)))[0]
    address = client.post(asked(client, term), {"fix": fix, "key": key})["Location"]
    theirs = signed_in(other)
    assert theirs.get(asked(client, term)).status_code == 404
    assert theirs.post(asked(client, term), {"fix": fix, "key": str(uuid4())}).status_code == 404
    assert theirs.get(address).status_code == 404
    assert Repair.objects.count() == 1
    assert Client().get(asked(client, term)).status_code == 302
