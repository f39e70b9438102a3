"""Celery on Redis: how workers on many machines hear that there is work. Without a broker `worker` does it all.

A message says only "look at row N" and is acknowledged before the work begins: rows hold the truth, and whoever finds
nothing to do there goes on. So a broker may lose everything it has; `manage.py worker` sends it again.

Encoding workers: `celery -A lms.core.broker worker --pool threads --concurrency 1 --queues quick`.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import worker_shutting_down

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")

from django.conf import settings

from lms.core import work

ANSWERS_WITHIN_S = 5

app = Celery("fieldschool")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "socket_timeout": ANSWERS_WITHIN_S,
        "socket_connect_timeout": ANSWERS_WITHIN_S,
        "health_check_interval": 10,
    },
    task_acks_late=False,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
)
app.autodiscover_tasks()


@worker_shutting_down.connect
def _stop(**kwargs: Any) -> None:
    """Long work puts its row back as if it had never been claimed."""
    work.stopping.set()
