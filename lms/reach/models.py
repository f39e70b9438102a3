"""How the site reaches people: what some visits to lessons saw, and nothing of who they were."""

from django.db import models
from django.db.models import Q

from lms.reach.types import Link


class Visit(models.Model):
    """One sampled visit to a lesson. No person, no address, no lesson, and of the time the day alone."""

    day = models.DateField()
    region = models.CharField(max_length=40, blank=True)
    link = models.CharField(max_length=8, blank=True, choices=Link.choices)
    paint_ms = models.PositiveIntegerField(null=True)
    sound_ms = models.PositiveIntegerField(null=True)
    stalls = models.PositiveIntegerField()
    stalled_ms = models.PositiveIntegerField()
    played_s = models.PositiveIntegerField()
    kilobytes = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["day"], name="reach_visit_day")]
        constraints = [
            models.CheckConstraint(condition=Q(link__in=Link.values), name="reach_visit_link_known"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.region} {self.link}"
