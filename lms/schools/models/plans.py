"""Plans of a term: asked for, made by a worker, published, withdrawn."""

from django.db import models
from django.db.models import Q

from lms.core.ids import uuid7
from lms.schools.models.terms import Term


class Plan(models.Model):
    """One version. While a worker makes it, `leased_until` says until when nobody else takes it up.

    `seconds` is how long the search took, `stop_asked` that the best plan so far is wanted, `failure` why there is
    none. `undated` are lessons of the published plan that other days' bells do not let be. `made_of` and `dated_for`
    are fingerprints of the data that it was made of, and of the days of its lessons.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        DRAFT = "draft"
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="plans")
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    seed = models.PositiveIntegerField(default=1)
    time_limit_s = models.FloatField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    coverage_percent = models.FloatField(default=0)
    bound_percent = models.FloatField(default=100)
    left_out = models.JSONField(default=list)
    seconds = models.FloatField(default=0)
    stop_asked = models.BooleanField(default=False)
    failure = models.TextField(blank=True)
    undated = models.JSONField(default=list)
    made_of = models.CharField(max_length=64, blank=True)
    dated_for = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "version"], name="schools_plan_version_once"),
            models.UniqueConstraint(
                fields=["term"], condition=Q(state="published"), name="schools_plan_one_published_per_term"
            ),
            models.UniqueConstraint(
                fields=["term"], condition=Q(state="waiting"), name="schools_plan_one_waiting_per_term"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.term_id} {self.version}"
