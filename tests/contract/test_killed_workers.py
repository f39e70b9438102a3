"""Real workers and real ffmpeg, killed at any moment: lessons get ready, nothing is done twice, nothing is left."""

import itertools
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests import database
from tests.contract.machines import DEADLINE_S, wait_for
from tests.factories import clips

pytestmark = pytest.mark.contract
KILLS = 20
ROOT = Path(__file__).resolve().parents[2]


class Site:
    """A data folder of its own with workers on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {**os.environ, "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "lms.settings"}
        self.environment.pop("DATABASE_URL", None)
        self.workers: list[int] = []
        self.nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.contract.nursery"],
            cwd=ROOT, env=self.environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, request: str) -> str:
        assert self.nursery.stdin
        assert self.nursery.stdout
        print(request, file=self.nursery.stdin, flush=True)
        return self.nursery.stdout.readline().strip()

    def upload(self, *paths: Path) -> None:
        for path in paths:
            assert UUID(self.ask(f"upload {path}"))

    def worker(self) -> int:
        """The process number of a new worker."""
        self.workers.append(int(self.ask("worker")))
        return self.workers[-1]

    def end(self) -> None:
        for pid in self.workers:
            if "tests.contract.nursery" in command(pid):
                os.kill(pid, signal.SIGKILL)
        self.nursery.kill()
        self.nursery.communicate()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.folder}/db.sqlite3?mode=ro", uri=True, timeout=20)) as database:
            return database.execute(query).fetchall()

    def encoders(self) -> list[int]:
        """Running encoders on this folder."""
        return [pid for pid in processes() if str(self.folder) in command(pid) and "ffmpeg" in command(pid)]

    def all_ready(self) -> bool:
        """True when every lesson is ready and nothing is left to do."""
        waits = "SELECT 1 FROM media_pipeline_step WHERE state != 'done'"
        return not self.rows("SELECT 1 FROM media_pipeline_asset WHERE state != 'ready'") and not self.rows(waits)

    def assert_whole(self) -> None:
        """Every step was done once; files and rows agree; nothing half-written lies about."""
        steps = [step for (step,) in self.rows("SELECT id FROM media_pipeline_step")]
        assert sorted(step for (step,) in self.rows("SELECT step FROM seen_done")) == sorted(steps)
        shown = {sha256 for (sha256,) in self.rows("SELECT sha256 FROM media_pipeline_rendition")}
        assert {sha256 for (sha256,) in self.rows("SELECT sha256 FROM media_pipeline_storedfile")} == shown
        assert files_in(self.folder / "renditions") == shown
        assert not files_in(self.folder / "work")
        assert files_in(self.folder / "sources") == {
            sha256 for (sha256,) in self.rows("SELECT source_sha256 FROM media_pipeline_asset")
        }


def processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def command(pid: int) -> str:
    """The command line of a process; empty when it is gone or a zombie."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def is_alive(pid: int) -> bool:
    return bool(command(pid))


def files_in(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A new site, whose database notes every step that becomes done."""
    database.copy_to(tmp_path / "db.sqlite3")
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as connection:
        connection.executescript(
            "CREATE TABLE seen_done (step INTEGER);"
            "CREATE TRIGGER see_done AFTER UPDATE OF state ON media_pipeline_step WHEN NEW.state = 'done' "
            "BEGIN INSERT INTO seen_done VALUES (NEW.id); END;"
        )
    site = Site(tmp_path)
    yield site
    site.end()


def test_workers_and_encoders_killed_at_random_moments(site: Site, tmp_path: Path) -> None:
    chance = random.Random(20261125)
    site.upload(
        clips.video(tmp_path / "field.mp4", seconds=5),
        clips.slides(tmp_path / "slides.mp4"),
        clips.sound(tmp_path / "talk.m4a", seconds=20),
    )
    more = (clips.noise(tmp_path / f"more{number}.mp4", seconds=1 + number) for number in itertools.count())
    worker = site.worker()
    for _ in range(KILLS):
        if site.all_ready():
            site.upload(next(more))
        time.sleep(chance.uniform(0.05, 1.2))
        encoders = site.encoders()
        if encoders and chance.random() < 0.5:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(encoders), signal.SIGKILL)
        else:
            os.kill(worker, signal.SIGKILL)
            worker = site.worker()
    wait_for(site.all_ready, "every lesson ready")
    site.assert_whole()
    assert not site.encoders()


def test_two_workers_share_the_steps(site: Site, tmp_path: Path) -> None:
    site.upload(
        clips.video(tmp_path / "a.mp4"), clips.silent(tmp_path / "b.mp4"), clips.sound(tmp_path / "c.m4a", seconds=3)
    )
    site.worker()
    site.worker()
    wait_for(site.all_ready, "every lesson ready")
    site.assert_whole()
    assert {attempt for (attempt,) in site.rows("SELECT attempt FROM media_pipeline_step")} == {1}
    assert len(site.rows("SELECT DISTINCT worker FROM media_pipeline_step")) == 1  # all leases given back


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_told_to_end_puts_its_step_back_and_takes_ffmpeg_with_it(
    site: Site, tmp_path: Path, number: signal.Signals
) -> None:
    site.upload(clips.video(tmp_path / "long.mp4", size="640x360", seconds=30))
    worker = site.worker()
    wait_for(site.encoders, "ffmpeg runs")
    os.kill(worker, number)
    wait_for(lambda: not is_alive(worker), "the worker ends")
    assert not site.encoders()
    assert not files_in(site.folder / "work")
    assert not site.rows("SELECT 1 FROM media_pipeline_step WHERE worker != '' OR interruptions > 0 OR failures > 0")
    stored = {sha256 for (sha256,) in site.rows("SELECT sha256 FROM media_pipeline_rendition")}
    assert files_in(site.folder / "renditions") == stored


def test_once_does_what_is_due_and_ends(site: Site, tmp_path: Path) -> None:
    site.upload(clips.sound(tmp_path / "talk.m4a"))
    manage = [sys.executable, str(ROOT / "manage.py"), "worker", "--once"]
    subprocess.run(manage, env=site.environment, check=True, timeout=DEADLINE_S)
    assert site.all_ready()
    site.assert_whole()
