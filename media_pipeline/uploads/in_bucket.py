"""What arrives as parts of a multipart upload in the bucket, so that any machine goes on with it.

S3 takes parts of 5 MiB or more. What is less than a part at a piece's end is kept as an object of its own (the tail),
and becomes the beginning of the next part. The row stores the parts' ETags and the tail's objects: what others have
written is not used, and a part that was overwritten is refused by S3 when the upload is completed.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

import base64
import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from lms.core.bucket import PrivateBucket, translated
from lms.core.storage_errors import StorageError
from media_pipeline import services
from media_pipeline.models import Upload
from media_pipeline.uploads.pieces import Gone

PART_BYTES = 5 << 20
_WHOLE = "whole"


class Parts:
    """What has arrived of one upload. `stored` is {"upload": S3's id, "parts": [ETag], "tail": [[name, size]]}."""

    def __init__(self, storage: "InBucket", upload: Upload) -> None:
        self._storage, self._id = storage, upload.pk
        self.stored: dict[str, Any] = dict(upload.stored)
        self._tail = b"".join(storage.read(upload.pk, name, size) for name, size in self.stored["tail"])
        self._over: list[str] = []

    def wants(self, at: int) -> int:
        return PART_BYTES - at % PART_BYTES

    def alone(self) -> contextlib.AbstractContextManager[None]:
        return contextlib.nullcontext()

    def write(self, at: int, data: bytes) -> None:
        parts, tail = list(self.stored["parts"]), list(self.stored["tail"])
        assert at == len(parts) * PART_BYTES + len(self._tail)
        ahead = self._tail + data
        rest = data
        while len(ahead) >= PART_BYTES:
            parts.append(self._storage.put_part(self._id, self.stored["upload"], len(parts) + 1, ahead[:PART_BYTES]))
            rest = ahead = ahead[PART_BYTES:]
            self._over += [name for name, _size in tail]
            tail = []
        if rest:
            name = f"{at + len(data) - len(rest)}-{secrets.token_hex(4)}"
            self._storage.put(self._id, name, rest)
            tail.append([name, len(rest)])
        self._tail = ahead
        self.stored = {**self.stored, "parts": parts, "tail": tail}

    def counted(self) -> None:
        with contextlib.suppress(StorageError):  # they go at the end at the latest
            while self._over:
                self._storage.delete(self._id, self._over.pop())


class InBucket:
    """The folder of a PrivateBucket."""

    def __init__(self, storage: Any) -> None:
        self._bucket: PrivateBucket = storage

    def begin(self, upload_id: UUID) -> dict[str, Any]:
        with translated():
            answer = self._bucket.client.create_multipart_upload(**self._at(upload_id, _WHOLE))
        return {"upload": answer["UploadId"], "parts": [], "tail": []}

    @contextlib.contextmanager
    def opened(self, upload: Upload) -> Iterator[Parts]:
        if not upload.stored:  # begun before the site's files went to the bucket
            raise Gone
        try:
            parts = Parts(self, upload)
        except FileNotFoundError as error:
            raise Gone from error
        yield parts

    def hand_on(self, upload: Upload, *, now: datetime) -> UUID:
        """Completed, read once for its hash, and copied to its place by the bucket itself."""
        if not upload.stored:
            raise Gone
        try:
            self._complete(upload)
            return services.adopt(
                key=self._at(upload.pk, _WHOLE)["Key"],
                name=upload.name,
                language=upload.language,
                uploaded_by_id=upload.owner_id,
                now=now,
            )
        except FileNotFoundError as error:
            raise Gone from error

    def _complete(self, upload: Upload) -> None:
        """Harmless when it is complete already."""
        at, stored = self._at(upload.pk, _WHOLE), upload.stored
        with contextlib.suppress(FileNotFoundError), translated():
            if self._bucket.client.head_object(**at)["ContentLength"] == upload.length_bytes:
                return
        parts = list(stored["parts"])
        tail = b"".join(self.read(upload.pk, name, size) for name, size in stored["tail"])
        if tail:
            parts.append(self.put_part(upload.pk, stored["upload"], len(parts) + 1, tail))
        named = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(parts, start=1)]
        with translated():
            self._bucket.client.complete_multipart_upload(
                **at, UploadId=stored["upload"], MultipartUpload={"Parts": named}
            )

    def remove(self, upload_id: UUID) -> None:
        client = self._bucket.client
        below = {"Bucket": self._bucket.bucket_name, "Prefix": self._at(upload_id, "")["Key"]}
        with translated():
            for page in client.get_paginator("list_multipart_uploads").paginate(**below):
                for one in page.get("Uploads", ()):
                    with contextlib.suppress(client.exceptions.NoSuchUpload):
                        client.abort_multipart_upload(Bucket=below["Bucket"], Key=one["Key"], UploadId=one["UploadId"])
            for page in client.get_paginator("list_objects_v2").paginate(**below):
                for entry in page.get("Contents", ()):
                    client.delete_object(Bucket=below["Bucket"], Key=entry["Key"])

    def strays(self, *, before: datetime) -> Iterator[UUID]:
        client = self._bucket.client
        below = {"Bucket": self._bucket.bucket_name, "Prefix": f"{self._bucket.location}/"}
        found: dict[str, datetime] = {}
        with translated():
            for page in client.get_paginator("list_multipart_uploads").paginate(**below):
                found |= {_upload_of(one["Key"]): one["Initiated"] for one in page.get("Uploads", ())}
            for page in client.get_paginator("list_objects_v2").paginate(**below):
                found |= {_upload_of(one["Key"]): one["LastModified"] for one in page.get("Contents", ())}
        for name, written in found.items():
            if written < before:
                with contextlib.suppress(ValueError):
                    yield UUID(name)

    def room_bytes(self) -> int:
        """Not known: a bucket that is full says so."""
        return 1 << 62

    def read(self, upload_id: UUID, name: str, size: int) -> bytes:
        """An object of the tail. Raises FileNotFoundError, also when it has another size."""
        with translated():
            data: bytes = self._bucket.client.get_object(**self._at(upload_id, name))["Body"].read()
        if len(data) != size:
            raise FileNotFoundError(name)
        return data

    def put(self, upload_id: UUID, name: str, data: bytes) -> None:
        with translated():
            self._bucket.client.put_object(**self._at(upload_id, name), Body=data, ContentMD5=_md5(data))

    def put_part(self, upload_id: UUID, multipart: str, number: int, data: bytes) -> str:
        """Gives the part's ETag."""
        with translated():
            answer = self._bucket.client.upload_part(
                **self._at(upload_id, _WHOLE), UploadId=multipart, PartNumber=number, Body=data, ContentMD5=_md5(data)
            )
        return str(answer["ETag"])

    def delete(self, upload_id: UUID, name: str) -> None:
        with translated():
            self._bucket.client.delete_object(**self._at(upload_id, name))

    def _at(self, upload_id: UUID, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket.bucket_name, "Key": self._bucket.key(f"{upload_id}/") + name}


def _md5(data: bytes) -> str:
    return base64.b64encode(hashlib.md5(data, usedforsecurity=False).digest()).decode()


def _upload_of(key: str) -> str:
    return key.rpartition("/")[0].rpartition("/")[2]
