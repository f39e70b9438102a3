"""Brings the site up: tables, static files, server and worker."""

import hashlib
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from demo.processes import Processes
from demo.progress import Screen

ANSWERS_WITHIN_S = 240
COLLECTED = ".collected"  # beside the static files: the digest of what they were made from
THREADS = 16


def address(port: int) -> str:
    """Where the site is."""
    return f"http://127.0.0.1:{port}"


def prepare(processes: Processes, screen: Screen) -> None:
    """Tables and static files, both at once; what is up to date is left alone. Exits with a sentence when it fails."""
    stamp = Path(settings.STATIC_ROOT) / COLLECTED
    digest = static_digest()
    collecting = None
    if not stamp.is_file() or stamp.read_text() != digest:
        screen.say("Collecting static files ...")
        collecting = processes.start("static", "manage.py", "collectstatic", "--noinput", "-v", "0")
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            screen.say("Making the tables ...")
            call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        sys.exit(f"The database cannot be used: {str(error).splitlines()[0]} (DATABASE_URL)")
    finally:
        connection.close()
    if collecting:
        if collecting.popen.wait() != 0:
            sys.exit(f"Static files could not be collected: {collecting.last_line()}")
        stamp.write_text(digest)
    processes.running.pop("static", None)


def static_digest() -> str:
    """Changes whenever a static file does."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def start_site(processes: Processes, port: int) -> None:
    """Start the server."""
    processes.start(
        "site",
        *("-m", "gunicorn", "lms.wsgi:application", "--preload", "--worker-class", "gthread", "--workers", "2"),
        *("--threads", str(THREADS), "--bind", f"127.0.0.1:{port}", "--graceful-timeout", "2", "--keep-alive", "15"),
        *("--worker-tmp-dir", _memory(), "--log-level", "warning", "--no-control-socket"),
    )


def start_worker(processes: Processes) -> None:
    """Start the worker that encodes, indexes and publishes."""
    processes.start("worker", "manage.py", "worker")


def _memory() -> str:
    """Where gunicorn's heartbeats go: memory, where a slow disk cannot hold them up."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else str(settings.DATA_DIR)  # noqa: S108


def answer(processes: Processes, port: int) -> None:
    """Wait until the site answers. Exits with a sentence when it does not."""
    until = time.monotonic() + ANSWERS_WITHIN_S
    site = processes.running["site"]
    while time.monotonic() < until and site.is_running:
        try:
            with urllib.request.urlopen(f"{address(port)}/health/live", timeout=5):  # noqa: S310 - our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    why = f"it has not answered for {ANSWERS_WITHIN_S} s" if site.is_running else site.last_line()
    sys.exit(f"The site does not answer: {why} (all of it: {site.log})")
