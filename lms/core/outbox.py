"""The outbox: rows written in the transaction of a change, handled afterwards, at least once.

A row is claimed by one conditional UPDATE that counts the attempt and pushes `not_before` ahead. So a handler that
fails, or a process that dies, only delays its row; after `MAX_ATTEMPTS` the row is parked for an operator.

A row's id is the place of its change: of two rows of a subject, whoever handles the one with the greater id reads the
later state. So what is told to another machine can carry it as a version.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, F, Min, Q, QuerySet, Value
from django.db.models.functions import Greatest
from prometheus_client.core import GaugeMetricFamily, Metric

from lms.core import kept
from lms.core.clock import now as present
from lms.core.models import OutboxEvent

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 8
BATCH = 100
BATCH_WAIT_S = 60  # before a batch whose handler died or failed is tried again
AWAY_PAUSE_S = 2.0
Handler = Callable[[UUID], None]
BatchHandler = Callable[[Mapping[UUID, int]], Collection[UUID]]
_handlers: dict[str, Handler] = {}
_batch_handlers: dict[str, BatchHandler] = {}
_paused_until: dict[str, float] = {}  # by topic, on this process's own clock


class Away(Exception):
    """What a batch should be told to cannot be reached. Its events wait, as long as it takes, and are not counted."""


def register(topic: str, handler: Handler) -> None:
    """Let `handler(subject)` follow the events of `topic`, inside a transaction. It must be safe to repeat."""
    _handlers[topic] = handler


def register_batch(topic: str, handler: BatchHandler) -> None:
    """Let `handler({subject: place})` follow many events of `topic` at once, outside any transaction.

    It must be safe to repeat. Returns the subjects that failed, or raises Away.
    """
    _batch_handlers[topic] = handler


def enqueue(*, topic: str, subject: UUID) -> None:
    """Note that `subject` changed. Call it inside the transaction of the change."""
    kept.changed()
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


def parked(*, topic: str) -> int:
    """How many events of `topic` were given up after MAX_ATTEMPTS."""
    return OutboxEvent.objects.filter(topic=topic, parked=True).count()


def subjects(*, topics: Collection[str]) -> set[UUID]:
    """The subjects whose events are not handled yet, parked ones left out."""
    return set(OutboxEvent.objects.filter(topic__in=topics, parked=False).values_list("subject", flat=True))


def resume(*, topics: Collection[str]) -> None:
    """Try parked events again, from the first attempt."""
    OutboxEvent.objects.filter(topic__in=topics, parked=True).update(
        parked=False, attempts=1, not_before=F("created_at")
    )


def metrics() -> Iterator[Metric]:
    """How many events wait and how many are parked, by topic, and how long the oldest waits."""
    events = GaugeMetricFamily("fieldschool_outbox_events", "Events not handled yet", labels=["topic", "state"])
    oldest = GaugeMetricFamily("fieldschool_outbox_oldest_seconds", "Age of the oldest event", labels=["topic"])
    now = present()
    for row in OutboxEvent.objects.values("topic", "parked").annotate(count=Count("pk"), oldest=Min("created_at")):
        events.add_metric([row["topic"], "parked" if row["parked"] else "waiting"], row["count"])
        if not row["parked"]:
            oldest.add_metric([row["topic"]], max(0.0, (now - row["oldest"]).total_seconds()))
    yield from (events, oldest)


def handle_next(*, now: datetime, topics: Collection[str] | None = None) -> bool:
    """Handle the oldest event that is due, with others of its topic where a batch is wanted. False: there was none.

    Only of `topics`, if given.
    Whatever the handler raises goes up after the attempt is counted: the row is tried again later.
    """
    known = (*_handlers, *_batch_handlers) if topics is None else topics
    event = _due([topic for topic in known if time.monotonic() >= _paused_until.get(topic, 0)], now).first()
    if event is None:
        return False
    if event.topic in _batch_handlers:
        _handle_batch(event.topic, now)
    elif _claim(event, now, least_wait_s=1):
        with transaction.atomic():
            _handlers[event.topic](event.subject)
            OutboxEvent.objects.filter(pk=event.pk).delete()
    return True


def _due(topics: Collection[str], now: datetime) -> QuerySet[OutboxEvent]:
    # One that nobody took up yet is due whatever the clock of the machine that wrote it said.
    due = Q(attempts=0) | Q(not_before__lte=now)
    return OutboxEvent.objects.filter(due, parked=False, topic__in=topics).order_by("id")


def _claim(event: OutboxEvent, now: datetime, *, least_wait_s: int) -> bool:
    """Take an event up; False when somebody else did."""
    wait = timedelta(seconds=max(min(2**event.attempts, 300), least_wait_s))
    claimed = OutboxEvent.objects.filter(pk=event.pk, attempts=event.attempts).update(
        attempts=F("attempts") + 1,
        not_before=Greatest(F("created_at"), Value(now + wait)),
        parked=event.attempts + 1 >= MAX_ATTEMPTS,
    )
    return bool(claimed)


def _handle_batch(topic: str, now: datetime) -> None:
    claimed = [event for event in _due([topic], now)[:BATCH] if _claim(event, now, least_wait_s=BATCH_WAIT_S)]
    if not claimed:
        return
    rows = OutboxEvent.objects.filter(pk__in=[event.pk for event in claimed])
    try:
        # Ordered by place: of several events of a subject the last one counts.
        failed = _batch_handlers[topic]({event.subject: event.pk for event in claimed})
    except Away as away:
        if topic not in _paused_until:
            logger.warning("Events of %s wait: %s", topic, away)
        _paused_until[topic] = time.monotonic() + AWAY_PAUSE_S
        # At least one attempt stays: a subject may have another event that nobody took up yet.
        rows.update(attempts=Greatest(F("attempts") - 1, Value(1)), not_before=F("created_at"), parked=False)
        return
    _paused_until.pop(topic, None)
    rows.exclude(subject__in=failed).delete()
