"""Files by content on a file system: moved into place, and flushed to the disk before anyone is told of them."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.core.files.storage import Storage

from media_pipeline.adapters.hashing import BLOCK, name_of

_PART = ".part"


class Folders:
    """The store of a storage on this machine's file systems."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def path(self, sha256: str) -> Path:
        return Path(self._storage.path(name_of(sha256)))

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).exists()

    def open(self, sha256: str, *, first: int = 0, length: int | None = None) -> IO[bytes]:
        # `length` spares others a longer answer; a file is read as far as it is asked for.
        file = self.path(sha256).open("rb")
        file.seek(first)
        return file

    def send_ahead(self, source: Path, sha256: str, *, mime: str, alive: Callable[[], None]) -> None:
        """Nothing: moving a file takes no time."""

    def put(self, source: Path, sha256: str, *, mime: str, alive: Callable[[], None]) -> None:
        """Raises OSError, with ENOSPC when the disk is full."""
        target = self.path(sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists():
            source.unlink()
            return
        try:
            _flush(source)
            source.chmod(0o644)
            source.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy_into_place(source, target)
            source.unlink()
        _flush(target.parent)

    def delete(self, sha256: str) -> None:
        self._storage.delete(name_of(sha256))

    def listing(self) -> Iterator[tuple[str, datetime]]:
        return ((path.name, written) for path, written in self._files() if path.suffix != _PART)

    def sweep_unfinished(self, *, before: datetime) -> int:
        left = [path for path, written in self._files() if path.suffix == _PART and written < before]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    @contextlib.contextmanager
    def local(self, sha256: str, *, alive: Callable[[], None]) -> Iterator[Path]:
        yield self.path(sha256)

    def _files(self) -> Iterator[tuple[Path, datetime]]:
        for path in Path(self._storage.path("")).glob("??/*"):
            with contextlib.suppress(FileNotFoundError):
                yield path, datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _flush(path: Path) -> None:
    """Write a file's or folder's content through to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_into_place(source: Path, target: Path) -> None:
    """Across file systems: copy beside the target, then rename."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}-", suffix=_PART)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as out, source.open("rb") as file:
            shutil.copyfileobj(file, out, BLOCK)
            out.flush()
            os.fsync(out.fileno())
        part.chmod(0o644)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
