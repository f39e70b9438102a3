"""The list of media in an archive, and their bytes in and out."""

import json
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Literal, Self

from django.conf import settings

from lms.backup.archive import BLOCK, Content, Reader, Sink, Writer
from lms.backup.errors import BackupError, damaged
from lms.backup.manifest import is_sha256
from lms.backup.shelves import SHELVES, Wanted

State = Literal["kept", "missing", "damaged"]
STATES: tuple[State, ...] = ("kept", "missing", "damaged")


@dataclass(frozen=True)
class Entry:
    """One file: which, what it held when the archive was made, and the member with its bytes, if they are in it."""

    shelf: str
    name: str
    mime: str
    state: State
    size_bytes: int = 0
    sha256: str = ""
    member: str = ""

    @property
    def content(self) -> Content:
        return Content(self.size_bytes, self.sha256)

    def dump(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def parse(line: bytes) -> Entry:
    """An entry of the list. Raises BackupError when it is none, or names what no shelf has."""
    try:
        values: Mapping[str, Any] = json.loads(line)
        entry = Entry(**values)
    except (ValueError, TypeError, RecursionError) as error:
        raise damaged("files.jsonl") from error
    shelf = SHELVES.get(entry.shelf) if isinstance(entry.shelf, str) else None
    good = (
        shelf is not None
        and shelf.is_name(entry.name)
        and isinstance(entry.mime, str)
        and entry.state in STATES
        and type(entry.size_bytes) is int
        and (entry.state != "kept" or is_sha256(entry.sha256))
        and isinstance(entry.member, str)
    )
    if not good:
        raise damaged("files.jsonl")
    return entry


def note(wanted: Wanted, number: int, archive: Writer, *, include: bool) -> Entry:
    """What there is of a file, with its bytes into the archive where wanted.

    Without them a file named by its content is not read: whoever restores checks it.
    """
    shelf = SHELVES[wanted.shelf]
    entry = Entry(wanted.shelf, wanted.name, wanted.mime, "missing")
    if wanted.content and not include:
        return _kept(entry, wanted.content) if shelf.exists(wanted.name) else entry
    try:
        file = shelf.open(wanted.name)
    except FileNotFoundError:
        return entry
    member = f"files/{number}" if include else ""
    with file, archive.member(member, compressed=False) if include else nullcontext(Sink()) as out:
        for block in _blocks(file):
            out.write(block)
    entry = replace(_kept(entry, out.content), member=member)
    return entry if wanted.content in (None, out.content) else replace(entry, state="damaged")


def _kept(entry: Entry, content: Content) -> Entry:
    return replace(entry, state="kept", size_bytes=content.size_bytes, sha256=content.sha256)


def _blocks(file: Any) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        yield block


class Fetching:
    """Files of an archive on their way into the storages. Leaving its `with` by an error takes back what came."""

    def __init__(self, archive: Reader, folder: Path | None) -> None:
        self._archive, self._folder = archive, folder
        self._brought: list[Entry] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *about: object) -> None:
        if error is not None:
            for entry in self._brought:
                with suppress(OSError):
                    SHELVES[entry.shelf].remove(entry.name)

    def can_be_had(self, entry: Entry) -> bool:
        """Whether the file is in the storage, the archive or the folder; its content is not looked at."""
        return bool(entry.member) or SHELVES[entry.shelf].exists(entry.name) or self._copy(entry) is not None

    @staticmethod
    def takes_room(entry: Entry) -> bool:
        """Whether the file will take room on this machine's disk."""
        shelf = SHELVES[entry.shelf]
        return shelf.is_local and not shelf.exists(entry.name)

    def verify(self, entry: Entry) -> None:
        """Read the file where it is. Raises BackupError when it is not as it was."""
        if not self._is_stored(entry):
            for _block in self._elsewhere(entry):
                pass

    def bring(self, entry: Entry) -> bool:
        """Have the file in its storage, verified. False when it was there already."""
        if self._is_stored(entry):
            return False
        temporary = Path(settings.FILE_UPLOAD_TEMP_DIR)
        temporary.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=temporary, suffix=".upload", delete=False) as copy:
            path = Path(copy.name)
            try:
                for block in self._elsewhere(entry):
                    copy.write(block)
                copy.close()
                SHELVES[entry.shelf].put(path, entry.name, entry.mime)
            finally:
                path.unlink(missing_ok=True)
        self._brought.append(entry)
        return True

    def _is_stored(self, entry: Entry) -> bool:
        shelf = SHELVES[entry.shelf]
        if not shelf.exists(entry.name):
            return False
        hashed = Sink()
        with shelf.open(entry.name) as file:
            for block in _blocks(file):
                hashed.write(block)
        if hashed.content != entry.content:
            raise BackupError("media_differs", example=_place(entry))
        return True

    def _elsewhere(self, entry: Entry) -> Iterator[bytes]:
        """The bytes from the archive or the folder. Raises BackupError, after the last, when they are others."""
        if entry.member:
            yield from self._archive.blocks(entry.member, entry.content)
            return
        path, hashed = self._copy(entry), Sink()
        if path is None:
            raise BackupError("media_missing", count=1, example=_place(entry))
        with path.open("rb") as file:
            for block in _blocks(file):
                hashed.write(block)
                yield block
        if hashed.content != entry.content:
            raise BackupError("media_damaged", example=path)

    def _copy(self, entry: Entry) -> Path | None:
        if self._folder is None:
            return None
        path = SHELVES[entry.shelf].below(self._folder, entry.name)
        return path if path.is_file() else None


def _place(entry: Entry) -> str:
    return f"{entry.shelf}/{entry.name}"
