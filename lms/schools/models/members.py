"""Who has to do with a term: its schedulers, heads of its schools, their helpers, its teachers."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from lms.core.ids import uuid7
from lms.schools.models.terms import Term


class Member(models.Model):
    """`key` is that of the school of a head or a helper, or of the lead teacher; a scheduler has all of the term."""

    class Role(models.TextChoices):
        SCHEDULER = "scheduler"
        HEAD = "head"
        TEACHER = "teacher"
        HELPER = "helper"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=Role.choices)
    key = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["term", "user", "role", "key"], name="schools_member_once"),
            models.CheckConstraint(
                condition=Q(role="scheduler", key="") | (~Q(role="scheduler") & ~Q(key="")),
                name="schools_member_key_of_all_but_schedulers",
            ),
        ]
        permissions = [("schedule_county", "Can bring in a county's data, and make and publish its plans")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.key}"
