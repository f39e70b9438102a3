"""What was done when lessons could not be held as planned."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lms.core.ids import uuid7
from lms.schools.models.terms import Term


class Repair(models.Model):
    """Who had lessons changed, when and why; `key` is the form's own: sent twice, it is done once.

    Until `ends` nobody counts on `whose` again; of a request it is the class. `changes` says what became of each
    lesson, as it is told to people.
    """

    class Kind(models.TextChoices):
        TEACHER = "teacher"
        SCHOOL = "school"
        SITE = "site"
        DAY = "day"
        REQUEST = "request"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="repairs")
    key = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    whose = models.CharField(max_length=200, blank=True)
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)
    changes = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "key"], name="schools_repair_once"),
            models.CheckConstraint(condition=Q(ends__gt=F("begins")), name="schools_repair_ends_after_start"),
            models.CheckConstraint(
                condition=Q(kind="day", whose="") | (~Q(kind="day") & ~Q(whose="")),
                name="schools_repair_whose_of_all_but_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.whose} {self.begins:%Y-%m-%d %H:%M}"
