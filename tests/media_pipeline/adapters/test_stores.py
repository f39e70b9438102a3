"""One contract, two stores: a folder, and a bucket of a real S3 with real signatures."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import override_settings

from media_pipeline.adapters import storage
from media_pipeline.adapters.storage import Blobs
from tests.factories import buckets

DISK = "django.core.files.storage.FileSystemStorage"
LARGE = (16 << 20) * 2 + 5  # three parts


@pytest.fixture(params=["folder", pytest.param("bucket", marks=pytest.mark.contract)])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Blobs]:
    if request.param == "bucket":
        with buckets.used(request.getfixturevalue("s3")):
            yield storage.renditions
        return
    with override_settings(STORAGES={"renditions": {"BACKEND": DISK, "OPTIONS": {"location": tmp_path / "kept"}}}):
        yield storage.renditions


@pytest.fixture
def bucket(s3: Mapping[str, str]) -> Iterator[Any]:
    with buckets.used(s3):
        yield storages["renditions"]


def write(folder: Path, content: bytes) -> tuple[Path, str]:
    path = folder / "source"
    path.write_bytes(content)
    return path, hashlib.sha256(content).hexdigest()


def put(blobs: Blobs, folder: Path, content: bytes) -> str:
    path, sha256 = write(folder, content)
    blobs.put(path, sha256, mime="audio/mp4")
    return sha256


@pytest.mark.parametrize("content", [b"a", b"voice" * 1000, os.urandom(16 << 20), os.urandom(LARGE)], ids=len)
def test_what_was_put_is_there_whole_and_the_source_has_moved(blobs: Blobs, tmp_path: Path, content: bytes) -> None:
    sha256 = put(blobs, tmp_path, content)
    assert blobs.exists(sha256)
    with blobs.open(sha256) as file:
        assert file.read() == content
    assert not (tmp_path / "source").exists()


def test_a_part_is_read_from_its_first_byte(blobs: Blobs, tmp_path: Path) -> None:
    sha256 = put(blobs, tmp_path, bytes(range(200)))
    with blobs.open(sha256, first=50, length=20) as file:
        assert file.read(20) == bytes(range(50, 70))


def test_putting_the_same_content_again_changes_nothing(blobs: Blobs, tmp_path: Path) -> None:
    first = put(blobs, tmp_path, b"the same")
    written = dict(blobs.listing())
    assert put(blobs, tmp_path, b"the same") == first
    assert dict(blobs.listing()) == written
    assert not (tmp_path / "source").exists()


def test_what_was_sent_ahead_is_put_without_being_sent_again(blobs: Blobs, tmp_path: Path) -> None:
    path, sha256 = write(tmp_path, b"sent ahead")
    blobs.send_ahead(path, sha256, mime="audio/mp4")
    assert path.exists()
    blobs.put(path, sha256, mime="audio/mp4")
    assert blobs.exists(sha256)
    assert not path.exists()


def test_what_is_not_there_says_so(blobs: Blobs) -> None:
    assert not blobs.exists("0" * 64)
    with pytest.raises(FileNotFoundError):
        blobs.open("0" * 64).close()
    assert list(blobs.listing()) == []
    blobs.delete("0" * 64)


def test_every_file_is_listed_once_with_its_time_and_goes_when_it_is_deleted(blobs: Blobs, tmp_path: Path) -> None:
    names = {put(blobs, tmp_path, f"file {number}".encode()) for number in range(12)}
    listed = dict(blobs.listing())
    assert set(listed) == names
    assert all(abs(datetime.now(UTC) - written) < timedelta(minutes=10) for written in listed.values())
    gone = names.pop()
    blobs.delete(gone)
    assert {name for name, _written in blobs.listing()} == names
    assert not blobs.exists(gone)


def test_a_program_reads_a_file_of_this_machine(blobs: Blobs, tmp_path: Path) -> None:
    sha256 = put(blobs, tmp_path, b"for a program")
    with blobs.local(sha256) as path:
        assert path.read_bytes() == b"for a program"


def test_a_file_that_is_not_there_cannot_be_read_by_a_program(blobs: Blobs) -> None:
    with pytest.raises(FileNotFoundError), blobs.local("0" * 64) as path:
        path.read_bytes()


@pytest.mark.contract
def test_objects_carry_their_type_and_may_be_kept_for_ever(bucket: Any, tmp_path: Path) -> None:
    sha256 = put(storage.renditions, tmp_path, b"voice")
    about = buckets.objects(bucket)[sha256]
    assert about["ContentType"] == "audio/mp4"
    assert about["CacheControl"] == "public, max-age=31536000, immutable"
    assert about["Metadata"] == {"sha256": sha256}


@pytest.mark.contract
def test_nobody_reads_the_bucket_without_a_signature(bucket: Any, tmp_path: Path) -> None:
    import urllib.error
    import urllib.request

    sha256 = put(storage.renditions, tmp_path, b"voice")
    address = bucket.signed(storage.renditions.name(sha256), seconds=60)
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == b"voice"
    for other in (address.partition("?")[0], address.replace("Signature=", "Signature=0")):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(other)
        assert refused.value.code == 403


@pytest.mark.contract
def test_uploads_in_parts_that_were_broken_off_are_removed_once_they_are_old(bucket: Any, tmp_path: Path) -> None:
    begun = bucket.client.create_multipart_upload(Bucket=bucket.bucket_name, Key=bucket.key("aa/broken"))
    bucket.client.upload_part(
        Bucket=bucket.bucket_name, Key=begun["Key"], UploadId=begun["UploadId"], PartNumber=1, Body=b"x" * (5 << 20)
    )
    now = datetime.now(UTC)
    assert storage.renditions.sweep_unfinished(before=now - timedelta(hours=1)) == 0
    assert storage.renditions.sweep_unfinished(before=now + timedelta(hours=1)) == 1
    assert storage.renditions.sweep_unfinished(before=now + timedelta(hours=1)) == 0


@pytest.mark.contract
def test_listings_go_on_over_pages(bucket: Any, tmp_path: Path) -> None:
    for number in range(1005):
        bucket.client.put_object(Bucket=bucket.bucket_name, Key=bucket.key(f"{number % 10:02}/{number:064}"), Body=b"1")
    assert len(list(storage.renditions.listing())) == 1005
