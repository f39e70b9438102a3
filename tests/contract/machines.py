"""Several machines of one site: PostgreSQL and Redis shared, processes started and killed one by one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

ROOT = Path(__file__).resolve().parents[2]
WRONG_CLOCK = Path(__file__).with_name("wrong_clock")
DEADLINE_S = 240.0
QUICK = ("-m", "celery", "-A", "lms.core.broker", "worker", "-P", "threads", "-c", "1", "-Q", "quick", "-l", "warning")
SLOW = (*QUICK[:-4], "-Q", "slow", "-l", "warning")
# Notes every step that becomes done: one that is done twice is there twice.
SEE_DONE = """
CREATE TABLE seen_done (step bigint);
CREATE FUNCTION see_done() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN INSERT INTO seen_done VALUES (NEW.id); RETURN NEW; END $$;
CREATE TRIGGER see_done AFTER UPDATE OF state ON media_pipeline_step
FOR EACH ROW WHEN (NEW.state = 'done') EXECUTE FUNCTION see_done();
"""
UPLOAD = """
import sys, pathlib, django
django.setup()
from lms.core.clock import now
from media_pipeline import services
for path in map(pathlib.Path, sys.argv[1:]):
    print(services.ingest(file=path.open("rb"), name=path.name, now=now()))
"""


def wait_for(condition: Callable[[], object], what: str) -> None:
    until = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < until, f"waited in vain: {what}"
        time.sleep(0.05)


class Machines:
    """Processes of one site. `clock` starts one with a wall clock that is off by so many seconds."""

    def __init__(self, folder: Path, addresses: Mapping[str, str]) -> None:
        self.folder = folder
        self.url = addresses["DATABASE_URL"]
        settings = {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "lms.settings"}
        self.environment = {**os.environ, **addresses, **settings}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.database = psycopg.connect(self.url, autocommit=True)
        self.database.execute(SEE_DONE)

    def start(self, name: str, *arguments: str, clock_s: int = 0) -> None:
        """Start `python ARGUMENTS`; what it says goes to a file of its name."""
        environment = {**self.environment, "WALL_CLOCK_OFF_S": str(clock_s)}
        if clock_s:
            environment["PYTHONPATH"] = str(WRONG_CLOCK)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def kill(self, name: str) -> None:
        """`kill -9` of a process and its children."""
        process = self.processes[name]
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for name in self.processes:
            self.kill(name)
        self.database.close()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def upload(self, *paths: Path) -> None:
        """Take recordings in, as a web process does."""
        run = [sys.executable, "-c", UPLOAD, *map(str, paths)]
        answer = subprocess.run(run, cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE)
        assert [UUID(line) for line in answer.stdout.decode().split()]

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.database.execute(query).fetchall()  # type: ignore[arg-type]

    def all_ready(self) -> bool:
        """True when every lesson is ready and nothing is left to do."""
        waits = "SELECT 1 FROM media_pipeline_step WHERE state != 'done'"
        return not self.rows("SELECT 1 FROM media_pipeline_asset WHERE state != 'ready'") and not self.rows(waits)

    def assert_whole(self) -> None:
        """Every step was done once, and what is shown is stored."""
        steps = sorted(self.rows("SELECT id FROM media_pipeline_step"))
        assert steps
        assert sorted(self.rows("SELECT step FROM seen_done")) == steps
        shown = {sha256 for (sha256,) in self.rows("SELECT sha256 FROM media_pipeline_rendition")}
        assert {sha256 for (sha256,) in self.rows("SELECT sha256 FROM media_pipeline_storedfile")} == shown
