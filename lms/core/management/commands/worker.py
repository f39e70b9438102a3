"""`manage.py worker`: encodes, indexes and publishes what is waiting."""

import argparse
import signal
import threading
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections, connection

from lms.core import work
from lms.core.clock import now

PAUSE_S = 0.4


class Command(BaseCommand):
    help = "Does what is waiting: encodes lessons, updates the index, publishes scheduled pages."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="stop when nothing is left to do")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            while sum(run(now=now()) for run in work.sources().values()):
                pass
            return
        stop = threading.Event()
        failures: list[threading.ExceptHookArgs] = []

        def failed(failure: threading.ExceptHookArgs) -> None:
            # A thread that met a bug ends the process: its supervisor starts it anew, the counted attempt parks
            # what keeps failing, and nothing goes on half alive.
            failures.append(failure)
            stop.set()

        def ended(signum: int, frame: FrameType | None) -> None:
            stop.set()

        threading.excepthook = failed
        signal.signal(signal.SIGTERM, ended)
        signal.signal(signal.SIGINT, ended)
        for name, run in work.sources().items():
            threading.Thread(target=_loop, args=(run, stop), name=name, daemon=True).start()
        stop.wait()
        if failures and failures[0].exc_value is not None:
            raise failures[0].exc_value


def _loop(run: work.Work, stop: threading.Event) -> None:
    """Call `run` until `stop`, pausing when there is nothing to do."""
    while not stop.is_set():
        close_old_connections()
        if not run(now=now()):
            stop.wait(PAUSE_S)
    connection.close()
