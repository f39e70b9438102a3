"""Databases and storages of a test's own, so that a whole site can be read in one and written to another."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from lms.settings import environment
from tests import database
from tests.services import Addresses

PLACES = {"default": "media", "sources": "sources", "renditions": "renditions"}
DISK = "django.core.files.storage.FileSystemStorage"
Databases = Callable[..., str]


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The DATA_DIR of a site with something in every corner, on SQLite, and its archive.zip. Not to be changed."""
    folder = tmp_path_factory.mktemp("site")
    database.copy_to(folder / "db.sqlite3")
    in_site("fill", folder)
    return folder


def in_site(verb: str, data_dir: Path, **environment: str) -> Any:
    """What `tests.lms.backup.site` says in a process of its own."""
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.lms.backup.site", verb],
        cwd=database.ROOT,
        env=inherited | {"DATA_DIR": str(data_dir)} | environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(answer.stdout)


@pytest.fixture
def databases(
    tmp_path: Path, request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[Databases]:
    """Makes migrated, unused databases, "sqlite" or "postgresql"; gives their alias."""
    with django_db_blocker.unblock(), ExitStack() as ends:

        def make(kind: str, *, copy_of: Path | None = None) -> str:
            alias = f"other{len(connections.settings)}"
            if kind == "sqlite":
                path = tmp_path / f"{alias}.sqlite3"
                shutil.copyfile(copy_of or database.template(), path)
                url = f"sqlite:///{path}"
            else:
                addresses: Addresses = request.getfixturevalue("postgresql")
                server = addresses["DATABASE_URL"]
                url = database.named(server, ends.enter_context(database.postgresql_copy(server)))
            values = environment.read({"DATA_DIR": str(tmp_path), "DATABASE_URL": url}).database
            connections.settings[alias] = connections.configure_settings({"default": {}, alias: values})[alias]
            ends.callback(_forget, alias)
            return alias

        yield make


def _forget(alias: str) -> None:
    connections[alias].close()
    del connections[alias]
    del connections.settings[alias]


@pytest.fixture(autouse=True)
def use_data(tmp_path: Path) -> Iterator[Callable[[Path], None]]:
    """Storages of the test's own, empty; called with a folder, those below it take their place."""
    with ExitStack() as ends:

        def use(data: Path) -> None:
            places = {name: {"BACKEND": DISK, "OPTIONS": {"location": data / at}} for name, at in PLACES.items()}
            ends.enter_context(
                override_settings(STORAGES=settings.STORAGES | places, FILE_UPLOAD_TEMP_DIR=data / "uploads")
            )

        use(tmp_path / "data")
        yield use
