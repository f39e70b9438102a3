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

logger = logging.getLogger(__name__)
PAUSE_S = 0.4
PAUSE_AFTER_FAILURE_S = 2.0
END_WITHIN_S = 15.0
FAILURES_BORNE_ONCE = 20


class Command(BaseCommand):
    help = "Does what is waiting: encodes lessons, updates the index, publishes scheduled pages."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is left to do")

    def handle(self, *args: Any, **options: Any) -> None:
        work.stopping.clear()
        # Work is done in threads, also with --once: the main thread is free to be told to end.
        if options["once"]:
            threads = [threading.Thread(target=_until_idle, name="worker", daemon=True)]
        else:
            threads = [
                threading.Thread(target=_for_ever, args=(run,), name=name, daemon=True)
                for name, run in work.sources().items()
            ]
        with _signals_raise_asked_to_end():
            try:
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
            except _AskedToEnd:
                _end(threads)
            finally:
                work.stopping.set()


class _AskedToEnd(BaseException):
    """SIGTERM or Ctrl-C."""


@contextlib.contextmanager
def _signals_raise_asked_to_end() -> Iterator[None]:
    def ended(signum: int, frame: FrameType | None) -> None:
        # Raised rather than noted: an Event must not be set where the main thread may be holding its lock.
        raise _AskedToEnd

    before = {number: signal.signal(number, ended) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(threads: list[threading.Thread]) -> None:
    """Let each thread put back what it is doing. Asked a second time, or too slow: the process goes as it is."""
    with contextlib.suppress(_AskedToEnd):
        work.stopping.set()
        until = time.monotonic() + END_WITHIN_S
        for thread in threads:
            if thread.ident is not None:
                thread.join(max(0.0, until - time.monotonic()))


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
