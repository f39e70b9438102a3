"""`manage.py worker`: encodes, indexes and publishes what is waiting."""

import argparse
import contextlib
import logging
import signal
import threading
import time
from collections.abc import Iterator
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection

from lms.core import work
from lms.core.clock import now
from lms.core.startup import refuse_wrong_services

logger = logging.getLogger(__name__)
PAUSE_S = 0.4
PAUSE_AFTER_FAILURE_S = 2.0
END_WITHIN_S = 15.0
LOOK_EVERY_S = 0.1
FAILURES_BORNE_ONCE = 20


class Command(BaseCommand):
    help = "Does what is waiting: encodes lessons, updates the index, publishes scheduled pages."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is left to do")

    def handle(self, *args: Any, **options: Any) -> None:
        refuse_wrong_services()
        work.stopping.clear()
        # Work is done in threads, also with --once: the main thread is free to be told to end.
        if options["once"]:
            threads = [threading.Thread(target=_until_idle, name="worker", daemon=True)]
        else:
            threads = [
                threading.Thread(target=_for_ever, args=(run,), name=name, daemon=True)
                for name, run in work.sources().items()
            ]
        asked: list[int] = []
        with _signals_noted_in(asked):
            for thread in threads:
                thread.start()
            while not asked and _wait_for_one(threads):
                pass
            work.stopping.set()
            until = time.monotonic() + END_WITHIN_S
            # Each thread puts back what it is doing. Asked a second time, or too slow: the process goes as it is.
            while len(asked) < 2 and time.monotonic() < until and _wait_for_one(threads):
                pass


@contextlib.contextmanager
def _signals_noted_in(asked: list[int]) -> Iterator[None]:
    """SIGTERM and Ctrl-C are only noted: an exception could come up anywhere, a lock could be held already."""

    def note(signum: int, frame: FrameType | None) -> None:
        asked.append(signum)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wait_for_one(threads: list[threading.Thread]) -> bool:
    """Wait a moment for a thread to end. False when all have."""
    alive = [thread for thread in threads if thread.is_alive()]
    if alive:
        alive[0].join(LOOK_EVERY_S)
    return bool(alive)


def _for_ever(run: work.Work) -> None:
    """Call `run` until the worker stops, pausing when there is nothing to do."""
    while not work.stopping.is_set():
        try:
            busy = run(now=now())
        except Exception:
            # The boundary of one piece of work: the others go on, its row is tried again later.
            logger.exception("work failed and will be tried again")
            connection.close()
            work.stopping.wait(PAUSE_AFTER_FAILURE_S)
        else:
            if not busy:
                work.stopping.wait(PAUSE_S)
    connection.close()


def _until_idle() -> None:
    """Do everything that is due, and what will be within a minute; what comes first in the sources goes first."""
    failures = 0
    while not work.stopping.is_set():
        try:
            busy = any(run(now=now()) for run in work.sources().values())
        except Exception:
            logger.exception("work failed and will be tried again")
            connection.close()
            failures += 1
            if failures == FAILURES_BORNE_ONCE:
                break
            continue
        if not busy:
            if not work.is_pending(now=now()):
                break
            work.stopping.wait(PAUSE_S)
    connection.close()
