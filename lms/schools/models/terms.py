"""Terms: the weeks in which a plan is repeated, and the days on which it is not."""

from django.db import models
from django.db.models import F, Q

from lms.core.ids import uuid7


class Term(models.Model):
    """`holidays` are dates (ISO); `swapped` maps a date to the weekday (1 = Monday) whose lessons it has (调休)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=200)
    week_start = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    holidays = models.JSONField(default=list)
    swapped = models.JSONField(default=dict)
    rules = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="schools_term_ends_after_start")
        ]

    def __str__(self) -> str:
        return self.name
