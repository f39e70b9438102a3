"""Pages that go live or expire at a time, done by the worker."""

import logging
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from wagtail.models import Page, Revision

logger = logging.getLogger(__name__)
EVERY = timedelta(seconds=20)
_last: datetime | None = None


def run(*, now: datetime) -> bool:
    """Look every 20 seconds for what is due. Returns whether something was done."""
    global _last
    if _last is not None and _last <= now < _last + EVERY:
        return False
    _last = now
    return publish_scheduled(now=now) > 0


def publish_scheduled(*, now: datetime) -> int:
    """Publish and unpublish what is due at `now`, in one transaction with its events. Returns how many pages."""
    due = Revision.objects.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at")
    expired = Page.objects.filter(live=True, expire_at__lte=now).order_by("expire_at")
    if not due.exists() and not expired.exists():
        return 0
    with transaction.atomic():
        pages = list(expired.select_for_update(skip_locked=True, of=("self",)))
        for page in pages:
            page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")
        revisions = list(due.select_for_update(skip_locked=True))
        for revision in revisions:
            _publish(revision)
    return len(pages) + len(revisions)


def _publish(revision: Revision) -> None:
    try:
        with transaction.atomic():
            revision.publish(log_action="wagtail.publish.scheduled")
    except ValidationError as error:
        # What was right when it was scheduled is not any more: it stays a draft, and does not come up again and again.
        logger.warning("Scheduled page %s was not published: %s", revision.object_id, error)
        Revision.objects.filter(pk=revision.pk).update(approved_go_live_at=None)
