"""What a helper says of a lesson: one record, safe to repeat, corrected with who and when."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from lms.schools.class_time import selectors, services
from lms.schools.errors import BadRecord, NotRecordable
from lms.schools.models import Attendance, EarlierRecord, Meeting, Record, Session
from tests.lms.schools.class_time.conftest import DURING, Cast

LATER = DURING + timedelta(hours=1)


def said(cast: Cast, who: str = "helper", **words: object) -> Record:
    return services.record(attendance=cast.row, by=cast.people[who], **{"now": DURING, **words})  # type: ignore[arg-type]


def test_what_is_said_again_changes_nothing(cast: Cast) -> None:
    first = said(cast, how="picture", present=9)
    again = said(cast, "head", how="picture", present=9, now=LATER)
    assert (again.pk, again.recorded_at, again.by) == (first.pk, DURING, cast.people["helper"])
    assert not EarlierRecord.objects.exists()


def test_a_correction_holds_and_what_was_said_before_is_kept(cast: Cast) -> None:
    said(cast, how="picture")
    now = said(cast, "head", cause="link", note="no power at the mast", now=LATER)
    assert (now.how, now.cause, now.by, now.recorded_at) == ("", "link", cast.people["head"], LATER)
    before = EarlierRecord.objects.get()
    assert (before.how, before.by, before.recorded_at) == ("picture", cast.people["helper"], DURING)


def test_what_comes_late_takes_the_place_of_nothing_said_after_it(cast: Cast) -> None:
    said(cast, "head", how="telephone", now=LATER)
    late = {"how": "recording", "said_at": DURING, "now": LATER + timedelta(days=1)}
    assert said(cast, **late).how == "telephone"
    assert said(cast, **late).how == "telephone"  # and again
    assert [one.how for one in EarlierRecord.objects.all()] == ["recording"]


def test_a_record_sent_again_after_a_correction_does_not_come_back(cast: Cast) -> None:
    said(cast, how="picture", said_at=DURING)
    said(cast, "head", how="voice", now=LATER)
    assert said(cast, how="picture", said_at=DURING, now=LATER + timedelta(minutes=1)).how == "voice"
    assert EarlierRecord.objects.count() == 1


def test_a_classroom_with_a_wrong_clock_is_believed_within_the_lesson_only(cast: Cast) -> None:
    assert said(cast, how="picture", said_at=DURING - timedelta(days=900)).recorded_at == cast.row.starts_at
    Record.objects.all().delete()
    assert said(cast, how="picture", said_at=DURING + timedelta(days=900)).recorded_at == DURING


@pytest.mark.parametrize(
    "words",
    [{}, {"how": "well"}, {"cause": "mood"}, {"how": "picture", "cause": "link"}, {"how": "picture", "present": 201}],
)
def test_what_says_nothing_is_refused(cast: Cast, words: dict[str, object]) -> None:
    with pytest.raises(BadRecord):
        said(cast, **words)


def test_nothing_is_recorded_before_a_lesson_nor_of_one_that_was_cancelled(cast: Cast) -> None:
    with pytest.raises(NotRecordable) as caught:
        said(cast, how="picture", now=cast.row.starts_at - timedelta(minutes=1))
    assert caught.value.code == "not_begun"
    Session.objects.filter(pk=cast.session.pk).update(state="cancelled")
    with pytest.raises(NotRecordable) as caught:
        said(cast, how="picture")
    assert caught.value.code == "cancelled"


def test_a_lesson_of_its_own_place_goes_before_the_teachers(cast: Cast) -> None:
    arrange = {"session": cast.session, "by": cast.people["teacher"], "now": DURING}
    services.arrange_meeting(text="https://meet.example.org/all", **arrange)  # type: ignore[arg-type]
    services.arrange_meeting(text="https://meet.example.org/one", alone=True, **arrange)  # type: ignore[arg-type]
    services.arrange_meeting(text="https://meet.example.org/every", **arrange)  # type: ignore[arg-type]
    assert Meeting.objects.count() == 2
    own, other = (selectors.lesson(one.pk) for one in Session.objects.order_by("starts_at")[:2])
    assert own
    assert other
    assert [one.address for one in map(selectors.meeting, (own, other)) if one] == [
        "https://meet.example.org/one",
        "https://meet.example.org/every",
    ]


def test_the_database_takes_no_link_but_https(cast: Cast) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.create(teacher=cast.session.teacher, kind="plain", address="http://a.example", set_at=DURING)


def test_a_lesson_made_up_shows_what_the_one_in_whose_place_it_stands_would_have(cast: Cast) -> None:
    services.Material.objects.create(session=cast.session, lesson_key=cast.term.pk, code="123456", title="节奏")
    later = Session.objects.exclude(pk=cast.session.pk).filter(series=cast.session.series).latest("starts_at")
    row = Attendance.objects.get(session=later, school_class=cast.row.school_class)
    Attendance.objects.filter(pk=row.pk).update(replaces=cast.row)
    found = selectors.in_class(row.pk)
    assert found
    shown = selectors.material(found.row.session, found.row)
    assert shown
    assert (shown.title, shown.address) == ("节奏", "")


def test_a_recording_in_a_lessons_place_shows_the_same(cast: Cast) -> None:
    services.Material.objects.create(session=cast.session, lesson_key=cast.term.pk, code="123456", title="节奏")
    Session.objects.filter(pk=cast.session.pk).update(state="cancelled")
    times = {"starts_at": cast.session.starts_at, "ends_at": cast.session.ends_at}
    teacher = cast.session.teacher
    instead = Session.objects.create(series=cast.session.series, teacher=teacher, mode="recording", **times)
    shown = selectors.material(instead)
    assert shown
    assert shown.title == "节奏"
