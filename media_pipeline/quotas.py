"""How much room recordings may take: all of the site's, and those that one person has sent.

The site's is counted with everything that was made of them, a person's as they were sent, and both with what is on its
way. Asked before a byte is sent; what was let in then is not refused when it has arrived.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet, Sum

from media_pipeline.models import Asset, StoredFile, Upload
from media_pipeline.refusals import PersonQuotaReached, SiteQuotaReached


@dataclass(frozen=True)
class Room:
    """What is used of a quota."""

    used_bytes: int
    quota_bytes: int

    @property
    def left_bytes(self) -> int:
        return max(0, self.quota_bytes - self.used_bytes)


def of_site(*, now: datetime) -> Room | None:
    """The site's room; None where it has no quota."""
    if settings.MEDIA_QUOTA_BYTES is None:
        return None
    sources = Asset.objects.values("source_sha256", "source_size_bytes").distinct()
    made = _sum(StoredFile.objects.all(), "size_bytes")
    return Room(_sum(sources, "source_size_bytes") + made + _coming(now), settings.MEDIA_QUOTA_BYTES)


def of_person(person_id: int, *, now: datetime) -> Room | None:
    """A person's room; None where people have no quota."""
    if settings.MEDIA_QUOTA_PERSON_BYTES is None:
        return None
    sent = _sum(Asset.objects.filter(senders=person_id), "source_size_bytes")
    return Room(sent + _coming(now, person_id), settings.MEDIA_QUOTA_PERSON_BYTES)


def admit(*, size_bytes: int, person_id: int | None, now: datetime) -> None:
    """Refuse what there is no room for. Raises PersonQuotaReached, SiteQuotaReached.

    What programs bring (`person_id` None) counts for the site alone.
    """
    person = of_person(person_id, now=now) if person_id is not None else None
    if person and size_bytes > person.left_bytes:
        raise PersonQuotaReached(person.used_bytes, person.quota_bytes)
    site = of_site(now=now)
    if site and size_bytes > site.left_bytes:
        raise SiteQuotaReached(site.quota_bytes)


def _coming(now: datetime, person_id: int | None = None) -> int:
    uploads = Upload.objects.filter(asset=None, expires_at__gt=now)
    return _sum(uploads if person_id is None else uploads.filter(owner=person_id), "length_bytes")


def _sum(rows: QuerySet, field: str) -> int:  # type: ignore[type-arg]
    return int(rows.aggregate(total=Sum(field))["total"] or 0)
