"""Files named by the SHA-256 of their content, behind Django's storages `sources` and `renditions`.

A file appears whole or not at all, and never changes. Where it is kept is the settings' choice: on a file system
(`folders`) or in a bucket of S3 (`objects`); both keep the contract of `Store`.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from django.core.files.storage import storages

from media_pipeline.adapters.folders import Folders
from media_pipeline.adapters.hashing import BLOCK, hash_of, name_of

__all__ = ["BLOCK", "Blobs", "Reader", "Store", "hash_of", "older_than", "receive", "renditions", "sources"]
Alive = Callable[[], None]  # called about every second by what takes long; stops it by raising


def unwatched() -> None:
    """For callers with no lease to keep."""


class Reader(Protocol):
    """A part of a file, open for reading."""

    def read(self, size: int = -1, /) -> bytes: ...
    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> bool | None: ...


class Store(Protocol):
    """Keeps files by content. What goes wrong with a store elsewhere is a StorageError; a full disk is an OSError."""

    def path(self, sha256: str) -> Path | None:
        """Where the file is on this machine, or None when it is kept elsewhere."""

    def exists(self, sha256: str) -> bool: ...

    def open(self, sha256: str, *, first: int = 0, length: int | None = None) -> Reader:
        """The file from byte `first` on, `length` bytes of it or all. Raises FileNotFoundError."""

    def send_ahead(self, source: Path, sha256: str, *, mime: str, alive: Alive) -> None:
        """Do of `put` what takes long, so that it can be called in a transaction. `source` stays."""

    def put(self, source: Path, sha256: str, *, mime: str, alive: Alive) -> None:
        """Move `source` in; harmless when the content is there already.

        Afterwards the file is there for others to read, with the size and checksum of `source`. When it fails the
        store is as it was, and so is `source`.
        """

    def delete(self, sha256: str) -> None:
        """Remove the file, if it is there."""

    def listing(self) -> Iterator[tuple[str, datetime]]:
        """Every file with the time it was written."""

    def sweep_unfinished(self, *, before: datetime) -> int:
        """Remove what broken-off writing left. Returns how many there were."""

    def local(self, sha256: str, *, alive: Alive) -> AbstractContextManager[Path]:
        """The file on this machine for a program to read; a copy stays in the work folder when it is elsewhere."""


class Blobs:
    """The files of one of Django's storages, by content: the store that the settings choose now."""

    def __init__(self, alias: str) -> None:
        self.alias = alias

    @property
    def store(self) -> Store:
        storage = storages[self.alias]
        try:
            storage.path("")
        except NotImplementedError:
            # Here, for boto3 takes long to import and files alone do not need it.
            from media_pipeline.adapters.objects import Objects

            return Objects(storage)
        return Folders(storage)

    def path(self, sha256: str) -> Path | None:
        return self.store.path(sha256)

    def exists(self, sha256: str) -> bool:
        return self.store.exists(sha256)

    def open(self, sha256: str, *, first: int = 0, length: int | None = None) -> Reader:
        return self.store.open(sha256, first=first, length=length)

    def send_ahead(self, source: Path, sha256: str, *, mime: str, alive: Alive = unwatched) -> None:
        self.store.send_ahead(source, sha256, mime=mime, alive=alive)

    def put(
        self, source: Path, sha256: str, *, mime: str = "application/octet-stream", alive: Alive = unwatched
    ) -> None:
        self.store.put(source, sha256, mime=mime, alive=alive)

    def delete(self, sha256: str) -> None:
        self.store.delete(sha256)

    def listing(self) -> Iterator[tuple[str, datetime]]:
        return self.store.listing()

    def sweep_unfinished(self, *, before: datetime) -> int:
        return self.store.sweep_unfinished(before=before)

    def local(self, sha256: str, *, alive: Alive = unwatched) -> AbstractContextManager[Path]:
        return self.store.local(sha256, alive=alive)

    def name(self, sha256: str) -> str:
        """The file's name in the storage."""
        return name_of(sha256)


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
        with suppress(FileNotFoundError):
            if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < limit:
                yield path
