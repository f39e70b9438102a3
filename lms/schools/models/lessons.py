"""The weekly series of a plan, and the dated lessons made of them.

Periods of one place never overlap, so two lessons of a class, a room or a teacher meet exactly when they start
together: the database refuses the second.
"""

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


class Session(models.Model):
    """One dated lesson as the teacher gives it, from `starts_at` to `ends_at` (UTC)."""

    class State(models.TextChoices):
        PLANNED = "planned"
        CANCELLED = "cancelled"

    class Mode(models.TextChoices):
        LIVE = "live"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    series = models.ForeignKey(LessonSeries, models.CASCADE, related_name="sessions")
    teacher = models.ForeignKey(LeadTeacher, models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    mode = models.CharField(max_length=10, choices=Mode.choices, default=Mode.LIVE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["teacher", "starts_at"], condition=~Q(state="cancelled"), name="schools_session_teacher_once"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="schools_session_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.teacher_id} {self.starts_at:%Y-%m-%d %H:%M}"


class Attendance(models.Model):
    """A class in a dated lesson: in which room (1..) and from when by its own school's bells (UTC)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(Session, models.CASCADE, related_name="attendances")
    school_class = models.ForeignKey(SchoolClass, models.CASCADE, related_name="+")
    school = models.ForeignKey(School, models.CASCADE, related_name="+")
    room = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    cancelled = models.BooleanField(default=False)

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
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="schools_attendance_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.school_class_id} {self.starts_at:%Y-%m-%d %H:%M}"
