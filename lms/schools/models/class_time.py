"""What a dated lesson is given with: where it is joined, what is shown in it; and what was said of it before."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lms.core.ids import uuid7
from lms.schools.models.lessons import Record, Session
from lms.schools.models.places import LeadTeacher


class Meeting(models.Model):
    """Where a teacher's lessons are joined; with a `session`, that one alone.

    `address` is an https link; one on the county's own server (BigBlueButton) has none. `number` and `password` are for
    who must type them, `telephone` is the teacher's, for when no meeting can be joined.
    """

    class Kind(models.TextChoices):
        PLAIN = "plain"
        JITSI = "jitsi"
        BIGBLUEBUTTON = "bigbluebutton"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    teacher = models.ForeignKey(LeadTeacher, models.CASCADE, related_name="meetings")
    session = models.OneToOneField(Session, models.CASCADE, null=True, related_name="meeting")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    address = models.CharField(max_length=500, blank=True)
    number = models.CharField(max_length=20, blank=True)
    password = models.CharField(max_length=40, blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["teacher"], condition=Q(session__isnull=True), name="schools_meeting_one_of_a_teacher"
            ),
            models.CheckConstraint(
                condition=Q(address__startswith="https://") | Q(kind="bigbluebutton", address=""),
                name="schools_meeting_by_https",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.address}"


class Material(models.Model):
    """The site's lesson that a dated lesson shows, and falls back on: its key, with its number and title then."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.OneToOneField(Session, models.CASCADE, related_name="material")
    lesson_key = models.UUIDField()
    code = models.CharField(max_length=6)
    title = models.CharField(max_length=255)

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class EarlierRecord(models.Model):
    """What a record said before it was corrected, with who said so and when."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    record = models.ForeignKey(Record, models.CASCADE, related_name="earlier")
    how = models.CharField(max_length=10, choices=Record.How.choices, blank=True)
    cause = models.CharField(max_length=10, choices=Record.Cause.choices, blank=True)
    present = models.PositiveSmallIntegerField(null=True)
    note = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.record_id} {self.how or self.cause}"
