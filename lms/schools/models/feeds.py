"""Calendars that phones fetch by an address which nobody guesses."""

from django.conf import settings
from django.db import models

from lms.core.ids import uuid7
from lms.schools.models.terms import Term


class Feed(models.Model):
    """The calendar of somebody of KINDS. Of its address only a `digest` is stored; a new address is another row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="feeds")
    kind = models.CharField(max_length=10)
    key = models.CharField(max_length=200)
    language = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["term", "kind", "key"], name="schools_feed_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
