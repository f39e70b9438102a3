"""Verbs that change media. What takes long is left to the steps of a worker."""

import errno
import mimetypes
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from django.conf import settings
from django.core.files import File
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from lms.core import outbox
from media_pipeline import containers, files, quotas
from media_pipeline.adapters.storage import BLOCK, hash_of, older_than, receive, renditions, sources
from media_pipeline.leases import NO_LEASE
from media_pipeline.models import Asset, Step
from media_pipeline.refusals import (
    EmptyFile,
    NoSpaceForUpload,
    TooLarge,
    UnknownAsset,
    UnknownContent,
    UnknownName,
)
from media_pipeline.sentences import in_all_languages
from media_pipeline.steps import encoder

Upload = File[bytes] | IO[bytes]
FIT_TOLERANCE_S = 0.1
FITTED = (Step.Kind.VOICE, Step.Kind.SHARE, Step.Kind.PLAIN)  # what a further voice is heard by
FORGOTTEN_AFTER = timedelta(days=2)  # uploads that never came into a page, files a crash left behind


def ingest(
    *,
    file: Upload,
    name: str,
    language: str = "und",
    uploaded_by_id: int | None = None,
    admitted: bool = False,
    now: datetime,
) -> UUID:
    """Keep an uploaded recording and have it encoded. Returns the asset's id.

    The same bytes in the same language are the same asset; uploading them again tries again what had failed.
    Best called outside a transaction: reading a large file takes a while. What was `admitted` before it was sent is
    not asked for room again, nor what is here already. Raises EmptyFile, TooLarge, UnknownName, UnknownContent,
    QuotaReached, NoSpaceForUpload, StorageError; nothing is kept then.
    """
    ending = containers.suffix(name)
    if ending and ending not in containers.SUFFIXES:
        raise UnknownName(ending)
    try:
        path, sha256, size = _take(file)
    except OSError as error:
        raise _disk_error(error) from error
    try:
        if not admitted and not Asset.objects.filter(source_sha256=sha256).exists():
            quotas.admit(size_bytes=size, person_id=uploaded_by_id, now=now)
        sources.send_ahead(path, sha256, mime=_mime(ending))
        return _keep(
            lambda: sources.put(path, sha256, mime=_mime(ending)),
            sha256,
            size,
            name=name,
            language=language,
            uploaded_by_id=uploaded_by_id,
            now=now,
        )
    except OSError as error:
        raise _disk_error(error) from error
    finally:
        path.unlink(missing_ok=True)


def adopt(*, key: str, name: str, language: str, uploaded_by_id: int | None, now: datetime) -> UUID:
    """As `ingest`, for what is in the bucket under another key: read once, and copied by the bucket itself."""
    from media_pipeline.adapters.objects import Objects  # boto3 takes long to import, and files alone do not need it

    objects, mime = Objects(storages["sources"]), _mime(containers.suffix(name))
    found = objects.look(key, head_bytes=containers.HEAD_BYTES)
    _check_size(found.size)
    _check_head(found.head)
    objects.copy_in(key, found, mime=mime)
    return _keep(
        lambda: objects.copy_in(key, found, mime=mime),
        found.sha256,
        found.size,
        name=name,
        language=language,
        uploaded_by_id=uploaded_by_id,
        now=now,
    )


def _keep(
    put: Callable[[], None],
    sha256: str,
    size: int,
    *,
    name: str,
    language: str,
    uploaded_by_id: int | None,
    now: datetime,
) -> UUID:
    """The file into the storage and the rows, as one change: the row is seen only when the file is there."""
    with transaction.atomic():
        asset, is_new = Asset.objects.get_or_create(
            source_sha256=sha256,
            language=language,
            defaults={
                "source_size_bytes": size,
                "name": name[:255],
                "created_at": now,
                "wanted_at": now,
            },
        )
        if is_new:
            Step.objects.bulk_create(
                Step(asset=asset, kind=kind, not_before=now, created_at=now) for kind in Step.Kind.values
            )
        else:
            Asset.objects.filter(pk=asset.pk).update(wanted_at=now)
        if uploaded_by_id is not None:
            asset.senders.add(uploaded_by_id)
        put()
        if asset.state == Asset.State.FAILED:
            _try_again(asset, now)
    return asset.id


def _mime(ending: str) -> str:
    return mimetypes.guess_type(f"recording.{ending}")[0] or "application/octet-stream"


def _take(file: Upload) -> tuple[Path, str, int]:
    """The upload as a file of ours, hashed and looked at: where it is, its SHA-256 and its size."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR)
    temporary = getattr(file, "temporary_file_path", None)
    if temporary is not None:
        path = Path(temporary())
        size = path.stat().st_size
        _check_size(size)
        with path.open("rb") as opened:
            _check_head(opened.read(containers.HEAD_BYTES))
        return path, hash_of(path), size
    with suppress(OSError, AttributeError):
        file.seek(0)
    path, sha256, size = receive(_checked(file), folder)
    if not size:
        path.unlink()
        raise EmptyFile
    return path, sha256, size


def _checked(file: Upload) -> Iterator[bytes]:
    """The upload in blocks, refused as soon as that can be known."""
    size = 0
    while block := cast(bytes, file.read(BLOCK)):
        if not size:
            _check_head(block[: containers.HEAD_BYTES])
        size += len(block)
        _check_size(size)
        yield block


def _check_size(size: int) -> None:
    if not size:
        raise EmptyFile
    if size > settings.MEDIA_MAX_SOURCE_BYTES:
        raise TooLarge(settings.MEDIA_MAX_SOURCE_BYTES)


def _check_head(head: bytes) -> None:
    if containers.sniff(head) is None:
        raise UnknownContent


def _disk_error(error: OSError) -> Exception:
    return NoSpaceForUpload() if error.errno in {errno.ENOSPC, errno.EDQUOT} else error


def retry(*, asset_id: UUID, now: datetime) -> None:
    """Try again what failed or waits. Harmless when nothing did. Raises UnknownAsset."""
    with transaction.atomic():
        _try_again(_asset(asset_id), now)


def complete(*, now: datetime) -> int:
    """Have made what lessons of before an upgrade lack, and anew what an older ladder planned.

    They stay on line meanwhile, with what they have. Returns how many steps are to be done.
    """
    lacking = [
        Step(asset_id=asset_id, kind=kind, not_before=now, created_at=now)
        for kind in Step.EXTRA
        for asset_id in Asset.objects.exclude(steps__kind=kind).order_by("id").values_list("id", flat=True)
    ]
    older = Step.objects.filter(ladder__lt=encoder().ladder_version(), asset__state=Asset.State.READY)
    again = older.filter(state=Step.State.DONE).exclude(kind=Step.Kind.EXAMINE)
    with transaction.atomic():
        Step.objects.bulk_create(lacking, ignore_conflicts=True)
        renewed = again.update(**_from_the_start(now))
    return len(lacking) + renewed


def fit(*, asset_id: UUID, to: UUID, now: datetime) -> bool:
    """Have the sound of `asset_id` made as long as the recording `to` that it is heard with; what there is plays on.

    Nothing happens where it is so already, or where the length of `to` is not known yet. True when there is work to do.
    """
    with transaction.atomic():
        length_s = Asset.objects.filter(id=to).values_list("duration_s", flat=True).first()
        asset = Asset.objects.select_for_update().filter(id=asset_id).first()
        if asset is None or not length_s or _is_close(asset.fitted_s or asset.duration_s, length_s):
            return False
        Asset.objects.filter(pk=asset.pk).update(fitted_s=length_s)
        # A step at work would still make the old length: its lease is taken from it.
        again = asset.steps.filter(kind__in=FITTED)
        again.update(**_from_the_start(now), **NO_LEASE)
    return True


def _is_close(length_s: float | None, wanted_s: float) -> bool:
    return length_s is not None and abs(length_s - wanted_s) < FIT_TOLERANCE_S


def cancel(*, asset_id: UUID, now: datetime) -> None:
    """Stop work on an asset; what is playable stays. `retry` goes on with it. Raises UnknownAsset."""
    sentences = in_all_languages(_("Encoding was stopped. It can be started again."))
    with transaction.atomic():
        asset = _asset(asset_id)
        stopped = asset.steps.exclude(state__in=[Step.State.DONE, Step.State.FAILED]).update(
            state=Step.State.FAILED, error_code="cancelled", error_sentences=sentences, fraction=0, **NO_LEASE
        )
        if stopped and asset.state != Asset.State.READY:
            asset.state, asset.error_code, asset.error_sentences = Asset.State.FAILED, "cancelled", sentences
            asset.save(update_fields=["state", "error_code", "error_sentences"])
            outbox.enqueue(topic="asset_changed", subject=asset.id)


def take_back(*, asset_ids: Collection[UUID], ingested_at: datetime) -> None:
    """Undo what `ingest` made at that moment, with its files; what was there before, or was uploaded since, stays."""
    made = Asset.objects.filter(created_at=ingested_at, wanted_at=ingested_at)
    for asset_id in asset_ids:
        _remove(made.filter(id=asset_id))
    files.sweep()


def collect_garbage(*, keep: Collection[UUID], now: datetime) -> list[UUID]:
    """Remove assets that no page or revision names (`keep`), unless uploaded in the last two days, with their files.

    Also removes what crashes left behind. Returns the ids of the assets removed.
    """
    limit = now - FORGOTTEN_AFTER
    removed = []
    forgotten = Asset.objects.filter(wanted_at__lt=limit)
    for asset_id in list(forgotten.order_by("id").values_list("id", flat=True)):
        if asset_id not in keep and _remove(forgotten.filter(id=asset_id)):
            removed.append(asset_id)
    for sha256, written in sources.listing():
        if written < limit:
            with transaction.atomic():
                if not Asset.objects.filter(source_sha256=sha256).exists():
                    sources.delete(sha256)
    files.sweep()
    files.sweep_strays(before=limit)
    sources.sweep_unfinished(before=limit)
    renditions.sweep_unfinished(before=limit)
    for path in older_than(Path(settings.FILE_UPLOAD_TEMP_DIR), limit):
        path.unlink(missing_ok=True)
    return removed


def _remove(found: QuerySet[Asset]) -> bool:
    """Remove the asset, if it still answers to `found`, and its source when no other asset has the same."""
    with transaction.atomic():
        asset = found.select_for_update().first()
        if asset is None:
            return False
        asset.delete()
        if not Asset.objects.filter(source_sha256=asset.source_sha256).exists():
            sources.delete(asset.source_sha256)
    return True


def _asset(asset_id: UUID) -> Asset:
    try:
        return Asset.objects.select_for_update().get(id=asset_id)
    except Asset.DoesNotExist as error:
        raise UnknownAsset from error


def _try_again(asset: Asset, now: datetime) -> None:
    asset.steps.exclude(state__in=[Step.State.DONE, Step.State.RUNNING]).update(**_from_the_start(now))
    if asset.state == Asset.State.FAILED:
        asset.state = Asset.State.RECEIVED if asset.examined is None else Asset.State.ENCODING
        asset.error_code, asset.error_sentences = "", {}
        asset.save(update_fields=["state", "error_code", "error_sentences"])


def _from_the_start(now: datetime) -> dict[str, Any]:
    """What makes a step wait as if it had never been begun."""
    return {
        "state": Step.State.WAITING,
        "fraction": 0,
        "finished_at": None,
        "failures": 0,
        "interruptions": 0,
        "pauses": 0,
        "not_before": now,
        "error_code": "",
        "error_sentences": {},
    }
