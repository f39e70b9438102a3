"""Work copies of sources that are kept elsewhere: fetched once for all steps on a machine, resumed, verified.

A copy is locked while a step reads it (flock(2), so that a killed worker's lock goes with it). Copies that nobody reads
may be removed at any time; a later step fetches them again.
"""

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Collection, Iterator
from fcntl import LOCK_EX, LOCK_NB, LOCK_SH, flock
from pathlib import Path
from typing import IO

from lms.core.storage_errors import StorageError
from media_pipeline.adapters.hashing import hash_of

FOLDER = "sources"
_LOOK_EVERY_S = 0.5


class Copies:
    """The copies in the work folder of this machine."""

    def __init__(self, work_folder: Path) -> None:
        self.folder = work_folder / FOLDER

    @contextlib.contextmanager
    def use(self, sha256: str, fetch: Callable[[Path], None], *, alive: Callable[[], None]) -> Iterator[Path]:
        """The copy, whole and with the content of its name; `fetch` writes on at the end of a part of it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        copy = self.folder / sha256
        while True:
            with self._locked(copy, alive) as lock:
                if not copy.exists():
                    _make(copy, fetch, alive)
                    flock(lock, LOCK_SH)  # others may read it too
                if copy.exists():  # nobody removed it in between
                    yield copy
                    return

    def keep_only(self, wanted: Collection[str]) -> None:
        """Remove the copies that no step will want, parts of them included, unless one is being used."""
        for name in {path.name.partition(".")[0] for path in self._files()} - set(wanted):
            self._remove(name)

    def make_room(self, room_bytes: int) -> None:
        """Remove copies that nobody uses, the oldest first, until so much is free."""
        copies = [path for path in self._files() if not path.name.endswith(".lock")]
        for path in sorted(copies, key=lambda path: path.stat().st_mtime):
            if shutil.disk_usage(self.folder).free >= room_bytes:
                return
            self._remove(path.name.partition(".")[0])

    def _files(self) -> list[Path]:
        return list(self.folder.iterdir()) if self.folder.is_dir() else []

    @contextlib.contextmanager
    def _locked(self, copy: Path, alive: Callable[[], None]) -> Iterator[IO[bytes]]:
        """Shared when the copy is there, else alone."""
        path = copy.with_name(f"{copy.name}.lock")
        while True:
            with path.open("ab") as lock:
                if _try_to_lock(lock, path, LOCK_SH if copy.exists() else LOCK_EX):
                    yield lock
                    return
            alive()
            time.sleep(_LOOK_EVERY_S)

    def _remove(self, name: str) -> None:
        path = self.folder / f"{name}.lock"
        with path.open("ab") as lock:
            if _try_to_lock(lock, path, LOCK_EX):
                for ending in ("", ".part", ".lock"):
                    (self.folder / f"{name}{ending}").unlink(missing_ok=True)


def _try_to_lock(lock: IO[bytes], path: Path, kind: int) -> bool:
    try:
        flock(lock, kind | LOCK_NB)
        # The file may have been removed, and made anew, since it was opened.
        return path.stat().st_ino == os.fstat(lock.fileno()).st_ino
    except (BlockingIOError, FileNotFoundError):
        return False


def _make(copy: Path, fetch: Callable[[Path], None], alive: Callable[[], None]) -> None:
    part = copy.with_name(f"{copy.name}.part")
    fetch(part)
    if hash_of(part, alive=alive) != copy.name:
        part.unlink()
        raise StorageError("storage_damaged", f"the source {copy.name} has other content than its name")
    part.replace(copy)
