"""A site that grows: its files from this machine's folders into the bucket that the settings name now.

May be broken off and begun again: what is there with its size and checksum is not sent again. The folders stay as they
are, so that the way back is open until the operator removes them.
"""

import mimetypes
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.storage import storages

from lms.core.bucket import TRANSFER, PrivateBucket, translated
from lms.core.storage_errors import StorageError
from media_pipeline.adapters.objects import etag_of
from media_pipeline.adapters.storage import Blobs, hash_of, renditions, sources
from media_pipeline.models import Asset, Rendition, StoredFile

Tell = Callable[[str, int, bool], None]  # the file, its size, whether it was sent now


@dataclass(frozen=True)
class Moved:
    """What came of it. `damaged` are files whose content is not that of their name: not sent."""

    sent: int
    there_before: int
    bytes_sent: int
    damaged: tuple[str, ...]
    missing: tuple[str, ...]  # rows whose file is in neither place


def move(*, data_dir: Path, pictures: Path, tell: Tell) -> Moved:
    """Copy sources, renditions, and the pictures and documents of pages. Raises StorageError."""
    page_files: Any = storages["default"]
    counts, damaged = [0, 0, 0], []
    for name, size, new in _all(data_dir, pictures, page_files):
        if new is None:
            damaged.append(name)
            continue
        tell(name, size, new)
        counts[0 if new else 1] += 1
        counts[2] += size if new else 0
    return Moved(counts[0], counts[1], counts[2], tuple(damaged), tuple(_missing()))


def _all(data_dir: Path, pictures: Path, page_files: PrivateBucket) -> Iterator[tuple[str, int, bool | None]]:
    types = dict(Rendition.objects.values_list("file_id", "mime").distinct())
    names = dict(Asset.objects.values_list("source_sha256", "name"))
    for path in _files(data_dir / "sources"):
        yield _blob(sources, path, _guessed(names.get(path.name, "")))
    for path in _files(data_dir / "renditions"):
        yield _blob(renditions, path, types.get(path.name, "").partition(";")[0] or _guessed(""))
    for path in _files(pictures):
        yield _page_file(page_files, path, str(path.relative_to(pictures)))


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".part")


def _guessed(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _blob(blobs: Blobs, path: Path, mime: str) -> tuple[str, int, bool | None]:
    name, size = f"{blobs.alias}/{path.name}", path.stat().st_size
    if hash_of(path) != path.name:
        return name, size, None
    if blobs.exists(path.name):
        return name, size, False
    blobs.send_ahead(path, path.name, mime=mime)
    return name, size, True


def _page_file(storage: PrivateBucket, path: Path, name: str) -> tuple[str, int, bool]:
    size, expected = path.stat().st_size, etag_of(path)
    at = {"Bucket": storage.bucket_name, "Key": storage.key(name)}
    if _etag(storage, at) == expected:
        return name, size, False
    with translated():
        about = {"ContentType": _guessed(name)}
        storage.client.upload_file(str(path), at["Bucket"], at["Key"], ExtraArgs=about, Config=TRANSFER)
    if _etag(storage, at) != expected:
        raise StorageError("storage_damaged", name)
    return name, size, True


def _etag(storage: PrivateBucket, at: dict[str, str]) -> str:
    try:
        with translated():
            return str(storage.client.head_object(**at)["ETag"]).strip('"')
    except FileNotFoundError:
        return ""


def _missing() -> Iterator[str]:
    """Rows whose file the store does not list."""
    for blobs, rows in (
        (sources, set(Asset.objects.values_list("source_sha256", flat=True))),
        (renditions, set(StoredFile.objects.values_list("sha256", flat=True))),
    ):
        for sha256 in sorted(rows - {name for name, _written in blobs.listing()}):
            yield f"{blobs.alias}/{sha256}"
