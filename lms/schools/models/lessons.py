"""The weekly series of a plan, and the dated lessons made of them.

Periods of one place never overlap, so two lessons of a class, a room or a teacher meet exactly when they start
together: the database refuses the second.
"""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lms.core.ids import uuid7
from lms.schools.models.places import LeadTeacher, LessonRequest, School, SchoolClass
from lms.schools.models.plans import Plan


class LessonSeries(models.Model):
    """A teacher's weekly lessons, in slots of the lead site."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="series")
    teacher = models.ForeignKey(LeadTeacher, models.CASCADE, related_name="+")
    level = models.CharField(max_length=200)
    slots = models.JSONField()

    def __str__(self) -> str:
        return f"{self.teacher_id} {self.slots}"


class SeriesReceiver(models.Model):
    """A class that follows a series: its i-th slot (the school's) in the i-th slot of the series."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    series = models.ForeignKey(LessonSeries, models.CASCADE, related_name="receivers")
    request = models.ForeignKey(LessonRequest, models.CASCADE, related_name="+")
    slots = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["series", "request"], name="schools_seriesreceiver_request_once")
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.slots}"


def changed(now: datetime) -> dict[str, Any]:
    """What is written of a session with whatever changes it, so that calendars follow."""
    return {"sequence": F("sequence") + 1, "changed_at": now}


class Session(models.Model):
    """One dated lesson as the teacher gives it, from `starts_at` to `ends_at` (UTC).

    `teacher` is who gives it that day, a substitute too; of a recording, whose lesson it is. `sequence` counts what has
    been changed since it was published (RFC 5545, 3.8.7.4); `changed_at` is when that was done last.
    """

    class State(models.TextChoices):
        PLANNED = "planned"
        CANCELLED = "cancelled"

    class Mode(models.TextChoices):
        LIVE = "live"
        RECORDING = "recording"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    series = models.ForeignKey(LessonSeries, models.CASCADE, related_name="sessions")
    teacher = models.ForeignKey(LeadTeacher, models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.LIVE)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["teacher", "starts_at"],
                condition=~Q(state="cancelled") & Q(mode="live"),
                name="schools_session_teacher_once",
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="schools_session_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.teacher_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Attendance(models.Model):
    """A class in a dated lesson: in which room (1..) and from when by its own school's bells (UTC).

    `replaces` is the lesson that this one makes up for.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="attendances")
    school_class = models.ForeignKey(SchoolClass, models.CASCADE, related_name="+")
    school = models.ForeignKey(School, models.CASCADE, related_name="+")
    room = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cancelled = models.BooleanField(default=False)
    replaces = models.ForeignKey("self", models.CASCADE, null=True, related_name="made_up_by")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_class", "starts_at"],
                condition=Q(cancelled=False),
                name="schools_attendance_class_once",
            ),
            models.UniqueConstraint(
                fields=["school", "room", "starts_at"],
                condition=Q(cancelled=False),
                name="schools_attendance_room_once",
            ),
            models.UniqueConstraint(
                fields=["replaces"], condition=Q(cancelled=False), name="schools_attendance_made_up_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="schools_attendance_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.school_class_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Record(models.Model):
    """What became of a class's lesson, as its helper says: held and how, or not and why. `present`: pupils there."""

    class How(models.TextChoices):
        PICTURE = "picture"
        SLIDES = "slides"
        VOICE = "voice"
        TELEPHONE = "telephone"
        RECORDING = "recording"

    class Cause(models.TextChoices):
        LINK = "link"
        POWER = "power"
        EQUIPMENT = "equipment"
        TEACHER = "teacher"
        SCHOOL = "school"
        OTHER = "other"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    attendance = models.OneToOneField(Attendance, models.CASCADE, related_name="record")
    how = models.CharField(max_length=10, choices=How.choices, blank=True)
    cause = models.CharField(max_length=10, choices=Cause.choices, blank=True)
    present = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(cause="") & ~Q(how="")) | (Q(how="") & ~Q(cause="")), name="schools_record_held_or_not"
            )
        ]

    def __str__(self) -> str:
        return f"{self.attendance_id} {self.how or self.cause}"
