"""Starts workers by forking a process that has everything imported: a killed worker is followed by the next at once.

Each line read is a request, answered by a line: `upload PATH` keeps a file and answers its asset; `worker` answers the
process number of a new worker, which is what `manage.py worker` is.
"""

import os
import signal
import sys
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection


def main() -> None:
    django.setup()
    from media_pipeline import steps

    steps.encoder().encoder_version()  # the slowest import, and what it asks ffmpeg
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are not waited for
    for line in sys.stdin:
        verb, _, argument = line.strip().partition(" ")
        print(upload(Path(argument)) if verb == "upload" else worker(), flush=True)


def upload(path: Path) -> str:
    from lms.core.clock import now
    from media_pipeline import services

    with path.open("rb") as file:
        asset_id = services.ingest(file=file, name=path.name, now=now())
    connection.close()  # no connection is carried over a fork
    return str(asset_id)


def worker() -> int:
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        call_command("worker")
        os._exit(0)
    return child


if __name__ == "__main__":
    main()
