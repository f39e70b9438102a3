"""Counties, schools and classes that ask; lead sites and teachers that give. `key` is the id in the county's data.

What was taken out of it is `removed` and stays: plans and lessons name it.
"""

from datetime import date
from typing import Any

from django.db import models

from lms.core.ids import uuid7
from lms.schools.models.terms import Term


class Place(models.Model):
    """What a county's data describe: a row of one of their lists."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    removed = models.BooleanField(default=False)

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["term", "key"], name="%(app_label)s_%(class)s_key_once")]

    def __str__(self) -> str:
        return self.key


class County(Place):
    """`max_concurrent`: lessons that its link can receive at the same time."""

    cluster = models.CharField(max_length=200)
    max_concurrent = models.PositiveIntegerField()


class _Ringing(Place):
    """`bells` is the list of periods, each with its local start and its minutes, in `timezone`.

    `other_bells` are lists of other days: of some `weekdays`, or `from` a date `to` another. Plans are made by `bells`.
    """

    timezone = models.CharField(max_length=64)
    bells = models.JSONField()
    other_bells = models.JSONField(default=list)

    class Meta(Place.Meta):
        abstract = True

    def bells_on(self, day: date, weekday: int) -> list[dict[str, Any]]:
        """The bells of a day that has the lessons of a weekday."""
        for one in self.other_bells:
            starts, ends = one.get("from") or date.min.isoformat(), one.get("to") or date.max.isoformat()
            if starts <= day.isoformat() <= ends and weekday in (one.get("weekdays") or range(1, 6)):
                return list(one["bells"])
        return list(self.bells)


class School(_Ringing):
    """Has classes that receive lessons, in so many rooms at once."""

    county = models.ForeignKey(County, models.CASCADE, related_name="schools")
    remote_rooms = models.PositiveIntegerField()
    avoid_periods = models.JSONField(default=list)


class SchoolClass(Place):
    """`open`: slots that a remote lesson may use. A class of several grades (复式) has the first of them as `grade`."""

    school = models.ForeignKey(School, models.CASCADE, related_name="classes")
    grade = models.PositiveSmallIntegerField(null=True)
    grades = models.JSONField(default=list)
    open = models.JSONField()


class LessonRequest(Place):
    """So many lessons a week of a subject, at a level, for a class; by which textbook, and at which unit it is."""

    school_class = models.ForeignKey(SchoolClass, models.CASCADE, related_name="requests")
    subject = models.CharField(max_length=200)
    level = models.CharField(max_length=200)
    lessons_per_week = models.PositiveIntegerField()
    priority = models.FloatField(default=1)
    edition = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=200, blank=True)


class LeadSite(_Ringing):
    """`serves` is the key of a county, the name of a cluster, or empty, as `scope` says."""

    scope = models.CharField(max_length=8)
    serves = models.CharField(max_length=200, blank=True)
    studios = models.PositiveIntegerField()


class LeadTeacher(Place):
    """Who gives lessons from a lead site; `free` are slots of the site."""

    site = models.ForeignKey(LeadSite, models.CASCADE, related_name="teachers")
    subject = models.CharField(max_length=200)
    levels = models.JSONField()
    free = models.JSONField()
    max_weekly_lessons = models.PositiveIntegerField()
    max_receivers = models.PositiveIntegerField()
    fixed_streams = models.JSONField(default=list)
