"""The outbox: what has happened and must still be told to derived things; and how often pages have changed."""

from django.db import models
from django.db.models import F, Q


class OutboxEvent(models.Model):
    """One subject that changed. The handler reads the subject afresh, so an event carries no content."""

    topic = models.CharField(max_length=40)
    subject = models.UUIDField()
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    parked = models.BooleanField(default=False)

    class Meta:
        constraints = [
            # Until it is taken up, one row a subject is enough.
            models.UniqueConstraint(
                fields=["topic", "subject"], condition=Q(attempts=0), name="core_outbox_one_waiting_per_subject"
            ),
            models.CheckConstraint(condition=Q(not_before__gte=F("created_at")), name="core_outbox_not_before_created"),
        ]
        indexes = [models.Index(fields=["parked", "not_before"], name="core_outbox_due")]

    def __str__(self) -> str:
        return f"{self.topic} {self.subject}"


class SiteVersion(models.Model):
    """One row: the number of changes that pages can show. Pages kept under another number are made anew."""

    number = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="core_siteversion_is_one_row")]

    def __str__(self) -> str:
        return str(self.number)
