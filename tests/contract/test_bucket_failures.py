"""S3 that is away, slow, full, wrong, or breaks off: nothing is lost, and nothing is shown that is not there."""

import io
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.storage import storages
from django.test import Client, override_settings
from django.utils import translation

from lms.core import checks
from lms.core.clock import now
from lms.core.storage_errors import StorageError
from media_pipeline import playback, selectors, services, testing
from media_pipeline.adapters import storage
from media_pipeline.adapters.storage import Blobs, hash_of
from media_pipeline.models import Asset, Rendition, Step, StoredFile
from tests.factories import buckets
from tests.factories.faults import Fault, Faults, on_the_way

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
LATER = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _settings(tmp_path: Path) -> Iterator[None]:
    cache.clear()
    with override_settings(
        MEDIA_IN_BUCKET=True,
        DATA_DIR=tmp_path,
        MEDIA_WORK_DIR=tmp_path / "work",
        FILE_UPLOAD_TEMP_DIR=tmp_path / "uploads",
        MEDIA_ROOM_KEPT_BYTES=0,
        MEDIA_STORAGE_PATIENCE_S=0,
        MEDIA_SHOWN_ASSETS="media_pipeline.testing.shown_everywhere",
    ):
        yield


@pytest.fixture
def faults(s3: Mapping[str, str]) -> Iterator[Faults]:
    with on_the_way(s3) as (faults, addresses), buckets.used(addresses):
        yield faults


def kept() -> set[str]:
    return set(buckets.objects(storages["renditions"]))


def shown() -> set[str]:
    return set(Rendition.objects.values_list("file_id", flat=True))


def put(content: bytes, folder: Path, blobs: Blobs = storage.renditions) -> str:
    path = folder / "source"
    path.write_bytes(content)
    sha256 = hash_of(path)
    blobs.put(path, sha256, mime="video/mp4")
    return sha256


@pytest.mark.parametrize(
    ("fault", "code"),
    [("refuse", "storage_away"), ("silent", "storage_away"), ("error", "storage_away"), ("full", "storage_full")],
)
def test_an_upload_is_refused_with_a_sentence_and_nothing_is_kept(
    faults: Faults, fault: Fault, code: str, tmp_path: Path
) -> None:
    faults.set(fault)
    with pytest.raises(StorageError) as refused:
        services.ingest(file=io.BytesIO(testing.recording()), name="lesson.mp4", now=now())
    assert refused.value.code == code
    with translation.override("en"):
        assert "Nothing is lost" in str(refused.value)
    assert not Asset.objects.exists()
    assert not [path for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
    faults.set("none")
    assert list(storage.sources.listing()) == []


@pytest.mark.parametrize(
    ("fault", "methods", "code"),
    [
        ("refuse", (), "storage_away"),
        ("silent", (), "storage_away"),
        ("error", ("PUT",), "storage_away"),
        ("full", ("PUT",), "storage_full"),
    ],
)
def test_a_step_waits_for_the_store_and_goes_on_by_itself(
    faults: Faults, fault: Fault, methods: tuple[str, ...], code: str
) -> None:
    asset_id = testing.playable_asset()
    before = shown()
    faults.set(fault, methods=methods)
    testing.work_off(steps=1)
    step = Step.objects.get(asset=asset_id, kind="pictures")
    assert (step.state, step.error_code, step.failures, step.pauses) == ("waiting_for_storage", code, 0, 1)
    assert selectors.queue().waiting_for_storage == 1
    with translation.override("en"):
        assert "The store of recordings" in selectors.media([asset_id])[asset_id].steps[2].sentence
    first_pause = step.not_before - now()
    testing.work_off(now=now() + timedelta(seconds=30), steps=1)
    step.refresh_from_db()
    assert step.pauses == 2
    assert step.not_before - now() > first_pause
    assert shown() == before
    faults.set("none")
    testing.work_off(now=now() + LATER)
    assert Asset.objects.get(pk=asset_id).state == "ready"
    assert shown() == kept()
    assert not Step.objects.exclude(pauses=0)


def test_what_was_encoded_waits_for_a_store_that_is_away_for_a_moment(faults: Faults) -> None:
    asset_id = testing.playable_asset()
    faults.set("error", methods=("PUT",), times=2)
    with override_settings(MEDIA_STORAGE_PATIENCE_S=600):
        testing.work_off()
    assert faults.met == 2
    assert Asset.objects.get(pk=asset_id).state == "ready"
    assert set(Step.objects.values_list("attempt", flat=True)) == {1}
    assert shown() == kept()


def test_a_source_is_fetched_on_where_the_connection_broke(faults: Faults, tmp_path: Path) -> None:
    content = os.urandom(1_000_000)
    sha256 = put(content, tmp_path, storage.sources)
    faults.set("cut", methods=("GET",), times=3)
    with storage.sources.local(sha256) as path:
        assert path.read_bytes() == content
    assert faults.met == 3
    faults.set("refuse")
    with storage.sources.local(sha256) as path:  # fetched once for all steps
        assert path.read_bytes() == content


def test_what_was_fetched_before_the_store_went_away_is_not_fetched_again(faults: Faults, tmp_path: Path) -> None:
    content = os.urandom(1_000_000)
    sha256 = put(content, tmp_path, storage.sources)
    part = tmp_path / "work" / "sources" / f"{sha256}.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(content[:900_000])
    faults.set("cut", methods=("GET",))  # no answer longer than 300,000 bytes comes whole
    with storage.sources.local(sha256) as path:
        assert path.read_bytes() == content
    assert faults.met == 1


def test_a_copy_with_other_content_than_its_name_is_not_used(faults: Faults, tmp_path: Path) -> None:
    sha256 = put(os.urandom(1000), tmp_path, storage.sources)
    bucket: Any = storages["sources"]
    bucket.client.put_object(Bucket=bucket.bucket_name, Key=bucket.key(storage.sources.name(sha256)), Body=b"x" * 1000)
    with pytest.raises(StorageError) as damaged, storage.sources.local(sha256):
        pass
    assert damaged.value.code == "storage_damaged"
    assert not (tmp_path / "work" / "sources" / sha256).exists()


def test_an_upload_in_parts_goes_on_through_errors_in_its_middle(faults: Faults, tmp_path: Path) -> None:
    content = os.urandom((16 << 20) + 1)
    path = tmp_path / "source"
    path.write_bytes(content)
    sha256 = hash_of(path)
    faults.set("error", methods=("PUT",), times=1)
    with pytest.raises(StorageError):
        storage.renditions.put(path, sha256)
    assert path.exists()
    assert kept() == set()
    faults.set("none")
    storage.renditions.put(path, sha256)
    assert kept() == {sha256}


def test_the_studio_answers_an_upload_with_the_code_and_keeps_nothing(faults: Faults, admin_client: Client) -> None:
    faults.set("refuse")
    file = io.BytesIO(testing.recording())
    file.name = "lesson.mp4"
    answer = admin_client.post("/admin/recordings/upload/", {"file": file})
    assert answer.status_code in {400, 503}
    assert "storage_away" in answer.content.decode()
    assert not Asset.objects.exists()


def test_a_learner_gets_503_and_may_come_again(faults: Faults, client: Client) -> None:
    media = selectors.media([asset_id := testing.ready_asset()])[asset_id]
    assert media.sound
    faults.set("refuse")
    answer = client.get(media.sound.url)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    faults.set("none")
    assert client.get(media.sound.url).status_code == 200


def test_pages_ask_the_store_for_nothing(faults: Faults) -> None:
    media = selectors.media([asset_id := testing.ready_asset()])[asset_id]
    faults.set("silent")
    data = playback.start_data(media)
    assert data["sound"]["init"]
    assert all(picture["init"] for picture in data["pictures"])
    assert faults.met == 0


def test_rows_of_files_that_could_not_be_removed_stay_until_they_are(faults: Faults) -> None:
    asset_id = testing.ready_asset()
    Asset.objects.filter(pk=asset_id).update(wanted_at=now() - timedelta(days=3))
    faults.set("error", methods=("DELETE",))
    with pytest.raises(StorageError):
        services.collect_garbage(keep=[], now=now())
    assert Asset.objects.exists()
    faults.set("none")
    services.collect_garbage(keep=[], now=now())
    assert not Asset.objects.exists()
    assert not StoredFile.objects.exists()
    assert kept() == set()
    assert list(storage.sources.listing()) == []


WRONG = {
    "AWS_SECRET_ACCESS_KEY": ("not-the-key", "storage_refused"),
    "AWS_ACCESS_KEY_ID": ("nobody", "storage_refused"),
    "MEDIA_STORAGE": ("s3://no-such-bucket", "storage_no_bucket"),
    "S3_ENDPOINT_URL": ("http://127.0.0.1:9", "storage_away"),
}


@pytest.mark.parametrize("variable", WRONG)
def test_a_wrong_setting_is_named_at_start_with_what_was_tried(s3: Mapping[str, str], variable: str) -> None:
    value, code = WRONG[variable]
    with buckets.used(s3, **{variable: value}):
        [message] = checks.bucket(None)
        assert message.is_serious()
        assert variable in message.msg
        assert (s3["S3_ENDPOINT_URL"] if variable != "S3_ENDPOINT_URL" else value) in message.msg
        assert s3["AWS_SECRET_ACCESS_KEY"] not in message.msg
        with pytest.raises(StorageError) as refused:
            services.ingest(file=io.BytesIO(testing.recording()), name="lesson.mp4", now=now())
        assert refused.value.code == code
    assert not Asset.objects.exists()


def test_a_site_starts_while_a_store_that_answered_before_is_away(faults: Faults) -> None:
    assert checks.bucket(None) == []
    faults.set("refuse")
    [message] = checks.bucket(None)
    assert not message.is_serious()
