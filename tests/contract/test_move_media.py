import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.management import call_command
from django.test import Client, override_settings
from wagtail.images import get_image_model

from media_pipeline import selectors, testing
from media_pipeline.adapters.storage import renditions
from media_pipeline.models import StoredFile
from tests.factories import buckets
from tests.factories.faults import on_the_way

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
DISK = "django.core.files.storage.FileSystemStorage"


@pytest.fixture
def folders(tmp_path: Path) -> Any:
    """A site whose files are on this machine."""
    cache.clear()
    kept = {
        "default": {"BACKEND": DISK, "OPTIONS": {"location": tmp_path / "media", "base_url": "/files/"}},
        "sources": {"BACKEND": DISK, "OPTIONS": {"location": tmp_path / "sources"}},
        "renditions": {"BACKEND": DISK, "OPTIONS": {"location": tmp_path / "renditions"}},
    }
    with override_settings(
        STORAGES=settings.STORAGES | kept,
        DATA_DIR=tmp_path,
        MEDIA_ROOT=tmp_path / "media",
        MEDIA_WORK_DIR=tmp_path / "work",
        FILE_UPLOAD_TEMP_DIR=tmp_path / "uploads",
        MEDIA_ROOM_KEPT_BYTES=0,
        MEDIA_SHOWN_ASSETS="media_pipeline.testing.shown_everywhere",
    ):
        yield


def move() -> dict[str, Any]:
    out = io.StringIO()
    call_command("move_media", "--json", stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


@pytest.mark.usefixtures("folders")
def test_everything_moves_once_is_verified_and_plays_from_the_bucket(s3: Mapping[str, str], client: Client) -> None:
    asset_id = testing.ready_asset()
    default_storage.save("images/potato.webp", ContentFile(b"a picture"))
    sound = selectors.media([asset_id])[asset_id].sound
    assert sound
    before = client.get(sound.url).getvalue()
    with buckets.used(s3), override_settings(MEDIA_IN_BUCKET=True):
        first = move()
        assert first["sent"] == StoredFile.objects.count() + 2
        assert (first["damaged"], first["missing"]) == ([], [])
        assert (move()["sent"], move()["there_before"]) == (0, first["sent"])
        assert client.get(sound.url).getvalue() == before
        about = buckets.objects(storages["renditions"])[sound.url.split("/")[-2]]  # type: ignore[arg-type]
        assert about["ContentType"] == "audio/mp4"
        picture = client.get("/files/images/potato.webp")
        assert (picture.status_code, b"".join(picture.streaming_content)) == (200, b"a picture")


@pytest.mark.usefixtures("folders")
def test_a_move_that_broke_off_goes_on(s3: Mapping[str, str]) -> None:
    testing.ready_asset()
    with on_the_way(s3) as (faults, addresses), buckets.used(addresses), override_settings(MEDIA_IN_BUCKET=True):
        faults.set("error", methods=("PUT",), times=1)
        with pytest.raises(SystemExit):
            move()
        assert list(renditions.listing()) == []
        faults.set("none")
        assert move()["missing"] == []


@pytest.mark.usefixtures("folders")
def test_what_is_damaged_or_missing_is_named(s3: Mapping[str, str], tmp_path: Path) -> None:
    testing.ready_asset()
    damaged, gone = StoredFile.objects.values_list("sha256", flat=True)[:2]
    (tmp_path / "renditions" / renditions.name(damaged)).write_bytes(b"other")
    (tmp_path / "renditions" / renditions.name(gone)).unlink()
    errors = io.StringIO()
    with buckets.used(s3), override_settings(MEDIA_IN_BUCKET=True), pytest.raises(SystemExit):
        call_command("move_media", stdout=io.StringIO(), stderr=errors)
    assert "error: incomplete: 3" in errors.getvalue()
    assert f"damaged here: renditions/{damaged}" in errors.getvalue()
    assert f"missing: renditions/{gone}" in errors.getvalue()


def test_without_a_bucket_nothing_moves() -> None:
    errors = io.StringIO()
    with override_settings(MEDIA_IN_BUCKET=False), pytest.raises(SystemExit):
        call_command("move_media", stderr=errors)
    assert "error: no_bucket: MEDIA_STORAGE" in errors.getvalue()


@pytest.mark.usefixtures("folders")
def test_pictures_of_pages_live_in_the_bucket_under_the_site_s_own_addresses(
    s3: Mapping[str, str], client: Client
) -> None:
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", (640, 360), "green").save(drawn, "PNG")
    with buckets.used(s3), override_settings(MEDIA_IN_BUCKET=True):
        image = get_image_model().objects.create(title="potato", file=ContentFile(drawn.getvalue(), "potato.png"))
        rendition = image.get_rendition("width-320|format-webp")
        assert rendition.url.startswith("/files/images/")
        answer = client.get(rendition.url)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/webp"
        assert b"".join(answer.streaming_content)[8:12] == b"WEBP"
        with override_settings(MEDIA_DELIVERY="nginx"):
            handed = client.get(rendition.url)
            assert handed.headers["X-Accel-Redirect"].startswith("/_media/bucket/")
            assert handed.content == b""
        with override_settings(MEDIA_DELIVERY="redirect"):
            assert client.get(rendition.url).headers["Location"].startswith(s3["S3_ENDPOINT_URL"])
        for outside in ("..%2foriginal_images/potato.png", "../original_images/potato.png"):
            assert client.get(f"/files/images/{outside}").status_code == 404
        assert client.get("/files/images/none.webp").status_code == 404
