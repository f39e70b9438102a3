"""What learners did, and where that leaves them.

Lessons are named by their `lesson_key` and the title of the day, never by a foreign key: a page may be deleted, a
record may not.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q

_ONE_OWNER = Q(user__isnull=False, guest__isnull=True) | Q(user__isnull=True, guest__isnull=False)


class LearningEvent(models.Model):
    """One thing that happened on a learner's phone, in its own words. `id` is the phone's own UUID (version 7)."""

    class Kind(models.TextChoices):
        LESSON_PLAYED = "lesson_played"
        LESSON_COMPLETED = "lesson_completed"

    id = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    guest = models.UUIDField(null=True)
    kind = models.CharField(max_length=32, choices=Kind.choices)
    lesson_key = models.UUIDField()
    lesson_title = models.CharField(max_length=255)
    at = models.DateTimeField()
    received_at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_ONE_OWNER, name="records_event_one_owner"),
            models.CheckConstraint(
                condition=Q(kind__in=["lesson_played", "lesson_completed"]), name="records_event_kind_known"
            ),
        ]
        indexes = [models.Index(fields=["lesson_key", "at"], name="records_event_lesson")]

    def __str__(self) -> str:
        return f"{self.kind} {self.lesson_key}"


class LessonProgress(models.Model):
    """How far one learner is in one lesson; derived from the events, rebuilt by applying them again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    guest = models.UUIDField(null=True)
    lesson_key = models.UUIDField()
    lesson_title = models.CharField(max_length=255)
    position_s = models.FloatField(default=0)
    position_at = models.DateTimeField(null=True)
    fraction = models.FloatField(default=0)
    completed_at = models.DateTimeField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=_ONE_OWNER, name="records_progress_one_owner"),
            models.UniqueConstraint(
                fields=["user", "lesson_key"], condition=Q(user__isnull=False), name="records_progress_of_user"
            ),
            models.UniqueConstraint(
                fields=["guest", "lesson_key"], condition=Q(guest__isnull=False), name="records_progress_of_guest"
            ),
            models.CheckConstraint(condition=Q(position_s__gte=0), name="records_progress_position"),
            models.CheckConstraint(condition=Q(fraction__gte=0, fraction__lte=1), name="records_progress_fraction"),
        ]

    def __str__(self) -> str:
        return f"{self.lesson_key} {self.fraction:.0%}"
