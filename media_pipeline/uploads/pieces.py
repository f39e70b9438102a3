"""Where what has arrived of uploads is kept: a folder (`on_disk`) or the bucket (`in_bucket`), as the settings choose.

Bytes count once the upload's row says so, and it says so only when they are safe. What stands behind the row's offset,
after a crash or a wrong checksum, does not count and is written over.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.core.files.storage import storages

from media_pipeline.models import Upload

ALIAS = "uploads"


class Gone(Exception):
    """Bytes that counted are not there any more: as after a restore."""


class Writer(Protocol):
    """What has arrived of one upload, open for writing. A full disk is an OSError, trouble with S3 a StorageError."""

    stored: dict[str, Any]  # for the row, together with the offset

    def wants(self, at: int) -> int:
        """How many bytes to gather at this offset before they are written."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else on this machine writes meanwhile: who has lost the upload finds that out before writing."""

    def write(self, at: int, data: bytes) -> None:
        """Make them safe, without counting them yet."""

    def counted(self) -> None:
        """The row says that they count: what it does not need any more may go."""


class Pieces(Protocol):
    """Keeps what arrives."""

    def begin(self, upload_id: UUID) -> dict[str, Any]:
        """Make room for a new upload; gives what its row stores."""

    def opened(self, upload: Upload) -> AbstractContextManager[Writer]:
        """For writing behind what counts. Raises Gone."""

    def hand_on(self, upload: Upload, *, now: datetime) -> UUID:
        """The whole becomes an asset; the pieces stay until they are removed. Raises what `ingest` raises, and Gone."""

    def remove(self, upload_id: UUID) -> None:
        """Free the space. Harmless when it is gone."""

    def strays(self, *, before: datetime) -> Iterator[UUID]:
        """Uploads of which something was last written before then."""

    def room_bytes(self) -> int:
        """How much there is still room for."""


def store() -> Pieces:
    """The one that the settings choose now."""
    storage = storages[ALIAS]
    try:
        storage.path("")
    except NotImplementedError:
        # Here, for boto3 takes long to import and files alone do not need it.
        from media_pipeline.uploads.in_bucket import InBucket

        return InBucket(storage)
    from media_pipeline.uploads.on_disk import OnDisk

    return OnDisk(storage)
