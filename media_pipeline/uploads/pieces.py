"""What has arrived of an upload: one growing file, beside the place where uploads become whole.

Bytes count once the upload's row says so, and it says so only when they are on the disk. What stands behind the row's
offset, after a crash or a broken checksum, is written over.
"""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files import File

from media_pipeline.adapters.storage import older_than

FOLDER = "pieces"  # below FILE_UPLOAD_TEMP_DIR: files directly in that are whole, and go when they are old


class Gone(Exception):
    """Bytes that counted are not there any more: as after a restore, or on another machine."""


class Whole(File[bytes]):
    """The whole file as `ingest` takes it: it may move it away, and removes it when it fails."""

    def temporary_file_path(self) -> str:
        return str(self.name)


class Piece:
    """The file of one upload, open for writing."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else on this machine writes meanwhile: who has lost the upload finds that out before writing."""
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def write(self, at: int, data: bytes) -> None:
        """Write through to the disk. Raises OSError, with ENOSPC when that is full."""
        view = memoryview(data)
        while view:
            written = os.pwrite(self._handle, view, at)
            view, at = view[written:], at + written
        os.fsync(self._handle)

    def cut(self, length: int) -> None:
        """Take away what stands behind."""
        os.ftruncate(self._handle, length)


def begin(upload_id: UUID) -> None:
    """Make the empty file, so that it is there after a crash of the machine too."""
    path = _path(upload_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def opened(upload_id: UUID, *, offset: int) -> Iterator[Piece]:
    """The file, with `offset` bytes or more. Raises Gone."""
    try:
        handle = os.open(_path(upload_id), os.O_RDWR)
    except FileNotFoundError as error:
        raise Gone from error
    try:
        if os.fstat(handle).st_size < offset:
            raise Gone
        yield Piece(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def whole(upload_id: UUID, *, length: int) -> Iterator[Whole]:
    """A second name of the file, cut to its length, where `ingest` may take it; this one stays until it is removed."""
    path = _path(upload_id)
    with opened(upload_id, offset=length) as piece:
        piece.cut(length)
    link = path.parent.parent / f"{upload_id}-{secrets.token_hex(4)}.upload"
    link.hardlink_to(path)
    try:
        yield Whole(None, name=str(link))
    finally:
        link.unlink(missing_ok=True)


def remove(upload_id: UUID) -> None:
    """Free the space. Harmless when it is gone."""
    _path(upload_id).unlink(missing_ok=True)


def strays(*, before: datetime) -> Iterator[UUID]:
    """Files last written before then."""
    for path in older_than(_folder(), before):
        with contextlib.suppress(ValueError):
            yield UUID(path.name)


def room_bytes() -> int:
    """How much the disk still takes beside what encoding needs."""
    place = next(one for one in (_folder(), *_folder().parents) if one.is_dir())
    return shutil.disk_usage(place).free - int(settings.MEDIA_ROOM_KEPT_BYTES)


def _folder() -> Path:
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / FOLDER


def _path(upload_id: UUID) -> Path:
    return _folder() / str(upload_id)
