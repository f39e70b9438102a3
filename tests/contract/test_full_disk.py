"""A disk that is really full, under the real ffmpeg: work waits, the upload is kept, nothing half-made is shown."""

import hashlib
import io
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import override_settings

from lms.core.clock import now
from media_pipeline import services
from media_pipeline.models import Asset, Rendition, Step, Upload
from media_pipeline.refusals import NoSpaceForUpload
from media_pipeline.steps import run_next
from media_pipeline.uploads import services as uploads
from media_pipeline.uploads.on_disk import FLUSH_BYTES
from tests.factories import clips
from tests.factories import courses as make

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
DISK = "django.core.files.storage.FileSystemStorage"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of a few megabytes that holds everything the pipeline writes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", place], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a small disk can only be made as root: {mounted.stderr.strip()}")
    stores = {name: {"BACKEND": DISK, "OPTIONS": {"location": place / name}} for name in ("sources", "renditions")}
    stores["uploads"] = {"BACKEND": DISK, "OPTIONS": {"location": place / "uploads" / "pieces"}}
    try:
        with override_settings(
            STORAGES=django_settings.STORAGES | stores,
            MEDIA_WORK_DIR=place / "work",
            FILE_UPLOAD_TEMP_DIR=place / "uploads",
            MEDIA_ROOM_KEPT_BYTES=0,
            MEDIA_SPACE_PAUSE_S=0,
        ):
            yield place
    finally:
        subprocess.run(["umount", place], check=True)


def fill(disk: Path, *, leaving_bytes: int) -> Path:
    """A file that leaves so little room."""
    other = disk / "other"
    other.write_bytes(b"x" * (shutil.disk_usage(disk).free - leaving_bytes))
    return other


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_encoding_waits_on_a_full_disk_and_goes_on_when_there_is_room(disk: Path, tmp_path: Path) -> None:
    film = clips.noise(tmp_path / "film.mp4", seconds=4)
    with film.open("rb") as file:
        asset_id = services.ingest(file=file, name="film.mp4", now=now())
    assert run_next(now=now())  # the examination writes nothing
    other = fill(disk, leaving_bytes=8_000)
    for _ in range(2):
        assert run_next(now=now())
    assert set(Step.objects.filter(kind="voice").values_list("state", "failures")) == {("waiting_for_space", 0)}
    assert not Rendition.objects.exists()
    assert not files(disk / "work")
    assert len(files(disk / "sources")) == 1
    other.unlink()
    while run_next(now=now()):
        pass
    assert Asset.objects.get(id=asset_id).state == "ready"
    assert not files(disk / "work")


def test_an_upload_that_does_not_fit_is_refused_with_a_sentence_and_leaves_nothing(disk: Path, tmp_path: Path) -> None:
    film = clips.noise(tmp_path / "film.mp4", seconds=4)
    (disk / "uploads").mkdir()
    fill(disk, leaving_bytes=film.stat().st_size // 2)
    with film.open("rb") as file, pytest.raises(NoSpaceForUpload):
        services.ingest(file=file, name="film.mp4", now=now())
    assert not Asset.objects.exists()
    assert [path.name for path in files(disk)] == ["other"]


def test_a_recording_on_its_way_waits_for_room_and_goes_on(disk: Path, tmp_path: Path) -> None:
    film = clips.sound(tmp_path / "film.wav", seconds=30).read_bytes()  # 2.6 MB
    owner = make.user()
    upload = uploads.begin(owner_id=owner.pk, name="film.wav", length_bytes=len(film), now=now())
    about = {"upload_id": upload.pk, "owner_id": owner.pk, "clock": now}
    other = fill(disk, leaving_bytes=len(film) // 2)  # room that nobody could foresee
    with pytest.raises(NoSpaceForUpload):
        uploads.take(offset_bytes=0, body=io.BytesIO(film), size_bytes=len(film), **about)
    arrived = Upload.objects.get().offset_bytes
    assert arrived == FLUSH_BYTES
    with pytest.raises(NoSpaceForUpload):
        uploads.begin(owner_id=owner.pk, name="another.wav", length_bytes=len(film), now=now())
    other.unlink()
    rest = io.BytesIO(film[arrived:])
    asset_id = uploads.take(offset_bytes=arrived, body=rest, size_bytes=len(film) - arrived, **about).asset_id
    assert Asset.objects.get(id=asset_id).source_sha256 == hashlib.sha256(film).hexdigest()
    assert len(files(disk)) == 1
