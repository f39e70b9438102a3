"""Recordings that come piece by piece into a real bucket: any machine goes on, and no disk of ours holds them."""

import hashlib
import io
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import override_settings

from lms.accounts.models import User
from lms.core.clock import now
from lms.core.storage_errors import StorageError
from media_pipeline import testing
from media_pipeline.adapters.storage import sources
from media_pipeline.models import Asset, Upload
from media_pipeline.uploads import services
from media_pipeline.uploads.in_bucket import PART_BYTES, InBucket
from media_pipeline.uploads.refusals import UnknownUpload
from tests.factories import buckets
from tests.factories import courses as make
from tests.factories.faults import Faults, on_the_way
from tests.media_pipeline.places import files_in

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
HEAD = testing.recording()


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path) -> Iterator[None]:
    with override_settings(
        MEDIA_IN_BUCKET=True, MEDIA_WORK_DIR=tmp_path / "work", FILE_UPLOAD_TEMP_DIR=tmp_path / "uploads"
    ):
        yield


@pytest.fixture(autouse=True)
def faults(s3: Mapping[str, str]) -> Iterator[Faults]:
    with on_the_way(s3) as (faults, addresses), buckets.used(addresses):
        yield faults


@pytest.fixture
def owner() -> User:
    return make.user()


def film(size: int) -> bytes:
    return HEAD + os.urandom(size - len(HEAD))


def begin(owner: User, data: bytes) -> Upload:
    return services.begin(owner_id=owner.pk, name="a.mp4", length_bytes=len(data), now=now())


def send(upload: Upload, data: bytes, size: int | None = None) -> Upload:
    """So many bytes from where the row stands on, or all."""
    at = Upload.objects.get(pk=upload.pk).offset_bytes
    piece = data[at:] if size is None else data[at : at + size]
    return services.take(
        upload_id=upload.pk, owner_id=upload.owner_id, offset_bytes=at, body=io.BytesIO(piece), size_bytes=len(piece),
        clock=now,
    )  # fmt: skip


def waiting() -> dict[str, Any]:
    return buckets.objects(storages["uploads"])


def unfinished() -> int:
    bucket: Any = storages["uploads"]
    listed = bucket.client.list_multipart_uploads(Bucket=bucket.bucket_name, Prefix=f"{bucket.location}/")
    return len(listed.get("Uploads", ()))


def check_kept(upload: Upload, data: bytes) -> None:
    asset = Asset.objects.get(id=upload.asset_id)
    assert (asset.source_sha256, asset.source_size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    with sources.open(asset.source_sha256) as file:
        assert file.read() == data
    about = buckets.objects(storages["sources"])[asset.source_sha256]
    assert (about["ContentType"], about["Metadata"]) == ("video/mp4", {"sha256": asset.source_sha256})


PIECES: dict[str, tuple[int, list[int]]] = {
    "less than a part": (300_000, [100_000, 1]),
    "a part": (PART_BYTES, [PART_BYTES - 1]),
    "a part and a byte": (PART_BYTES + 1, [PART_BYTES]),
    "small pieces over a part's end": (PART_BYTES + 700_000, [1_900_000, 1_900_000, 1_900_000]),
    "pieces larger than parts": (4 * PART_BYTES + 5, [8 << 20, 8 << 20]),
}


@pytest.mark.parametrize("how", PIECES)
def test_what_comes_in_pieces_is_kept_by_its_content(owner: User, tmp_path: Path, how: str) -> None:
    size, pieces = PIECES[how]
    data = film(size)
    upload = begin(owner, data)
    for piece in pieces:
        assert send(upload, data, piece).asset_id is None
    check_kept(send(upload, data), data)
    assert (waiting(), unfinished()) == ({}, 0)
    assert not files_in(tmp_path)


def test_the_same_file_twice_is_one_recording(owner: User) -> None:
    data = film(PART_BYTES + 10)
    first, second = send(begin(owner, data), data), send(begin(owner, data), data)
    assert first.asset_id == second.asset_id
    check_kept(second, data)


def test_while_the_store_is_away_nothing_counts_and_nothing_is_lost(owner: User, faults: Faults) -> None:
    data = film(2 * PART_BYTES + 10)
    upload = begin(owner, data)
    send(upload, data, 1_000_000)
    faults.set("refuse")
    with pytest.raises(StorageError):
        send(upload, data)
    assert Upload.objects.get().offset_bytes == 1_000_000
    faults.set("none")
    check_kept(send(upload, data), data)


def test_a_whole_recording_waits_for_the_store(owner: User, faults: Faults) -> None:
    data = film(PART_BYTES + 10)
    upload = begin(owner, data)
    send(upload, data, len(data) - 1)
    faults.set("error", methods=("POST",))  # what completes
    with pytest.raises(StorageError):
        send(upload, data)
    assert (Upload.objects.get().offset_bytes, Asset.objects.exists()) == (len(data), False)
    faults.set("cut", methods=("GET",))  # what reads it
    with pytest.raises(StorageError):
        send(upload, data)
    faults.set("none")
    check_kept(send(upload, data), data)
    assert (waiting(), unfinished()) == ({}, 0)


def test_a_part_that_somebody_overwrote_is_not_used(owner: User) -> None:
    data = film(PART_BYTES + 10)
    upload = begin(owner, data)
    multipart = send(upload, data, PART_BYTES).stored["upload"]
    InBucket(storages["uploads"]).put_part(upload.pk, multipart, 1, b"other" * (1 << 20))
    try:
        check_kept(send(upload, data), data)  # a store that keeps what was named
    except UnknownUpload:
        assert not Asset.objects.exists()
        assert (waiting(), unfinished()) == ({}, 0)


def test_a_tail_that_is_gone_is_sent_anew(owner: User) -> None:
    data = film(2_000_000)
    upload = begin(owner, data)
    send(upload, data, 1_000_000)
    InBucket(storages["uploads"]).remove(upload.pk)
    with pytest.raises(UnknownUpload):
        send(upload, data)
    assert not Upload.objects.exists()


def test_discarded_and_forgotten_uploads_leave_nothing(owner: User) -> None:
    data = film(PART_BYTES + 1_000_000)
    discarded, forgotten, stray, alive = (begin(owner, data) for _ in range(4))
    for upload in (discarded, forgotten, stray, alive):
        send(upload, data, PART_BYTES + 500_000)
    services.discard(upload_id=discarded.pk, owner_id=owner.pk, now=now())
    Upload.objects.filter(pk=forgotten.pk).update(expires_at=now())
    Upload.objects.filter(pk=stray.pk).delete()
    assert services.collect(now=now()) == 1
    assert unfinished() == 2  # one without a row may be just beginning
    Upload.objects.update(expires_at=now() + timedelta(days=9))
    services.collect(now=now() + timedelta(days=4))
    assert (len(waiting()), unfinished()) == (1, 1)
    check_kept(send(alive, data), data)
