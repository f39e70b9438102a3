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
def templates() -> Iterator[Path]:
    """Where templates are made, by one of several test processes at a time."""
    folder = ROOT / ".pytest_cache" / "templates"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


def template() -> Path:
    """The migrated SQLite file, made if it is not there yet."""
    with templates() as folder:
        path = folder / f"{_fingerprint()}.sqlite3"
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                made = Path(scratch) / "db.sqlite3"
                manage("migrate", "-v0", data=scratch, DATABASE_URL=f"sqlite:///{made}")
                made.rename(path)
    return path


def manage(*arguments: str, data: str, **variables: str) -> None:
    """Run `manage.py ARGUMENTS` for a site with this DATA_DIR. Raises CalledProcessError."""
    environment = {**os.environ, "DATA_DIR": data, "DJANGO_SETTINGS_MODULE": "lms.settings", **variables}
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True)


def copy_to(path: Path) -> None:
    """Put a fresh copy of the migrated database at `path`."""
    shutil.copyfile(template(), path)


def postgresql_template(url: str) -> str:
    """The name of the migrated database on the server of `url`, made if it is not there yet."""
    name = f"template_{_fingerprint()}"
    with templates(), psycopg.connect(url, autocommit=True) as server:
        if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            making = f"{name}_making"
            server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(making)))
            server.execute(SQL("CREATE DATABASE {}").format(Identifier(making)))
            with tempfile.TemporaryDirectory() as scratch:
                manage("migrate", "-v0", data=scratch, DATABASE_URL=named(url, making))
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
