import errno
import io
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import transaction
from django.test import override_settings
from django.utils import translation

from lms.core.clock import now
from media_pipeline import refusals, services, testing
from media_pipeline.adapters import storage
from media_pipeline.models import Asset, Rendition, Step, StoredFile
from tests.media_pipeline.places import files_in

pytestmark = pytest.mark.django_db


def upload(data: bytes, name: str = "lesson.mp4", **more: Any) -> Any:
    return services.ingest(file=io.BytesIO(data), name=name, now=now(), **more)


def test_an_upload_is_kept_by_content_with_its_steps_waiting(tmp_path: Path) -> None:
    asset = Asset.objects.get(id=upload(testing.recording(), language="zh-hans"))
    assert asset.state == "received"
    assert asset.language == "zh-hans"
    assert files_in(tmp_path / "sources") == {asset.source_sha256}
    assert list(asset.steps.order_by("kind").values_list("kind", "state")) == [
        ("examine", "waiting"), ("pictures", "waiting"), ("plain", "waiting"), ("share", "waiting"),
        ("slides", "waiting"), ("storyboard", "waiting"), ("voice", "waiting"),
    ]  # fmt: skip
    assert not files_in(tmp_path / "uploads")


def test_the_same_bytes_in_the_same_language_are_the_same_asset() -> None:
    first = upload(testing.recording(), name="a.mp4", language="zh-hans")
    assert upload(testing.recording(), name="b.mp4", language="zh-hans") == first
    assert upload(testing.recording(), name="a.mp4", language="en") != first


def test_uploading_again_what_failed_tries_it_again() -> None:
    asset_id = testing.failed_asset()
    again = testing.received_asset(name="lesson.mp4", fail={"examine": "damaged"})
    assert again == asset_id
    assert Asset.objects.get(id=asset_id).state == "received"


def test_a_large_upload_is_moved_not_copied(tmp_path: Path) -> None:
    (tmp_path / "uploads").mkdir()
    file = TemporaryUploadedFile("lesson.mp4", "video/mp4", 0, None)
    file.write(testing.recording())
    file.seek(0)
    inode = Path(file.temporary_file_path()).stat().st_ino
    asset = Asset.objects.get(id=services.ingest(file=file, name="lesson.mp4", now=now()))
    file.close()
    kept = storage.sources.path(asset.source_sha256)
    assert kept is not None
    assert kept.stat().st_ino == inode


def test_a_small_upload_in_memory_is_kept_too() -> None:
    file = SimpleUploadedFile("lesson.mp4", testing.recording())
    file.read(5)
    asset = Asset.objects.get(id=services.ingest(file=file, name="lesson.mp4", now=now()))
    with storage.sources.open(asset.source_sha256) as kept:
        assert kept.read() == testing.recording()


@pytest.mark.parametrize(
    ("data", "name", "refusal"),
    [
        (b"", "lesson.mp4", refusals.EmptyFile),
        (testing.recording(), "lesson.docx", refusals.UnknownName),
        (testing.recording(), "lesson.mp4.exe", refusals.UnknownName),
        (b"#EXTM3U\nfile:///etc/passwd\n", "lesson.mp4", refusals.UnknownContent),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "lesson.mkv", refusals.UnknownContent),
        (b"%PDF-1.7", "lesson.mov", refusals.UnknownContent),
        (b"\x00" * 5000, "lesson.ts", refusals.UnknownContent),
        (b"\x00", "lesson.mp4", refusals.UnknownContent),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_kept(
    data: bytes, name: str, refusal: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(refusal) as refused:
        upload(data, name)
    assert len(str(refused.value)) > 20
    assert not Asset.objects.exists()
    assert not files_in(tmp_path)


@override_settings(MEDIA_MAX_SOURCE_BYTES=1000)
def test_what_is_too_large_is_refused_before_all_of_it_is_written(tmp_path: Path) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1) -> bytes:
            self.given += size
            return testing.recording() + b"\0" * size

    endless = Endless()
    with pytest.raises(refusals.TooLarge):
        services.ingest(file=endless, name="lesson.mp4", now=now())  # type: ignore[arg-type]
    assert endless.given < 10_000_000
    assert not files_in(tmp_path)


def test_a_name_without_an_ending_is_judged_by_content() -> None:
    upload(testing.recording(), "recording")


def test_an_interrupted_upload_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionResetError
            return super().read(40)

    with pytest.raises(ConnectionResetError):
        services.ingest(file=Broken(testing.recording()), name="lesson.mp4", now=now())
    assert not files_in(tmp_path)
    assert not Asset.objects.exists()


def test_a_full_disk_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **about: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(storage.Blobs, "put", full)
    with translation.override("en"), pytest.raises(refusals.NoSpaceForUpload, match="operator"):
        upload(testing.recording())
    assert not Asset.objects.exists()
    assert not files_in(tmp_path)


def test_a_transaction_undone_leaves_no_row_and_the_stray_file_is_collected(tmp_path: Path) -> None:
    with transaction.atomic():
        upload(testing.recording())
        transaction.set_rollback(True)
    assert not Asset.objects.exists()
    services.collect_garbage(keep=set(), now=now() + timedelta(days=3))
    assert not files_in(tmp_path)


def test_retry_goes_on_where_it_failed() -> None:
    asset_id = testing.received_asset(fail={"share": "encoder_failed"})
    moment = now()
    while Step.objects.filter(state="waiting").exists():
        testing.work_off(now=moment)
        moment += timedelta(minutes=10)
    assert Asset.objects.get(id=asset_id).state == "failed"
    services.retry(asset_id=asset_id, now=now())
    asset = Asset.objects.get(id=asset_id)
    assert (asset.state, asset.error_code) == ("encoding", "")
    assert set(asset.steps.values_list("kind", "state")) == {
        ("examine", "done"), ("voice", "done"), ("pictures", "done"), ("share", "waiting"),
        ("slides", "done"), ("plain", "done"), ("storyboard", "done"),
    }  # fmt: skip


def test_cancel_stops_what_waits_and_retry_takes_it_up_again() -> None:
    asset_id = testing.playable_asset()
    services.cancel(asset_id=asset_id, now=now())
    assert testing.work_off() == 0
    assert Asset.objects.get(id=asset_id).error_code == "cancelled"
    services.retry(asset_id=asset_id, now=now())
    testing.work_off()
    assert Asset.objects.get(id=asset_id).state == "ready"


def test_cancelling_what_is_ready_changes_nothing() -> None:
    asset_id = testing.ready_asset()
    services.cancel(asset_id=asset_id, now=now())
    assert Asset.objects.get(id=asset_id).state == "ready"


def test_unknown_assets_are_named() -> None:
    for verb in (services.retry, services.cancel):
        with pytest.raises(refusals.UnknownAsset):
            verb(asset_id=uuid4(), now=now())


def test_garbage_is_what_no_page_names_for_two_days(tmp_path: Path) -> None:
    kept, dropped = testing.ready_asset(name="kept.mp4"), testing.ready_asset(name="dropped.mp4")
    assert services.collect_garbage(keep={kept}, now=now()) == []
    assert services.collect_garbage(keep={kept}, now=now() + timedelta(days=3)) == [dropped]
    assert set(Asset.objects.values_list("id", flat=True)) == {kept}
    assert files_in(tmp_path / "renditions") == set(StoredFile.objects.values_list("sha256", flat=True))
    assert files_in(tmp_path / "sources") == set(Asset.objects.values_list("source_sha256", flat=True))


def test_what_was_uploaded_again_is_not_garbage(tmp_path: Path) -> None:
    long_ago = now() - timedelta(days=30)
    asset_id = services.ingest(file=io.BytesIO(testing.recording()), name="lesson.mp4", now=long_ago)
    assert upload(testing.recording()) == asset_id
    assert services.collect_garbage(keep=set(), now=now()) == []
    assert len(files_in(tmp_path / "sources")) == 1


def test_garbage_leaves_files_that_another_asset_shows(tmp_path: Path) -> None:
    kept = testing.ready_asset(language="en")
    testing.ready_asset(language="zh-hans")
    services.collect_garbage(keep={kept}, now=now() + timedelta(days=3))
    shown = set(Rendition.objects.values_list("file_id", flat=True))
    assert len(shown) == 12
    assert files_in(tmp_path / "renditions") == shown
    assert len(files_in(tmp_path / "sources")) == 1
