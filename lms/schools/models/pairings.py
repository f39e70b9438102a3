"""Pairings: which lead site gives a receiving school its lessons, and who agreed to that when."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lms.core.ids import uuid7
from lms.schools.models.places import LeadSite, School
from lms.schools.models.terms import Term


class Pairing(models.Model):
    """A school and a lead site for a term. `lessons` has how many a week by subject.

    Once published, the school may object until the end of the day `until`; silence accepts. What is agreed stays as it
    is: lessons that come in addition are a pairing of their own.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed"
        PUBLISHED = "published"
        ACCEPTED = "accepted"
        OBJECTED = "objected"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="pairings")
    school = models.ForeignKey(School, models.CASCADE, related_name="+")
    site = models.ForeignKey(LeadSite, models.CASCADE, related_name="+")
    lessons = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school", "site"], condition=Q(state="proposed"), name="schools_pairing_proposed_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "withdrawn"]) | Q(until__isnull=False),
                name="schools_pairing_published_until",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school_id} {self.site_id} {self.state}"


class PairingStep(models.Model):
    """What a pairing became, when and by whom: by nobody when a school's silence accepted it. `note` says why."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pairing = models.ForeignKey(Pairing, models.CASCADE, related_name="steps")
    state = models.CharField(max_length=10, choices=Pairing.State.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return f"{self.pairing_id} {self.state}"
