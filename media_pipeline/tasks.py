"""Steps on many machines: who sends the messages, and what a worker does with one.

Only `manage.py worker` sends. It keeps as many messages in a queue as there are steps due for it, so that nothing has
to be remembered: a message that is lost is sent again, one too many finds nothing to do. Web processes never wait for
the broker, and an upload is safe without it.
"""

import logging
from datetime import datetime

from kombu.connection import Connection
from kombu.entity import Queue
from kombu.exceptions import OperationalError
from redis.exceptions import AuthenticationError

from lms.core.broker import ANSWERS_WITHIN_S, app
from lms.core.clock import now as present
from media_pipeline import leases, steps
from media_pipeline.models import Step

logger = logging.getLogger(__name__)
QUEUES = {"quick": steps.QUICK, "slow": steps.SLOW}
MOST_SENT = 64
_is_away = False


@app.task(name="media_pipeline.look")
def look(step_id: int) -> None:
    """Look at a step: if it is still due, do what is wanted most of its queue, which may be another step by now."""
    now = present()
    kind = leases.due(Step.Kind.values, now=now).filter(pk=step_id).values_list("kind", flat=True).first()
    if kind is not None:
        steps.run_next(now=now, kinds=steps.QUICK if kind in steps.QUICK else steps.SLOW)


def announce_due(*, now: datetime) -> bool:
    """Take steps from dead workers, and send a message for every due step that has none. Never busy: returns False."""
    global _is_away
    steps.recover(now=now)
    try:
        with app.connection_for_write() as broker:
            for queue in QUEUES:
                _fill(broker, queue, now)
    except OperationalError as error:
        if not _is_away:
            logger.error("The broker (CELERY_BROKER_URL) cannot be used, encoding waits for it: %s", error)
        _is_away = True
    else:
        if _is_away:
            logger.warning("The broker is back, encoding goes on")
        _is_away = False
    return False


def _fill(broker: Connection, queue: str, now: datetime) -> None:
    due = list(leases.due(QUEUES[queue], now=now).values_list("pk", flat=True)[:MOST_SENT])
    if not due:
        return
    sent = Queue(queue, channel=broker.default_channel).queue_declare().message_count
    for step_id in due[: max(0, len(due) - sent)]:
        look.apply_async((step_id,), queue=queue, connection=broker, retry=False)


def refusal() -> str | None:
    """Why the broker refuses who asks; None when it answers, or cannot be asked now: it may come back."""
    try:
        with app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, timeout=ANSWERS_WITHIN_S)
    except OperationalError as error:
        if isinstance(error.__cause__, AuthenticationError):
            return str(error)
    return None


def lengths() -> dict[str, int] | None:
    """How many messages wait in each queue; None when the broker does not answer."""
    try:
        with app.connection_for_read() as broker:
            return {
                queue: Queue(queue, channel=broker.default_channel).queue_declare().message_count for queue in QUEUES
            }
    except OperationalError:
        return None
