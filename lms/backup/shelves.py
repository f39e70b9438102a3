"""Where files that the database names are kept: recordings, renditions, and pictures and documents of pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Protocol

from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.files.utils import validate_file_name
from django.db.backends.base.base import BaseDatabaseWrapper

from lms.backup.archive import Content
from lms.backup.errors import BackupError
from lms.backup.manifest import is_sha256
from lms.backup.tables import archived
from media_pipeline import selectors as media_pipeline
from media_pipeline.adapters.storage import Blobs, renditions, sources


@dataclass(frozen=True)
class Wanted:
    """A file that the database names; what it holds is known beforehand where files are named by it."""

    shelf: str
    name: str
    mime: str = ""
    content: Content | None = None


class Shelf(Protocol):
    """One place of files."""

    folder: str  # where its files are below DATA_DIR, and below --media-from

    @property
    def is_local(self) -> bool:
        """Whether the files are on this machine's disk."""

    def wanted(self, connection: BaseDatabaseWrapper) -> Iterator[Wanted]:
        """The files that the rows name; to be asked at the moment that is archived."""

    def is_name(self, name: Any) -> bool:
        """True for what can be a name here, and can only be one here."""

    def below(self, folder: Path, name: str) -> Path:
        """Where a copy of this shelf's folder has the file."""

    def exists(self, name: str) -> bool: ...

    def open(self, name: str) -> Any:
        """The file, open for reading. Raises FileNotFoundError."""

    def put(self, path: Path, name: str, mime: str) -> None:
        """Move `path` in under `name`, where nothing is yet."""

    def remove(self, name: str) -> None: ...


class ByContent:
    """Files of the media pipeline, named by their SHA-256."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self.folder = blobs.alias

    @property
    def is_local(self) -> bool:
        return self._blobs.path("0" * 64) is not None

    def wanted(self, connection: BaseDatabaseWrapper) -> Iterator[Wanted]:
        for file in media_pipeline.kept_files(self._blobs.alias, database=connection.alias):
            yield Wanted(self.folder, file.sha256, file.mime, Content(file.size_bytes, file.sha256))

    def is_name(self, name: Any) -> bool:
        return is_sha256(name)

    def below(self, folder: Path, name: str) -> Path:
        return folder / self.folder / name[:2] / name

    def exists(self, name: str) -> bool:
        return self._blobs.exists(name)

    def open(self, name: str) -> Any:
        return self._blobs.open(name)

    def put(self, path: Path, name: str, mime: str) -> None:
        self._blobs.put(path, name, mime=mime)

    def remove(self, name: str) -> None:
        self._blobs.delete(name)


class OfPages:
    """Files of Django's default storage: those of every file field of every model."""

    folder = "media"

    @property
    def is_local(self) -> bool:
        try:
            return bool(default_storage.path("any"))
        except NotImplementedError:
            return False

    def wanted(self, connection: BaseDatabaseWrapper) -> Iterator[Wanted]:
        quote = connection.ops.quote_name
        parts = [
            f"SELECT {quote(column.name)} FROM {quote(table.name)} WHERE {quote(column.name)} <> ''"  # noqa: S608
            for table in archived()
            for column in table.columns
            if column.is_file
        ]
        with connection.chunked_cursor() as cursor:
            cursor.execute(f"{' UNION '.join(parts)} ORDER BY 1")
            while fetched := cursor.fetchmany(500):
                for (name,) in fetched:
                    yield Wanted(self.folder, name)

    def is_name(self, name: Any) -> bool:
        if not isinstance(name, str) or not 0 < len(name) < 1000 or "\\" in name or "\0" in name:
            return False
        try:
            validate_file_name(name, allow_relative_path=True)
        except SuspiciousFileOperation:
            return False
        return PurePosixPath(name).as_posix() == name

    def below(self, folder: Path, name: str) -> Path:
        return folder / self.folder / name

    def exists(self, name: str) -> bool:
        return default_storage.exists(name)

    def open(self, name: str) -> IO[bytes]:
        return default_storage.open(name, "rb")

    def put(self, path: Path, name: str, mime: str) -> None:
        with path.open("rb") as file:
            saved = default_storage.save(name, File(file))
        if saved != name:
            default_storage.delete(saved)
            raise BackupError("media_differs", example=f"{self.folder}/{name}")
        path.unlink()

    def remove(self, name: str) -> None:
        default_storage.delete(name)


SHELVES: dict[str, Shelf] = {shelf.folder: shelf for shelf in (ByContent(sources), ByContent(renditions), OfPages())}
