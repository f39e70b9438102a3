"""Every test of this room has storages of its own, empty."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import override_settings

from lms.core import work

DISK = "django.core.files.storage.FileSystemStorage"


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path) -> Iterator[None]:
    storages = settings.STORAGES | {
        "sources": {"BACKEND": DISK, "OPTIONS": {"location": tmp_path / "sources"}},
        "uploads": {"BACKEND": DISK, "OPTIONS": {"location": tmp_path / "uploads" / "pieces"}},
        "renditions": {"BACKEND": DISK, "OPTIONS": {"location": tmp_path / "renditions"}},
    }
    with override_settings(
        STORAGES=storages,
        MEDIA_WORK_DIR=tmp_path / "work",
        FILE_UPLOAD_TEMP_DIR=tmp_path / "uploads",
        MEDIA_ROOM_KEPT_BYTES=0,
        MEDIA_SHOWN_ASSETS="media_pipeline.testing.shown_everywhere",
    ):
        cache.clear()
        work.stopping.clear()
        yield
        work.stopping.clear()
