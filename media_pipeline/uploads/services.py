"""Verbs of uploads: begin, take a piece, discard, collect.

A piece is taken under a lease on the row, claimed by one conditional UPDATE (see `media_pipeline.leases`). What arrives
is made safe before the row's offset moves past it, on a disk each MiB and while nobody else writes to the file: a crash
costs at most a MiB, and a request that has lost the upload changes nothing.
"""

import errno
import hashlib
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum

from lms.core.errors import FieldschoolError
from lms.core.storage_errors import StorageError
from media_pipeline import containers, quotas
from media_pipeline.leases import process_is_gone, worker_name
from media_pipeline.models import Upload
from media_pipeline.refusals import EmptyFile, NoSpaceForUpload, TooLarge, UnknownContent, UnknownName
from media_pipeline.uploads import pieces
from media_pipeline.uploads.protocol import Checksum
from media_pipeline.uploads.refusals import (
    Busy,
    ExpiredUpload,
    TooLong,
    TooManyUploads,
    TooMuchWaiting,
    UnknownUpload,
    WrongChecksum,
    WrongOffset,
)

logger = logging.getLogger(__name__)
READ_BYTES = 16 << 10  # seconds of a slow link, so that the lease is renewed in time
LEASE = timedelta(seconds=10)  # of silence; a link that came back need not wait longer for the request that broke off
RENEWED = timedelta(seconds=2)
FINISHING = timedelta(minutes=10)  # the store may be slow to take it in
_FREE = {"holder": "", "lease_until": None}
Clock = Callable[[], datetime]


class Body(Protocol):
    """What is being sent, read as it arrives."""

    def read(self, size: int, /) -> bytes: ...


def begin(
    *, owner_id: int, name: str, language: str = "und", length_bytes: int, mark: str = "", now: datetime
) -> Upload:
    """Make room for a recording. Raises EmptyFile, TooLarge, UnknownName, TooManyUploads, TooMuchWaiting,
    QuotaReached, NoSpaceForUpload, StorageError."""
    ending = containers.suffix(name)
    if ending and ending not in containers.SUFFIXES:
        raise UnknownName(ending)
    if not length_bytes:
        raise EmptyFile
    if length_bytes > settings.MEDIA_MAX_SOURCE_BYTES:
        raise TooLarge(settings.MEDIA_MAX_SOURCE_BYTES)
    mine = unfinished(owner_id=owner_id, now=now)
    if mine.count() >= settings.MEDIA_UPLOADS_OPEN:
        raise TooManyUploads(settings.MEDIA_UPLOADS_OPEN)
    if _total(mine, "length_bytes") + length_bytes > settings.MEDIA_UPLOADS_WAITING_BYTES:
        raise TooMuchWaiting(settings.MEDIA_UPLOADS_WAITING_BYTES)
    quotas.admit(size_bytes=length_bytes, person_id=owner_id, now=now)
    to_come = _total(_alive(now), "length_bytes") - _total(_alive(now), "offset_bytes")
    if pieces.store().room_bytes() < to_come + length_bytes:
        raise NoSpaceForUpload
    upload = Upload(
        owner_id=owner_id,
        name=name[:255],
        language=language,
        mark=mark[:64],
        length_bytes=length_bytes,
        created_at=now,
        expires_at=now + settings.MEDIA_UPLOAD_KEPT,
    )
    try:
        upload.stored = pieces.store().begin(upload.pk)
    except OSError as error:
        raise _disk_error(error) from error
    upload.save(force_insert=True)
    return upload


def unfinished(*, owner_id: int, now: datetime) -> QuerySet[Upload]:
    """A person's uploads that can be gone on with, the newest first."""
    return _alive(now).filter(owner_id=owner_id).order_by("-created_at", "-pk")


def find(*, upload_id: UUID, owner_id: int, now: datetime) -> Upload:
    """A person's upload, finished ones included for a while. Raises UnknownUpload, also for others', ExpiredUpload."""
    upload = Upload.objects.filter(pk=upload_id, owner_id=owner_id).first()
    if upload is None:
        raise UnknownUpload
    if upload.expires_at <= now:
        raise ExpiredUpload
    return upload


def take(
    *,
    upload_id: UUID,
    owner_id: int,
    offset_bytes: int,
    body: Body,
    size_bytes: int,
    checksum: Checksum | None = None,
    clock: Clock,
) -> Upload:
    """Take a piece of `size_bytes` from `offset_bytes` on, or what arrives of it; a whole recording becomes an asset.

    A piece with a checksum counts only as a whole. An empty piece at the end tries again what kept a whole recording
    from becoming an asset. What cannot be a recording is discarded. Raises UnknownUpload, ExpiredUpload, WrongOffset,
    TooLong, Busy, WrongChecksum, NoSpaceForUpload, StorageError, and what `ingest` raises.
    """
    upload = find(upload_id=upload_id, owner_id=owner_id, now=clock())
    if upload.offset_bytes != offset_bytes:
        raise WrongOffset
    if offset_bytes + size_bytes > upload.length_bytes:
        raise TooLong
    if upload.asset_id is not None:
        return upload
    hold = _Hold(upload, clock)
    try:
        _write(hold, _arriving(body, size_bytes), checksum)
        if upload.offset_bytes == upload.length_bytes:
            _finish(hold)
    except pieces.Gone as error:
        hold.discard()
        raise UnknownUpload from error
    except OSError as error:
        raise _disk_error(error) from error
    finally:
        hold.release()
    return upload


class _Hold:
    """The right to write to an upload, until it is taken over. Raises Busy."""

    def __init__(self, upload: Upload, clock: Clock) -> None:
        self.upload, self.clock, self.name = upload, clock, worker_name()
        now = clock()
        free = Q(holder="") | Q(lease_until__lte=now)
        if process_is_gone(upload.holder):
            free |= Q(holder=upload.holder)
        same = Upload.objects.filter(free, pk=upload.pk, offset_bytes=upload.offset_bytes, asset=None)
        self._renewed_at = now
        if not same.update(holder=self.name, lease_until=now + LEASE):
            raise Busy

    @property
    def rows(self) -> QuerySet[Upload]:
        """The upload, as long as it is held: to write through."""
        return Upload.objects.filter(pk=self.upload.pk, holder=self.name)

    def alive(self) -> None:
        """Something has arrived: renew the lease when it is time. Raises Busy when the upload went to another."""
        if self.clock() - self._renewed_at >= RENEWED:
            self.keep()

    def keep(self, lease: timedelta = LEASE) -> None:
        self._renewed_at = self.clock()
        if not self.rows.update(lease_until=self._renewed_at + lease):
            raise Busy

    def move(self, offset_bytes: int, piece: pieces.Writer) -> None:
        """So much is safe."""
        moved = {"offset_bytes": offset_bytes, "stored": piece.stored}
        moved["expires_at"] = self.clock() + settings.MEDIA_UPLOAD_KEPT
        if not self.rows.update(**moved):
            raise Busy
        for name, value in moved.items():
            setattr(self.upload, name, value)
        piece.counted()

    def release(self) -> None:
        self.rows.update(**_FREE)

    def discard(self) -> None:
        if self.rows.delete()[0]:
            _remove(self.upload.pk)


def _arriving(body: Body, size_bytes: int) -> Iterator[bytes]:
    """What arrives of a piece: less where the link breaks."""
    while size_bytes > 0:
        try:
            block = body.read(min(READ_BYTES, size_bytes))
        except OSError:
            return
        if not block:
            return
        size_bytes -= len(block)
        yield block


def _write(hold: _Hold, blocks: Iterator[bytes], checksum: Checksum | None) -> None:
    """Write what arrives and count it: as it comes, or at the end where a checksum must be right first."""
    at = hold.upload.offset_bytes
    head_bytes = 0 if at else containers.HEAD_BYTES
    digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None
    head, waiting = bytearray(), bytearray()

    with pieces.store().opened(hold.upload) as piece:

        def count() -> None:
            if head_bytes:
                _look(hold, bytes(head))
            hold.move(at, piece)

        def flush() -> None:
            nonlocal at
            with piece.alone():
                hold.keep()
                piece.write(at, bytes(waiting))
                at += len(waiting)
                waiting.clear()
                if digest is None:
                    count()

        for block in blocks:
            waiting += block
            head += block[: max(0, head_bytes - len(head))]
            if digest:
                digest.update(block)
            if len(waiting) >= piece.wants(at):
                flush()
            else:
                hold.alive()
        if waiting:
            flush()
        if checksum and digest:
            if digest.digest() != checksum.digest:
                raise WrongChecksum
            with piece.alone():
                count()


def _look(hold: _Hold, head: bytes) -> None:
    """What is no recording is refused by its first bytes, and what follows need not be sent."""
    can_tell = len(head) >= min(containers.HEAD_BYTES, hold.upload.length_bytes)
    if can_tell and containers.sniff(head) is None:
        hold.discard()
        raise UnknownContent


def _finish(hold: _Hold) -> None:
    """Hand the whole recording on. What cannot be used is discarded; what could not be kept just now stays."""
    upload = hold.upload
    hold.keep(FINISHING)
    try:
        upload.asset_id = pieces.store().hand_on(upload, now=hold.clock())
    except (StorageError, NoSpaceForUpload):
        raise
    except FieldschoolError:
        hold.discard()
        raise
    if hold.rows.update(asset_id=upload.asset_id, **_FREE):
        _remove(upload.pk)


def discard(*, upload_id: UUID, owner_id: int, now: datetime) -> None:
    """Free what an upload takes; whoever is writing to it stops. Raises UnknownUpload, ExpiredUpload."""
    upload = find(upload_id=upload_id, owner_id=owner_id, now=now)
    Upload.objects.filter(pk=upload.pk).delete()
    _remove(upload.pk)


def collect(*, now: datetime) -> int:
    """Remove uploads that nobody went on with, and files without a row. Returns how many uploads that is."""
    over = Upload.objects.filter(Q(lease_until=None) | Q(lease_until__lte=now), expires_at__lte=now)
    gone = list(over.values_list("pk", flat=True))
    for upload_id in gone:
        if over.filter(pk=upload_id).delete()[0]:
            _remove(upload_id)
    for upload_id in pieces.store().strays(before=now - settings.MEDIA_UPLOAD_KEPT):
        if not Upload.objects.filter(pk=upload_id).exists():
            _remove(upload_id)
    return len(gone)


def _remove(upload_id: UUID) -> None:
    """Free what nothing names any more; where the store is away now, it is collected another time."""
    try:
        pieces.store().remove(upload_id)
    except StorageError as error:
        logger.warning("what arrived of %s could not be removed: %s (%s)", upload_id, error.code, error.detail)


def _alive(now: datetime) -> QuerySet[Upload]:
    return Upload.objects.filter(asset=None, expires_at__gt=now)


def _total(uploads: QuerySet[Upload], field: str) -> int:
    return int(uploads.aggregate(total=Sum(F(field)))["total"] or 0)


def _disk_error(error: OSError) -> Exception:
    return NoSpaceForUpload() if error.errno in {errno.ENOSPC, errno.EDQUOT} else error
