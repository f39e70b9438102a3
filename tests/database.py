"""A migrated database, made once for each state of the migrations, that every test run starts from a copy of.

On SQLite a file, on PostgreSQL a template database.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg.sql import SQL, Identifier

ROOT = Path(__file__).resolve().parent.parent
_ROOMS = ("lms", "courses", "media_pipeline", "search")


def _fingerprint() -> str:
    """Changes with any migration of ours and with any locked package."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for room in _ROOMS:
        for path in sorted((ROOT / room).rglob("migrations/*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def _folder() -> Iterator[Path]:
    """Where templates are made, by one of several test processes at a time."""
    folder = ROOT / ".pytest_cache" / "databases"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def template() -> Path:
    """The migrated SQLite file, made if it is not there yet."""
    with _folder() as folder:
        path = folder / f"{_fingerprint()}.sqlite3"
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                made = Path(scratch) / "db.sqlite3"
                _migrate(f"sqlite:///{made}", scratch)
                made.rename(path)
    return path


def _migrate(url: str, data: str) -> None:
    environment = {**os.environ, "DATA_DIR": data, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "lms.settings"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)


def copy_to(path: Path) -> None:
    """Put a fresh copy of the migrated database at `path`."""
    shutil.copyfile(template(), path)


def postgresql_template(url: str) -> str:
    """The name of the migrated database on the server of `url`, made if it is not there yet."""
    name = f"template_{_fingerprint()}"
    with _folder(), psycopg.connect(url, autocommit=True) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            making = f"{name}_making"
            server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(making)))
            server.execute(SQL("CREATE DATABASE {}").format(Identifier(making)))
            with tempfile.TemporaryDirectory() as scratch:
                _migrate(named(url, making), scratch)
            server.execute(SQL("ALTER DATABASE {} RENAME TO {}").format(Identifier(making), Identifier(name)))
    return name


@contextmanager
def postgresql_copy(url: str) -> Iterator[str]:
    """The name of a fresh copy of the migrated database, which is dropped afterwards."""
    name = f"test_{secrets.token_hex(6)}"
    template_name = Identifier(postgresql_template(url))
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), template_name))
        try:
            yield name
        finally:
            server.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def named(url: str, name: str) -> str:
    """The address of another database on the server of `url`."""
    return urlsplit(url)._replace(path=f"/{name}").geturl()
