"""A server that is killed (`kill -9`) in the midst of a piece, again and again: it loses a MiB at most."""

import hashlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from media_pipeline.uploads.on_disk import FLUSH_BYTES
from media_pipeline.uploads.services import READ_BYTES
from tests import database
from tests.factories import clips

pytestmark = pytest.mark.contract
ROOT = Path(__file__).resolve().parents[2]
BEGIN = """
from lms.accounts.models import User
from lms.core.clock import now
from media_pipeline.uploads import services
owner = User.objects.create_user("a", password="b")
print(services.begin(owner_id=owner.pk, name="a.wav", length_bytes=int({size}), now=now()).pk)
"""


class Site:
    """A data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._environment = {**os.environ, "DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "lms.settings"}
        self._environment.pop("DATABASE_URL", None)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=ROOT, env=self._environment, text=True, stdout=subprocess.PIPE, timeout=120)

    def row(self, question: str) -> Any:
        with closing(sqlite3.connect(self.folder / "db.sqlite3")) as connection:
            return connection.execute(question).fetchone()


def test_a_recording_arrives_whole_though_its_server_is_killed_again_and_again(tmp_path: Path) -> None:
    database.copy_to(tmp_path / "db.sqlite3")
    site = Site(tmp_path)
    film = clips.sound(tmp_path / "film.wav", seconds=120)  # 10.6 MB
    size = film.stat().st_size
    upload_id = site.run("manage.py", "shell", "-v0", "-c", BEGIN.format(size=size)).stdout.strip()
    chance = random.Random(6)
    arrived = 0
    for _ in range(4):
        after = chance.randrange(FLUSH_BYTES // 2, 3 * FLUSH_BYTES)
        # At once: that whoever held the upload is dead is seen without waiting for its lease.
        assert site.run("-m", "tests.contract.sender", upload_id, str(film), str(after)).returncode == -signal.SIGKILL
        before, (arrived, holder) = arrived, site.row("SELECT offset_bytes, holder FROM media_pipeline_upload")
        assert holder
        assert 0 <= before + after - arrived <= FLUSH_BYTES + READ_BYTES
    assert site.run("-m", "tests.contract.sender", upload_id, str(film)).returncode == 0
    kept = site.row("SELECT source_sha256, source_size_bytes FROM media_pipeline_asset")
    assert kept == (hashlib.sha256(film.read_bytes()).hexdigest(), size)
    (source,) = (path for path in (tmp_path / "sources").rglob("*") if path.is_file())
    assert source.read_bytes() == film.read_bytes()
    assert not [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
