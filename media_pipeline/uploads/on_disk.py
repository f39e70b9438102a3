"""What arrives as one growing file each, flushed to the disk, beside the place where uploads become whole."""

import contextlib
import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage

from media_pipeline import services
from media_pipeline.adapters.storage import older_than
from media_pipeline.models import Upload
from media_pipeline.uploads.pieces import Gone

FLUSH_BYTES = 1 << 20


class _Whole(File[bytes]):
    """The whole file as `ingest` takes it: it may move it away, and removes it when it fails."""

    def temporary_file_path(self) -> str:
        return str(self.name)


class GrowingFile:
    """The file of one upload, open for writing."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self.stored: dict[str, Any] = {}

    def wants(self, at: int) -> int:
        return FLUSH_BYTES

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        fcntl.flock(self._handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._handle, fcntl.LOCK_UN)

    def write(self, at: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._handle, view, at)
            view, at = view[written:], at + written
        os.fsync(self._handle)

    def counted(self) -> None:
        """Nothing goes."""

    def cut(self, length: int) -> None:
        """Take away what stands behind."""
        os.ftruncate(self._handle, length)


class OnDisk:
    """The folder of a storage on this machine, or on a disk that machines share."""

    def __init__(self, storage: Storage) -> None:
        self._folder = Path(storage.path(""))

    def begin(self, upload_id: UUID) -> dict[str, Any]:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path(upload_id).touch(mode=0o600, exist_ok=False)
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return {}

    @contextlib.contextmanager
    def opened(self, upload: Upload) -> Iterator[GrowingFile]:
        try:
            handle = os.open(self._path(upload.pk), os.O_RDWR)
        except FileNotFoundError as error:
            raise Gone from error
        try:
            if os.fstat(handle).st_size < upload.offset_bytes:
                raise Gone
            yield GrowingFile(handle)
        finally:
            os.close(handle)

    def hand_on(self, upload: Upload, *, now: datetime) -> UUID:
        """By a second name of the file, so that this one stays whatever comes of it."""
        with self.opened(upload) as file:
            file.cut(upload.length_bytes)
        link = self._folder.parent / f"{upload.pk}-{secrets.token_hex(4)}.upload"
        link.hardlink_to(self._path(upload.pk))
        try:
            return services.ingest(
                file=_Whole(None, name=str(link)),
                name=upload.name,
                language=upload.language,
                uploaded_by_id=upload.owner_id,
                admitted=True,
                now=now,
            )
        finally:
            link.unlink(missing_ok=True)

    def remove(self, upload_id: UUID) -> None:
        self._path(upload_id).unlink(missing_ok=True)

    def strays(self, *, before: datetime) -> Iterator[UUID]:
        for path in older_than(self._folder, before):
            with contextlib.suppress(ValueError):
                yield UUID(path.name)

    def room_bytes(self) -> int:
        """Beside what encoding needs."""
        place = next(one for one in (self._folder, *self._folder.parents) if one.is_dir())
        return shutil.disk_usage(place).free - int(settings.MEDIA_ROOM_KEPT_BYTES)

    def _path(self, upload_id: UUID) -> Path:
        return self._folder / str(upload_id)
