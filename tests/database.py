"""A migrated database, made once for each state of the migrations, that every test run starts from a copy of."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_ROOMS = ("lms", "courses", "media_pipeline", "search")


def _fingerprint() -> str:
    """Changes with any migration of ours and with any locked package."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for room in _ROOMS:
        for path in sorted((ROOT / room).rglob("migrations/*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def template() -> Path:
    """The migrated SQLite file, made if it is not there yet, by one of several test processes."""
    folder = ROOT / ".pytest_cache" / "databases"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{_fingerprint()}.sqlite3"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _make(path)
    return path


def _make(path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        made = Path(scratch) / "db.sqlite3"
        environment = {
            **os.environ,
            "DATA_DIR": scratch,
            "DATABASE_URL": f"sqlite:///{made}",
            "DJANGO_SETTINGS_MODULE": "lms.settings",
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
        made.rename(path)


def copy_to(path: Path) -> None:
    """Put a fresh copy of the migrated database at `path`."""
    shutil.copyfile(template(), path)
