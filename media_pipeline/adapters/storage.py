"""Files named by the SHA-256 of their content, behind Django's storages `sources` and `renditions`.

A file appears whole or not at all, and never changes. On a local file system it is moved into place and flushed to the
disk before anyone is told of it; other backends (S3) write whole objects by themselves.
"""

import contextlib
import errno
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from django.core.files import File
from django.core.files.storage import Storage, storages

BLOCK = 1 << 20


def hash_of(path: Path, *, alive: Callable[[], None] = lambda: None) -> str:
    """SHA-256 of a file in hex, read in blocks; `alive` is called at each."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            alive()
    return digest.hexdigest()


class Blobs:
    """The files of one of Django's storages, by content."""

    def __init__(self, alias: str) -> None:
        self.alias = alias

    @property
    def _storage(self) -> Storage:
        return storages[self.alias]

    @staticmethod
    def _name(sha256: str) -> str:
        return f"{sha256[:2]}/{sha256}"

    def path(self, sha256: str) -> Path | None:
        """Where the file is on this machine, or None when the storage is not a file system."""
        try:
            return Path(self._storage.path(self._name(sha256)))
        except NotImplementedError:
            return None

    def exists(self, sha256: str) -> bool:
        return self._storage.exists(self._name(sha256))

    def open(self, sha256: str) -> IO[bytes]:
        """The file, open for reading and seekable. Raises FileNotFoundError."""
        path = self.path(sha256)
        return path.open("rb") if path else self._storage.open(self._name(sha256), "rb")

    def put(self, source: Path, sha256: str) -> None:
        """Move `source` in; harmless when the content is there already.

        Raises OSError, with ENOSPC when the disk is full; the storage is then as it was.
        """
        target = self.path(sha256)
        if target is None:
            if not self.exists(sha256):
                with source.open("rb") as file:
                    self._storage.save(self._name(sha256), File(file))
            source.unlink()
            return
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
        """Remove the file, if it is there."""
        self._storage.delete(self._name(sha256))

    def listing(self) -> Iterator[tuple[str, datetime]]:
        """Every file with the time it was written."""
        try:
            folders, _ = self._storage.listdir("")
        except FileNotFoundError:
            return
        for folder in folders:
            for name in self._storage.listdir(folder)[1]:
                with contextlib.suppress(FileNotFoundError):
                    yield name, self._storage.get_modified_time(f"{folder}/{name}")

    @contextlib.contextmanager
    def local(self, sha256: str, folder: Path) -> Iterator[Path]:
        """The file on this machine for a program to read; fetched into `folder` when it is elsewhere."""
        path = self.path(sha256)
        if path is not None:
            yield path
            return
        copy = folder / sha256
        with self.open(sha256) as file, copy.open("wb") as out:
            shutil.copyfileobj(file, out, BLOCK)
        try:
            yield copy
        finally:
            copy.unlink(missing_ok=True)


sources = Blobs("sources")
renditions = Blobs("renditions")


def receive(chunks: Iterable[bytes], folder: Path) -> tuple[Path, str, int]:
    """Write what comes to a new file in `folder`: its path, SHA-256 and size. Nothing stays when it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=folder, suffix=".upload")
    try:
        with os.fdopen(handle, "wb") as out:
            for chunk in chunks:
                digest.update(chunk)
                size += out.write(chunk)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name), digest.hexdigest(), size


def older_than(folder: Path, limit: datetime) -> Iterator[Path]:
    """Files directly in `folder` last written before `limit`."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < limit:
                yield path


def _flush(path: Path) -> None:
    """Write a file's or folder's content through to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy_into_place(source: Path, target: Path) -> None:
    """Across file systems: copy beside the target, then rename."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".part")
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
