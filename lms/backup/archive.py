"""The archive's file: a ZIP whose members are named by us, written in one go and read with suspicion.

ZIP, because a manifest written last can be read first, every member can be read alone, and everybody can open it.
"""

import hashlib
import os
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EINVAL
from pathlib import Path
from typing import IO, Self

from lms.backup.errors import BackupError, damaged

BLOCK = 1 << 20
MANIFEST, FILES = "manifest.json", "files.jsonl"
MANIFEST_LIMIT = 16_000_000
LINE_LIMIT = 64_000_000  # one row, one revision of a page
# Rows compress about tenfold. Far more than that is no row but a trap for our memory and disk.
BOMB_FROM, BOMB_RATIO = 50_000_000, 300
_NAME = re.compile(r"manifest\.json|files\.jsonl|rows/[A-Za-z0-9_.]{1,200}\.jsonl|files/[0-9]{1,12}")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, struct.error, RuntimeError, ValueError, OverflowError)


@dataclass(frozen=True)
class Content:
    """How long a member is, and its SHA-256 in hex."""

    size_bytes: int
    sha256: str


class Sink:
    """Where a member's bytes go; counts and hashes them."""

    def __init__(self, out: Callable[[bytes], object] = lambda data: None) -> None:
        self._out = out
        self._digest, self._size = hashlib.sha256(), 0

    def write(self, data: bytes) -> None:
        self._out(data)
        self._digest.update(data)
        self._size += len(data)

    @property
    def content(self) -> Content:
        return Content(self._size, self._digest.hexdigest())


class Writer:
    """Writes members one after the other."""

    def __init__(self, file: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True)

    @contextmanager
    def member(self, name: str, *, compressed: bool = True) -> Iterator[Sink]:
        """Write one member; its content is known afterwards."""
        about = zipfile.ZipInfo(name)  # dated 1980: when it was made stands in the manifest
        about.compress_type = zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED
        about.external_attr = 0o600 << 16
        with self._zip.open(about, "w", force_zip64=True) as out:
            yield Sink(out.write)

    def close(self) -> None:
        """Write the ZIP's own list of members."""
        self._zip.close()


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """An archive that appears at `path` when it is whole, for its owner only. Whatever happens, no half one stays."""
    if path.exists():
        raise BackupError("file_exists", file=path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise BackupError("file_unusable", file=path, reason=error.strerror) from error
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            writer = Writer(file)
            try:
                yield writer
            finally:
                writer.close()  # in any case: Python would do it later, when the file is gone
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            raise BackupError("file_exists", file=path)
        part.rename(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Reader:
    """Reads members, each against the length and checksum that it must have."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as error:
            raise BackupError("file_unusable", file=path, reason=error.strerror) from error
        except _BROKEN as error:
            raise BackupError("not_an_archive", file=path) from error
        try:
            self._members = self._checked(self._zip.infolist())
            if MANIFEST not in self._members:
                raise BackupError("not_an_archive", file=path)
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *about: object) -> None:
        self._zip.close()

    @staticmethod
    def _checked(members: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
        """The members by name. Names are compared, never used as paths."""
        known: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            if not _NAME.fullmatch(member.filename) or member.filename in known or member.flag_bits & 1:
                raise damaged(f"member {member.filename[:60]!r}")
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise damaged(f"compression of {member.filename}")
            if member.file_size > max(BOMB_FROM, member.compress_size * BOMB_RATIO):
                raise damaged(f"{member.filename} claims to be {member.file_size} bytes")
            known[member.filename] = member
        return known

    @property
    def names(self) -> set[str]:
        return set(self._members)

    def manifest(self) -> bytes:
        """The bytes of the manifest, which is checked by nothing but the ZIP's own sum."""
        if self._members[MANIFEST].file_size > MANIFEST_LIMIT:
            raise damaged(MANIFEST)
        with self._opened(MANIFEST) as file:
            return _read(file, MANIFEST, MANIFEST_LIMIT)

    def blocks(self, name: str, expected: Content) -> Iterator[bytes]:
        """A member in blocks. Raises BackupError, at the latest after the last, when it is not what is expected."""
        digest, size = hashlib.sha256(), 0
        with self._opened(name) as file:
            while block := _read(file, name, BLOCK):
                digest.update(block)
                size += len(block)
                if size > expected.size_bytes:
                    break
                yield block
        if Content(size, digest.hexdigest()) != expected:
            raise damaged(name)

    def lines(self, name: str, expected: Content) -> Iterator[bytes]:
        """A member line by line; raises as `blocks` does."""
        rest = b""
        for block in self.blocks(name, expected):
            *whole, rest = (rest + block).split(b"\n")
            yield from whole
            if len(rest) > LINE_LIMIT:
                raise damaged(name)
        if rest:
            raise damaged(name)

    def _opened(self, name: str) -> IO[bytes]:
        if name not in self._members:
            raise damaged(f"{name} is missing")
        with _suspicion(name):
            return self._zip.open(self._members[name])


def _read(file: IO[bytes], name: str, size: int) -> bytes:
    with _suspicion(name):
        return file.read(size)


@contextmanager
def _suspicion(name: str) -> Iterator[None]:
    """Whatever the ZIP's own code stumbles over is damage; a disk that cannot be read is not."""
    try:
        yield
    except _BROKEN as error:
        raise damaged(name) from error
    except OSError as error:
        if error.errno != EINVAL:  # told to read before the beginning of the file
            raise
        raise damaged(name) from error
