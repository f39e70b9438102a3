"""A county's data in, a plan made by the worker, dated lessons out; the database refuses clashes."""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from lms.core import work
from lms.schools import planning, selectors, services, words
from lms.schools.checking.report import check
from lms.schools.errors import BadTables, BadTerm, Clash, NotADraft, PlanUnderWay
from lms.schools.importing import document_of
from lms.schools.models import Attendance, County, LessonRequest, LessonSeries, Plan, School, Session, Term

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 9, 1, tzinfo=UTC)
BELLS = [{"start": "08:00", "minutes": 40}, {"start": "09:00", "minutes": 40}]


def county() -> dict[str, Any]:
    """Two classes of one school with one remote room, and a teacher two hours east, free four times."""
    return {
        "format": "fieldschool-pairing/1",
        "name": "Two classes",
        "term": {"week_start": "2026-09-07"},
        "rules": {"start_tolerance_minutes": 5},
        "counties": [{"id": "C", "cluster": "K", "max_concurrent": 3}],
        "schools": [{"id": "S", "county": "C", "timezone": "Asia/Urumqi", "bells": BELLS, "remote_rooms": 1}],
        "classes": [
            {"id": "G1", "school": "S", "grade": 3, "open": [[1, 1], [2, 1]]},
            {"id": "G2", "school": "S", "grade": 4, "open": [[1, 1], [1, 2], [3, 1]]},
        ],
        "requests": [
            {"id": "R1", "class": "G1", "subject": "music", "level": "a", "lessons_per_week": 2},
            {"id": "R2", "class": "G2", "subject": "music", "level": "a", "lessons_per_week": 1},
            {"id": "R3", "class": "G2", "subject": "art", "level": "a", "lessons_per_week": 1},
        ],
        "lead_sites": [
            {
                "id": "L",
                "scope": "national",
                "timezone": "Asia/Shanghai",
                "bells": [{"start": "10:00", "minutes": 40}, {"start": "11:00", "minutes": 40}],
                "studios": 1,
            }
        ],
        "teachers": [
            {
                "id": "T",
                "site": "L",
                "subject": "music",
                "levels": ["a"],
                "free": [[1, 1], [2, 1], [1, 2], [3, 1]],
                "max_weekly_lessons": 5,
                "max_receivers": 3,
            }
        ],
    }


def brought_in(document: dict[str, Any] | None = None, **fields: Any) -> Term:
    """A term of two weeks."""
    days = {"starts_on": date(2026, 9, 7), "ends_on": date(2026, 9, 20), **fields}
    return services.import_county(data=json.dumps(document or county()).encode(), name="county.json", **days)


def drafted(term: Term) -> Plan:
    asked = services.make_plan(term=term, now=NOW, time_limit_s=1)
    assert planning.run_next(now=NOW)
    asked.refresh_from_db()
    return asked


@pytest.fixture(autouse=True)
def _working() -> Iterator[None]:
    work.stopping.clear()
    yield
    work.stopping.clear()


def test_rows_describe_the_document_they_came_from() -> None:
    document = county()
    again = document_of(brought_in())
    assert [one["id"] for one in again["requests"]] == ["R1", "R2", "R3"]
    for name in ("schools", "classes", "requests", "lead_sites", "teachers"):
        for was, now in zip(document[name], again[name], strict=True):
            assert {key: value for key, value in was.items() if key != "grade"}.items() <= now.items()


def test_a_gzipped_file_is_read() -> None:
    data = gzip.compress(json.dumps(county()).encode())
    services.import_county(data=data, name="c.json.gz", starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 8))
    assert School.objects.count() == 1


def test_all_problems_are_told_at_once_and_nothing_is_stored() -> None:
    document = county()
    document["schools"][0]["bells"] = [{"start": "25:00", "minutes": 40}]
    document["lead_sites"][0]["timezone"] = "Asia/Nowhere"
    document["counties"].append(document["counties"][0])
    with pytest.raises(BadTables) as caught:
        brought_in(document)
    told = [str(one) for one in caught.value.problems]
    assert len(told) == 3  # of rows that refer to bad ones nothing is said
    assert [words in line for words, line in zip(("C", "25:00", "Nowhere"), told, strict=True)] == [True] * 3
    assert not Term.objects.exists()
    assert not County.objects.exists()


@pytest.mark.parametrize("data", [b"", b"junk", b"[]", b"\x1f\x8bjunk", b'{"term": 3}'])
def test_junk_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(BadTables) as caught:
        services.import_county(data=data, name="j", starts_on=date(2026, 9, 7), ends_on=date(2026, 9, 8))
    assert caught.value.problems


@pytest.mark.parametrize("subject", ["m" * 201, "mu\0sic"])
def test_texts_that_no_row_holds_are_refused(subject: str) -> None:
    document = county()
    document["requests"][0]["subject"] = subject
    with pytest.raises(BadTables):
        brought_in(document)
    assert not Term.objects.exists()


def test_a_term_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(BadTerm):
        brought_in(ends_on=date(2026, 9, 1))


def test_a_plan_is_made_and_keeps_every_rule() -> None:
    term = brought_in()
    made = drafted(term)
    assert (made.state, made.coverage_percent, made.bound_percent) == ("draft", 75, 75)
    assert made.left_out == [{"request": "R3", "reasons": ["no_teacher"]}]
    keys = dict(LessonRequest.objects.values_list("pk", "school_class__key"))
    streams = [
        {
            "teacher": one.teacher.key,
            "subject": one.teacher.subject,
            "level": one.level,
            "slots": one.slots,
            "receivers": [
                {"request": each.request.key, "class": keys[each.request_id], "slots": each.slots}
                for each in one.receivers.all()
            ],
        }
        for one in LessonSeries.objects.filter(plan=made)
    ]
    document = {"streams": streams, "unmet": made.left_out, "coverage_percent": 75, "bound_percent": 75, "seconds": 1}
    assert check(document_of(term), document, None).valid


def test_what_is_left_out_is_kept_with_the_cheapest_changes_that_would_cover_it() -> None:
    document = county()
    document["classes"][1]["open"] = [[4, 1]]
    made = drafted(brought_in(document))
    rows = selectors.left_out(made)
    assert [(one.subject, one.reasons) for one in rows] == [("art", ("no_teacher",)), ("music", ("no_common_time",))]
    assert [(one.gain, words.changes(one.changes)) for one in rows if one.changes] == [(1, "班级 G2：开放星期一第2节")]
    assert selectors.advice(rows) == (selectors.Advice(rows[1].changes, 1),)


def test_one_plan_is_made_at_a_time() -> None:
    term = brought_in()
    services.make_plan(term=term, now=NOW)
    with pytest.raises(PlanUnderWay):
        services.make_plan(term=term, now=NOW)


def test_a_killed_solver_is_tried_again_then_given_up_and_the_published_plan_stays() -> None:
    term = brought_in()
    good = drafted(term)
    services.publish_plan(plan=good, now=NOW)
    asked = services.make_plan(term=term, now=NOW, time_limit_s=1)
    for attempt in range(planning.MOST_ATTEMPTS):  # each is killed: its lease runs out
        at = NOW + attempt * 2 * planning.LEASE
        assert planning._claim(at) is not None
        assert planning._claim(at) is None
    assert planning.run_next(now=NOW + timedelta(hours=1))
    asked.refresh_from_db()
    good.refresh_from_db()
    assert (asked.state, good.state) == ("failed", "published")
    assert Session.objects.filter(state="planned").exists()


def test_a_worker_that_ends_puts_the_plan_back() -> None:
    asked = services.make_plan(term=brought_in(), now=NOW, time_limit_s=1)
    work.stopping.set()
    assert not planning.run_next(now=NOW)
    asked.refresh_from_db()
    assert (asked.state, asked.attempts, asked.leased_until) == ("waiting", 0, None)


def test_holidays_have_no_lessons_and_swapped_days_those_of_another_weekday() -> None:
    term = brought_in(holidays=[date(2026, 9, 15)], swapped={date(2026, 9, 19): 2})
    services.publish_plan(plan=drafted(term), now=NOW)
    days = [
        f"{one:%m-%d}" for one in Attendance.objects.filter(school_class__key="G1").values_list("starts_at", flat=True)
    ]
    assert sorted(days) == ["09-07", "09-08", "09-14", "09-19"]
    first = Attendance.objects.filter(school_class__key="G1").order_by("starts_at")[0]
    assert first.starts_at == first.session.starts_at == datetime(2026, 9, 7, 2, tzinfo=UTC)
    assert first.ends_at - first.starts_at == timedelta(minutes=40)


def test_a_new_version_takes_over_the_lessons_that_have_not_begun() -> None:
    term = brought_in()
    services.publish_plan(plan=drafted(term), now=NOW)
    later = datetime(2026, 9, 12, tzinfo=UTC)
    before = set(Session.objects.filter(starts_at__lte=later).values_list("pk", flat=True))
    services.publish_plan(plan=drafted(term), now=later)
    assert set(Session.objects.filter(starts_at__lte=later, state="planned").values_list("pk", flat=True)) == before
    assert list(Plan.objects.order_by("version").values_list("state", flat=True)) == ["withdrawn", "published"]


def test_what_is_published_is_not_published_again() -> None:
    made = drafted(brought_in())
    services.publish_plan(plan=made, now=NOW)
    with pytest.raises(NotADraft):
        services.publish_plan(plan=made, now=NOW)


def test_a_clash_publishes_nothing() -> None:
    made = drafted(brought_in())
    first = LessonSeries.objects.filter(plan=made)[0]
    LessonSeries.objects.create(plan=made, teacher=first.teacher, level="a", slots=first.slots)
    with pytest.raises(Clash):
        services.publish_plan(plan=made, now=NOW)
    made.refresh_from_db()
    assert made.state == "draft"
    assert not Session.objects.exists()


def test_the_database_refuses_two_lessons_of_a_class_a_room_and_a_teacher() -> None:
    services.publish_plan(plan=drafted(brought_in()), now=NOW)
    one = Attendance.objects.select_related("session")[0]
    when = {"starts_at": one.starts_at, "ends_at": one.ends_at}
    with pytest.raises(IntegrityError), transaction.atomic():
        Session.objects.create(series=one.session.series, teacher=one.session.teacher, **when)
    same = {"session": one.session, "school": one.school, **when}
    with pytest.raises(IntegrityError, match="class"), transaction.atomic():
        Attendance.objects.create(school_class=one.school_class, room=one.room + 1, **same)
    other = School.objects.get().classes.exclude(pk=one.school_class_id).get()
    Attendance.objects.filter(school_class=other, starts_at=one.starts_at).delete()
    with pytest.raises(IntegrityError, match="room"), transaction.atomic():
        Attendance.objects.create(school_class=other, room=one.room, **same)
