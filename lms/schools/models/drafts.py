"""Spreadsheets that are being looked through before they are a term, and what a county's headings mean."""

from django.conf import settings
from django.db import models

from lms.core.ids import uuid7


class Draft(models.Model):
    """Sheets that somebody sent, as texts: stored as a term when nothing is wrong with them, else gone at `expires_at`.

    `tables` has a name and rows for each sheet, `answers` what its owner said they mean.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    tables = models.JSONField()
    answers = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name


class Headings(models.Model):
    """What sheets with these headings meant when the county's data were stored last."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    county = models.CharField(max_length=200)
    signature = models.CharField(max_length=64)
    meant = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["county", "signature"], name="schools_headings_once_per_county")]

    def __str__(self) -> str:
        return f"{self.county} {self.signature[:8]}"
