"""One private bucket of S3, for everything that is uploaded and made: the storage behind `MEDIA_STORAGE=s3://BUCKET`.

Nobody but the site and its proxy reads it: addresses on pages are the site's own, and S3 is asked with signatures.
Calls are short and tried again; what goes wrong comes as StorageError, with a code and the way out.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import boto3
from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from urllib3.exceptions import HTTPError

from lms.core.storage_errors import StorageError

PART_BYTES = 16 << 20  # larger files go up in parts of this size; S3 allows 10,000 parts
CONNECT_S, READ_S = 3, 8  # a call that hangs ends well within a step's lease (20 s)
TRANSFER = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=4)
_REFUSED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "403"}
_FULL = {"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "EntityTooLarge", "507"}
_FULL_STATUS = 507
_NOT_FOUND = {"NoSuchKey", "NoSuchUpload", "InvalidPart", "404"}


def config(*, addressing: str, **changed: Any) -> Config:
    """How a client of boto3 speaks with S3. `changed` are options of botocore's Config."""
    options: dict[str, Any] = {
        "s3": {"addressing_style": addressing},
        "signature_version": "s3v4",
        "connect_timeout": CONNECT_S,
        "read_timeout": READ_S,
        "retries": {"total_max_attempts": 3, "mode": "standard"},
        "max_pool_connections": 32,
        # Servers other than Amazon's may not know these checksums; content is verified by `media_pipeline`.
        "request_checksum_calculation": "when_required",
        "response_checksum_validation": "when_required",
    }
    return Config(**options | changed)


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Errors of boto3 as FileNotFoundError for an object or part that is not there, and as StorageError."""
    try:
        yield
    except ClientError as error:
        raise _meaning(error) from error
    except S3UploadFailedError as error:
        cause = error.__context__
        if isinstance(cause, ClientError):
            raise _meaning(cause) from error
        raise StorageError("storage_away", str(error)) from error
    except (BotoCoreError, HTTPError) as error:
        raise StorageError("storage_away", str(error)) from error


def _meaning(error: ClientError) -> Exception:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    detail = f"{error.operation_name}: {status} {code}"
    if code in _NOT_FOUND:
        return FileNotFoundError(detail)
    if code == "NoSuchBucket":
        return StorageError("storage_no_bucket", detail)
    if code in _REFUSED:
        return StorageError("storage_refused", detail)
    if code in _FULL or status == _FULL_STATUS:
        return StorageError("storage_full", detail)
    return StorageError("storage_away", detail)


class PrivateBucket(S3Storage):
    """Django's storage of one folder of the bucket (`location`). OPTIONS: those of django-storages, and

    `base_url`: where the site serves the files itself; `public_endpoint_url`: S3 as browsers reach it, for redirects.
    """

    def __init__(self, *, base_url: str | None = None, public_endpoint_url: str | None = None, **options: Any) -> None:
        addressing = "path" if options.get("endpoint_url") else "auto"
        options.setdefault("client_config", config(addressing=addressing))
        options.setdefault("transfer_config", TRANSFER)
        options.setdefault("file_overwrite", False)
        super().__init__(**options)
        self.base_url = base_url
        self.public_endpoint_url = public_endpoint_url
        self._clients: dict[str | None, Any] = {}
        self._making = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"_clients": {}, "_making": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._making = threading.Lock()

    @property
    def client(self) -> Any:
        """A client of boto3, shared by the threads of this process."""
        return self._client(self.endpoint_url)

    def _client(self, endpoint_url: str | None) -> Any:
        with self._making:
            if endpoint_url not in self._clients:
                session = boto3.Session(
                    aws_access_key_id=self.access_key,
                    aws_secret_access_key=self.secret_key,
                    aws_session_token=self.security_token,
                    region_name=self.region_name,
                )
                self._clients[endpoint_url] = session.client("s3", endpoint_url=endpoint_url, config=self.client_config)
            return self._clients[endpoint_url]

    def key(self, name: str) -> str:
        """The object's key in the bucket."""
        return str(self._normalize_name(name))

    def url(self, name: str, parameters: Any = None, expire: Any = None, http_method: Any = None) -> str:
        """The site's own address: it never ends, and the bucket stays private."""
        if self.base_url is None:
            raise NotImplementedError("These files have no address of their own.")
        return f"{self.base_url}{name}"

    def signed(self, name: str, *, seconds: int, public: bool = False, **headers: str) -> str:
        """An address of the object itself, good for `seconds`; with `public` one that browsers reach.

        `headers` are what S3 is to answer: `ResponseContentType`, `ResponseCacheControl`, ...
        """
        client = self._client(self.public_endpoint_url or self.endpoint_url) if public else self.client
        params = {"Bucket": self.bucket_name, "Key": self.key(name), **headers}
        return str(client.generate_presigned_url("get_object", Params=params, ExpiresIn=seconds))

    def signed_path(self, name: str, *, seconds: int) -> str:
        """As `signed`, without scheme and host: for a proxy that knows where S3 is."""
        parts = urlsplit(self.signed(name, seconds=seconds))
        return urlunsplit(("", "", parts.path, parts.query, ""))

    def check(self) -> None:
        """Ask for one name in the bucket: signature, bucket and the right to list. Raises StorageError."""
        with translated():
            self.client.list_objects_v2(Bucket=self.bucket_name, Prefix=self.location, MaxKeys=1)

    def _save(self, name: str, content: File[bytes]) -> str:
        with translated():
            return str(super()._save(name, content))

    def _open(self, name: str, mode: str = "rb") -> Any:
        with translated():
            return super()._open(name, mode)

    def exists(self, name: str) -> bool:
        with translated():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with translated():
            super().delete(name)
