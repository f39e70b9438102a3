"""The outbox: rows written in the transaction of a change, handled afterwards, at least once.

A row is claimed by one conditional UPDATE that counts the attempt and pushes `not_before` ahead. So a handler that
fails, or a process that dies, only delays its row; after `MAX_ATTEMPTS` the row is parked for an operator.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F

from lms.core.clock import now as present
from lms.core.models import OutboxEvent

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
Handler = Callable[[UUID], None]
_handlers: dict[str, Handler] = {}


def register(topic: str, handler: Handler) -> None:
    """Let `handler(subject)` follow the events of `topic`. It must be safe to repeat."""
    _handlers[topic] = handler


def enqueue(*, topic: str, subject: UUID) -> None:
    """Note that `subject` changed. Call it inside the transaction of the change."""
    now = present()
    event = OutboxEvent(topic=topic, subject=subject, created_at=now, not_before=now)
    waiting = OutboxEvent.objects.filter(topic=topic, subject=subject, attempts=0)
    while True:
        OutboxEvent.objects.bulk_create([event], ignore_conflicts=True)
        # Locked until the change is committed: a handler that took an earlier row up now would read the old state.
        if not connection.in_atomic_block or waiting.select_for_update().exists():
            return


def waiting(*, topic: str) -> int:
    """How many events of `topic` are not handled yet, parked ones left out."""
    return OutboxEvent.objects.filter(topic=topic, parked=False).count()


def handle_next(*, now: datetime) -> bool:
    """Handle the oldest event that is due. Returns False when there was none.

    Whatever the handler raises goes up after the attempt is counted: the row is tried again later.
    """
    event = OutboxEvent.objects.filter(parked=False, not_before__lte=now, topic__in=_handlers).order_by("id").first()
    if event is None:
        return False
    wait = timedelta(seconds=min(2**event.attempts, 300))
    claimed = OutboxEvent.objects.filter(pk=event.pk, attempts=event.attempts).update(
        attempts=F("attempts") + 1, not_before=now + wait, parked=event.attempts + 1 >= MAX_ATTEMPTS
    )
    if claimed:
        with transaction.atomic():
            _handlers[event.topic](event.subject)
            OutboxEvent.objects.filter(pk=event.pk).delete()
    return True
