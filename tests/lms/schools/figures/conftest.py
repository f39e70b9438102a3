"""A term of three schools in which everything happens that can; the ledger of it was counted by hand."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from lms.accounts.models import User
from lms.schools import services
from lms.schools.class_time.services import record
from lms.schools.models import (
    Attendance,
    LeadTeacher,
    LessonRequest,
    LessonSeries,
    Plan,
    SeriesReceiver,
    Session,
    Term,
)
from tests.lms.schools.factories import BELLS, instance, request, school, site, teacher
from tests.lms.schools.test_counties import brought_in

AFTER = datetime(2026, 10, 19, tzinfo=UTC)
# School days: 5, 5, 5, 3 (from Thursday on a holiday), 3 (Thursday, Friday, and Saturday with Thursday's lessons), 5.
TERM: dict[str, Any] = {
    "starts_on": date(2026, 9, 7),
    "ends_on": date(2026, 10, 16),
    "holidays": [date(2026, 10, day) for day in range(1, 8)],
    "swapped": {date(2026, 10, 10): 4},
}


class Year:
    """The county, and what happens in its term."""

    def __init__(self) -> None:
        self.helper = User.objects.create_user("helper")
        west = [{**bell, "start": f"{int(bell['start'][:2]) - 2:02}:00"} for bell in BELLS]
        document = instance(
            schools=[school("A"), school("B", timezone="Asia/Urumqi", bells=west), school("C")],
            classes=[{"id": f"{one}1", "school": one, "grade": 3, "open": [[1, 1]]} for one in "ABC"],
            requests=[
                request("RA", "A1", lessons_per_week=2),
                request("RB", "B1"),
                request("RE", "B1", subject="english"),
                request("RC", "C1", subject="art"),
            ],
            lead_sites=[site("L")],
            teachers=[teacher("T1"), teacher("T2", subject="english"), teacher("T3")],
        )
        self.term = brought_in(document, **TERM)
        self.publish(1, datetime(2026, 9, 1, tzinfo=UTC))

    def publish(self, version: int, now: datetime) -> None:
        plan = Plan.objects.create(term=self.term, version=version, state="draft", time_limit_s=1, created_at=now)
        requests = {one.key: one for one in LessonRequest.objects.all()}
        teachers = {one.key: one for one in LeadTeacher.objects.all()}
        for who, slots, followers in (
            ("T1", [[1, 1], [4, 1]], {"RA": [[1, 1], [4, 1]]}),
            ("T1", [[1, 2]], {"RB": [[1, 2]]}),
            ("T2", [[5, 1]], {"RE": [[5, 1]]}),
        ):
            series = LessonSeries.objects.create(plan=plan, teacher=teachers[who], level="a", slots=slots)
            for key, own in followers.items():
                SeriesReceiver.objects.create(series=series, request=requests[key], slots=own)
        services.publish_plan(plan=plan, now=now)

    def row(self, school_class: str, day: str, subject: str = "music") -> Attendance:
        on = date.fromisoformat(f"2026-{day}")
        rows = Attendance.objects.select_related("session__series").filter(school_class__key=school_class)
        return rows.exclude(session__series__plan__state="withdrawn", cancelled=True).get(
            session__series__teacher__subject=subject, starts_at__date=on
        )

    def say(self, row: Attendance, **words: str) -> Attendance:
        record(attendance=row, by=self.helper, now=AFTER, **words)  # type: ignore[arg-type]
        return row

    def cancel(self, row: Attendance) -> Attendance:
        Attendance.objects.filter(pk=row.pk).update(cancelled=True)
        Session.objects.filter(pk=row.session_id).update(state="cancelled")
        return row

    def make_up(self, row: Attendance, day: str) -> Attendance:
        at = row.starts_at.replace(month=int(day[:2]), day=int(day[3:]))
        times = {"starts_at": at, "ends_at": at + timedelta(minutes=40)}
        session = Session.objects.create(series=row.session.series, teacher=row.session.teacher, **times)
        places = {"school_class": row.school_class, "school": row.school, "room": row.room}
        return Attendance.objects.create(session=session, replaces=row, **places, **times)

    def happens(self) -> None:
        say, row = self.say, self.row
        say(row("A1", "09-07"), how="picture")
        say(row("A1", "09-10"), how="recording")
        say(self.make_up(self.cancel(row("A1", "09-14")), "09-23"), how="voice")
        Session.objects.filter(pk=row("A1", "09-17").session_id).update(teacher=LeadTeacher.objects.get(key="T3"))
        say(row("A1", "09-17"), how="picture")
        say(row("A1", "09-21"), cause="link")
        say(row("A1", "09-24"), how="telephone")
        say(row("A1", "09-28"), how="slides")
        say(row("A1", "10-08"), how="picture")
        say(row("B1", "09-07"), how="picture")
        second = self.make_up(self.cancel(row("B1", "09-14")), "09-16")
        say(self.make_up(self.cancel(second), "09-24"), how="recording")
        say(row("B1", "09-21"), cause="school")
        say(row("B1", "09-28"), how="recording")
        for day, how in (("09-11", "picture"), ("09-18", "picture"), ("09-25", "telephone"), ("10-09", "picture")):
            say(row("B1", day, "english"), how=how)
        self.publish(2, datetime(2026, 10, 9, 12, tzinfo=UTC))  # a newer version gives what is left
        say(row("A1", "10-10"), how="picture")
        say(self.make_up(self.cancel(row("A1", "10-12")), "10-16"), cause="power")
        say(row("B1", "10-12"), how="picture")
        say(row("B1", "10-16", "english"), how="picture")


@pytest.fixture
def term(db: None) -> Term:
    year = Year()
    year.happens()
    return year.term
