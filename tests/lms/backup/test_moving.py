"""A whole site moved by the commands an operator types: what people find there afterwards is what they found before."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.test import override_settings

from lms.backup import services
from lms.settings import storing
from media_pipeline.adapters.storage import renditions
from tests import database
from tests.lms.backup.compare import content, files, quiet
from tests.lms.backup.conftest import Databases, in_site
from tests.services import Addresses

pytestmark = pytest.mark.contract
NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)

INTERRUPTED = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell leaves it ignored in what it starts with "&"
from django.core.management import execute_from_command_line
from lms.backup.console import Progress
Progress.__call__ = lambda *about: os.kill(os.getpid(), signal.SIGINT)
execute_from_command_line(sys.argv)
"""


def manage(*arguments: object, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=database.ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_site_moved_to_postgresql_answers_plays_finds_and_lets_people_in(
    filled: Path, postgresql: Addresses, tmp_path: Path
) -> None:
    server = postgresql["DATABASE_URL"]
    with database.postgresql_copy(server) as name:
        there = {"DATABASE_URL": database.named(server, name), "DATA_DIR": str(tmp_path)}
        moving = manage("restore", filled / "archive.zip", "--json", environment=there)
        out, err = moving.communicate()
        assert moving.returncode == 0, err
        told = json.loads(out)
        assert (told["files_missing"], told["not_derived"], told["settings"]) == (0, {}, {})
        assert in_site("look", tmp_path, DATABASE_URL=there["DATABASE_URL"]) == {
            "page": 200,
            "words": True,
            "played": [[200, 41_250], [200, 240_000]],
            "signs_in": True,
            "stranger": False,
            "found": ["/courses/kai-wang-dian/", "/courses/kai-wang-dian/xuan-ping-tai/"],
            "picture": (filled / "media" / "original_images" / "tu.png").stat().st_size,
            "redirect": 301,
            "tree": True,
            "number": 302,
        }
        again = manage("restore", filled / "archive.zip", "--json", environment=there)
        out, err = again.communicate()
        assert (again.returncode, out) == (1, "")
        assert err.splitlines()[-1].startswith("error: in_use: ")
        assert "Traceback" not in err


def test_ctrl_c_ends_a_backup_and_leaves_nothing(filled: Path, tmp_path: Path) -> None:
    # Ctrl-C as the first progress is told: the archive is half written then.
    environment = {"DATA_DIR": str(filled), "DATABASE_URL": f"sqlite:///{filled / 'db.sqlite3'}"}
    stopped = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "backup", str(tmp_path / "a.zip"), "--with-media"],
        cwd=database.ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert stopped.returncode == 128 + signal.SIGINT, stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert list(tmp_path.iterdir()) == []


def test_media_move_into_a_bucket_and_back_with_their_types(
    filled: Path, s3: Addresses, databases: Databases, use_data: Callable[[Path], None], tmp_path: Path
) -> None:
    bucket = storing.bucket(s3)
    places: dict[str, Any] = {
        "default": storing.place(f"{tmp_path.name}/files", bucket=bucket, base_url="/files/"),
        "sources": storing.place(f"{tmp_path.name}/sources", bucket=bucket),
        "renditions": storing.place(f"{tmp_path.name}/renditions", bucket=bucket),
    }
    first, second = databases("sqlite"), databases("sqlite")
    with override_settings(STORAGES=settings.STORAGES | places):
        brought = services.restore(file=filled / "archive.zip", database=first, report=quiet).brought
        assert brought == len(files(filled))
        found = services.restore(file=filled / "archive.zip", database=second, report=quiet).found
        assert found == brought
        types = {
            storages["renditions"].client.head_object(
                Bucket=bucket.name, Key=storages["renditions"].key(renditions.name(name))
            )["ContentType"]
            for name in (path.name for path in (filled / "renditions").rglob("*/*"))
        }
        assert {'audio/mp4; codecs="opus"', "image/jpeg"} <= types
        services.backup(file=tmp_path / "b.zip", with_media=True, now=NOW, database=second, report=quiet)
    third = databases("sqlite")
    use_data(tmp_path / "back")
    services.restore(file=tmp_path / "b.zip", database=third, report=quiet)
    assert content(third) == content(first)
    assert files(tmp_path / "back") == files(filled)


def test_archives_take_turns_in_a_folder_and_leave_other_files_alone(filled: Path, tmp_path: Path) -> None:
    others = {"before-v2.zip", "fieldschool-notes.zip"}
    for name in (*others, "fieldschool-2026-01-01T033000Z.zip", "fieldschool-2026-01-02T033000Z.zip"):
        (tmp_path / name).touch()
    environment = {"DATA_DIR": str(filled), "DATABASE_URL": f"sqlite:///{filled / 'db.sqlite3'}"}
    backup = manage("backup", tmp_path, "--keep", "2", "--json", environment=environment)
    out, err = backup.communicate()
    assert backup.returncode == 0, err
    made = Path(json.loads(out)["file"]).name
    assert {path.name for path in tmp_path.iterdir()} == {*others, "fieldschool-2026-01-02T033000Z.zip", made}
