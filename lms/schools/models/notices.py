"""What people are told of a term, and where to."""

from django.conf import settings
from django.db import models

from lms.core.ids import uuid7
from lms.schools.models.terms import Term


class Channel(models.Model):
    """Where notices of a term go. `secret` is the key in a robot's address, or the addresses of e-mail.

    Whoever has it can write to the group: it is never shown whole again, and in no backup. `signing` is the second
    secret of robots that want their messages signed, `keyword` what others want to read in each. `problem` is what the
    last message came to when it was not taken; no message goes before `not_before`.
    """

    class Kind(models.TextChoices):
        DINGTALK = "dingtalk"
        WECOM = "wecom"
        EMAIL = "email"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=100)
    secret = models.TextField()
    signing = models.CharField(max_length=200, blank=True)
    keyword = models.CharField(max_length=50, blank=True)
    language = models.CharField(max_length=16)
    not_before = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["term", "name"], name="schools_channel_name_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Notice(models.Model):
    """Something that was done to a term's lessons. `told` has what a text of it is made from, in any language."""

    class Kind(models.TextChoices):
        PUBLISHED = "published"
        WITHDRAWN = "withdrawn"
        MOVED = "moved"
        CANCELLED = "cancelled"
        REPAIRED = "repaired"
        TRIED = "tried"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    term = models.ForeignKey(Term, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    told = models.JSONField(default=dict)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind} {self.made_at:%Y-%m-%d %H:%M}"


class Delivery(models.Model):
    """A notice on its way to a channel; `sent_at` is when it was taken."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="schools_delivery_once")]

    def __str__(self) -> str:
        return f"{self.notice_id} {self.channel_id}"
