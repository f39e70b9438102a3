"""Files by content in a bucket of S3: keys that never change meaning, verified before anyone is told of them."""

import contextlib
import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Waiting
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import BotoCoreError
from django.conf import settings
from urllib3.exceptions import HTTPError

from lms.core.bucket import PART_BYTES, TRANSFER, PrivateBucket, translated
from lms.core.storage_errors import StorageError
from media_pipeline.adapters.copies import Copies
from media_pipeline.adapters.hashing import BLOCK, name_of

FOREVER = "public, max-age=31536000, immutable"
ALIVE_EVERY_S = 0.5
RESUMED_AT_MOST = 5  # times in a row without a byte more
_PAUSE_S = 0.5
_T = TypeVar("_T")


class _GaveUp(Exception):
    """Whoever wanted it has gone."""


@dataclass(frozen=True)
class Found:
    """What an object holds, by reading it."""

    sha256: str
    size: int
    head: bytes
    etag: str  # as S3 gives it when the object is sent or copied with our part size


class Objects:
    """The store of a PrivateBucket."""

    def __init__(self, bucket: Any) -> None:
        self._bucket: PrivateBucket = bucket

    def path(self, sha256: str) -> None:
        return None

    def exists(self, sha256: str) -> bool:
        with contextlib.suppress(FileNotFoundError):
            self._head(sha256)
            return True
        return False

    def open(self, sha256: str, *, first: int = 0, length: int | None = None) -> Any:
        last = "" if length is None else str(first + length - 1)
        with translated():
            return self._get(sha256, f"bytes={first}-{last}")["Body"]

    def send_ahead(self, source: Path, sha256: str, *, mime: str, alive: Callable[[], None]) -> None:
        _watched(lambda ended: self._send(source, sha256, mime, ended), alive)

    def put(self, source: Path, sha256: str, *, mime: str, alive: Callable[[], None]) -> None:
        self.send_ahead(source, sha256, mime=mime, alive=alive)
        source.unlink()

    def look(self, key: str, *, head_bytes: int) -> Found:
        """Read an object of the bucket, wherever in it. Raises FileNotFoundError, StorageError."""
        digest, etag, size, head = hashlib.sha256(), _Etag(), 0, b""
        with translated():
            body = self._bucket.client.get_object(Bucket=self._bucket.bucket_name, Key=key)["Body"]
            with contextlib.closing(body):
                for block in body.iter_chunks(BLOCK):
                    head = head or block[:head_bytes]
                    digest.update(block)
                    etag.update(block)
                    size += len(block)
        return Found(digest.hexdigest(), size, head, etag.text())

    def copy_in(self, key: str, found: Found, *, mime: str) -> None:
        """As `send_ahead`, of an object that the bucket has under another key: no byte comes here and back."""
        if self._has(found.sha256, found.size):
            return
        at = self._at(found.sha256)
        about = {**_about(found.sha256, mime), "MetadataDirective": "REPLACE"}
        with translated():
            self._bucket.client.copy(
                {"Bucket": at["Bucket"], "Key": key}, at["Bucket"], at["Key"], ExtraArgs=about, Config=TRANSFER
            )
        self._verify(found.etag, found.sha256, found.size)

    def delete(self, sha256: str) -> None:
        with translated():
            self._bucket.client.delete_object(**self._at(sha256))

    def listing(self) -> Iterator[tuple[str, datetime]]:
        with translated():
            pages = self._bucket.client.get_paginator("list_objects_v2").paginate(**self._below())
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield entry["Key"].rpartition("/")[2], entry["LastModified"]

    def sweep_unfinished(self, *, before: datetime) -> int:
        client, swept = self._bucket.client, 0
        with translated():
            for page in client.get_paginator("list_multipart_uploads").paginate(**self._below()):
                for upload in page.get("Uploads", ()):
                    if upload["Initiated"] < before:
                        client.abort_multipart_upload(
                            Bucket=self._bucket.bucket_name, Key=upload["Key"], UploadId=upload["UploadId"]
                        )
                        swept += 1
        return swept

    @contextlib.contextmanager
    def local(self, sha256: str, *, alive: Callable[[], None]) -> Iterator[Path]:
        copies = Copies(Path(settings.MEDIA_WORK_DIR))

        def fetch(part: Path) -> None:
            copies.make_room(self._head(sha256)["ContentLength"] + settings.MEDIA_ROOM_KEPT_BYTES)
            _watched(lambda ended: self._fetch(sha256, part, ended), alive)

        with copies.use(sha256, fetch, alive=alive) as copy:
            yield copy

    def _at(self, sha256: str) -> dict[str, str]:
        return {"Bucket": self._bucket.bucket_name, "Key": self._bucket.key(name_of(sha256))}

    def _below(self) -> dict[str, str]:
        return {"Bucket": self._bucket.bucket_name, "Prefix": f"{self._bucket.location}/"}

    def _head(self, sha256: str) -> dict[str, Any]:
        with translated():
            return cast(dict[str, Any], self._bucket.client.head_object(**self._at(sha256)))

    def _get(self, sha256: str, span: str) -> dict[str, Any]:
        return cast(dict[str, Any], self._bucket.client.get_object(**self._at(sha256), Range=span))

    def _send(self, source: Path, sha256: str, mime: str, ended: threading.Event) -> None:
        """Upload and verify, unless it is there. An object appears whole or not at all."""
        size = source.stat().st_size
        if self._has(sha256, size):
            return

        def sent(_size: int) -> None:
            if ended.is_set():
                raise _GaveUp

        at = self._at(sha256)
        with translated():
            try:
                self._bucket.client.upload_file(
                    str(source), at["Bucket"], at["Key"], ExtraArgs=_about(sha256, mime), Callback=sent, Config=TRANSFER
                )
            except S3UploadFailedError as error:
                raise error.__context__ or error from None
        self._verify(etag_of(source), sha256, size)

    def _has(self, sha256: str, size: int) -> bool:
        with contextlib.suppress(FileNotFoundError):
            return bool(self._head(sha256)["ContentLength"] == size)
        return False

    def _verify(self, etag: str, sha256: str, size: int) -> None:
        """What S3 has is what was sent: by its ETag where that tells, else by reading it again. Else it is removed."""
        try:
            head = self._head(sha256)
        except FileNotFoundError as error:
            raise StorageError("storage_damaged", "sent, but not there") from error
        if head["ContentLength"] == size and (head["ETag"].strip('"') == etag or self._reads(sha256)):
            return
        self.delete(sha256)
        raise StorageError("storage_damaged", f"{size} bytes sent, {head['ContentLength']} with other content found")

    def _reads(self, sha256: str) -> bool:
        digest = hashlib.sha256()
        with translated(), contextlib.closing(self._get(sha256, "bytes=0-")["Body"]) as body:
            for block in body.iter_chunks(BLOCK):
                digest.update(block)
        return digest.hexdigest() == sha256

    def _fetch(self, sha256: str, part: Path, ended: threading.Event) -> None:
        """Into `part`, going on where it ends, through broken connections. Raises FileNotFoundError, StorageError."""
        tries = 0
        while True:
            before = part.stat().st_size if part.exists() else 0
            try:
                if self._fetch_on(sha256, part, before, ended):
                    return
                error: Exception = StorageError("storage_away", "the answer ended early")
            except (StorageError, BotoCoreError, HTTPError, OSError) as problem:
                if isinstance(problem, OSError) or getattr(problem, "code", "storage_away") != "storage_away":
                    raise
                error = problem
            tries = 0 if part.exists() and part.stat().st_size > before else tries + 1
            if tries >= RESUMED_AT_MOST:
                raise StorageError("storage_away", str(error)) from error
            if ended.wait(_PAUSE_S * tries):
                raise _GaveUp

    def _fetch_on(self, sha256: str, part: Path, first: int, ended: threading.Event) -> bool:
        """One request from byte `first` on. Returns True when the file is whole."""
        size = self._head(sha256)["ContentLength"]
        if first >= size:
            return True
        with translated():
            answer = self._get(sha256, f"bytes={first}-")
            with contextlib.closing(answer["Body"]) as body, part.open("ab") as out:
                while block := body.read(BLOCK):
                    if ended.is_set():
                        raise _GaveUp
                    out.write(block)
        return part.stat().st_size >= size


def etag_of(path: Path) -> str:
    """The ETag that S3 gives a file sent with our part size: its MD5, or that of its parts' MD5s and their number."""
    etag = _Etag()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            etag.update(block)
    return etag.text()


class _Etag:
    """An ETag of what is read block by block."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._part = _md5()

    def update(self, block: bytes) -> None:
        while block:
            room = PART_BYTES - self._size % PART_BYTES
            self._part.update(block[:room])
            self._size += len(block[:room])
            if self._size % PART_BYTES == 0:
                self._parts.append(self._part.digest())
                self._part = _md5()
            block = block[room:]

    def text(self) -> str:
        if self._size < PART_BYTES:
            return self._part.hexdigest()
        parts = [*self._parts, self._part.digest()] if self._size % PART_BYTES else self._parts
        return f"{_md5(b''.join(parts)).hexdigest()}-{len(parts)}"


def _md5(data: bytes = b"") -> Any:
    return hashlib.md5(data, usedforsecurity=False)


def _about(sha256: str, mime: str) -> dict[str, Any]:
    return {"ContentType": mime, "CacheControl": FOREVER, "Metadata": {"sha256": sha256}}


def _watched(work: Callable[[threading.Event], _T], alive: Callable[[], None]) -> _T:
    """Do `work` beside, and call `alive` meanwhile; when that raises, `work` is told to end, and has."""
    ended = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="storage") as beside:
        running: Future[_T] = beside.submit(work, ended)
        try:
            while True:
                try:
                    return running.result(ALIVE_EVERY_S)
                except Waiting:
                    if running.done():
                        raise
                    alive()
        finally:
            ended.set()
