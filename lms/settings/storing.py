"""Where files are kept and who sends them: folders of this machine, or one bucket of S3."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

DELIVERIES = ("embedded", "nginx", "redirect")


@dataclass(frozen=True)
class Bucket:
    """Where S3 is, and the site's key to it."""

    name: str
    endpoint_url: str | None  # None: Amazon's own, by region
    public_endpoint_url: str | None  # as browsers reach it; for MEDIA_DELIVERY=redirect
    region: str | None
    access_key: str | None  # None: boto3 finds the machine's own
    secret_key: str | None
    session_token: str | None

    @property
    def origin(self) -> str:
        """Where browsers are sent to, for the pages' policy."""
        endpoint = self.public_endpoint_url or self.endpoint_url
        return endpoint or f"https://{self.name}.s3.{self.region}.amazonaws.com"


def place(
    name: str, *, folder: Path | None = None, bucket: Bucket | None, base_url: str | None = None
) -> dict[str, Any]:
    """One storage: what begins with `name` in the bucket, or `folder` (MEDIA_ROOT by default).

    In the bucket, files have an address of the site's when there is a `base_url`.
    """
    if bucket is None:
        local: dict[str, Any] = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
        return local if folder is None else local | {"OPTIONS": {"location": folder, "base_url": base_url}}
    options: dict[str, Any] = {
        "bucket_name": bucket.name,
        "location": name,
        "base_url": base_url,
        **{key: value for key, value in asdict(bucket).items() if key not in {"name", "region"}},
        "region_name": bucket.region,
        "security_token": bucket.session_token,
    }
    del options["session_token"]
    return {"BACKEND": "lms.core.bucket.PrivateBucket", "OPTIONS": options}


def bucket(values: Mapping[str, str]) -> Bucket | None:
    """`MEDIA_STORAGE` and what belongs to it; None for files of this machine."""
    storage = values.get("MEDIA_STORAGE", "files")
    if storage == "files":
        return None
    named = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/?", storage)
    if named is None:
        raise ImproperlyConfigured(f"MEDIA_STORAGE={storage!r} is not known: use files, or s3://BUCKET.")
    access_key, secret_key = values.get("AWS_ACCESS_KEY_ID"), values.get("AWS_SECRET_ACCESS_KEY")
    if bool(access_key) != bool(secret_key):
        missing = "AWS_SECRET_ACCESS_KEY" if access_key else "AWS_ACCESS_KEY_ID"
        raise ImproperlyConfigured(f"{missing} must be set too: the two keys belong together.")
    return Bucket(
        name=named[1],
        endpoint_url=_endpoint(values, "S3_ENDPOINT_URL"),
        public_endpoint_url=_endpoint(values, "S3_PUBLIC_ENDPOINT_URL"),
        # Amazon's variable, with the older one after it; other servers mostly take any.
        region=values.get("AWS_REGION") or values.get("AWS_DEFAULT_REGION") or "us-east-1",
        access_key=access_key or None,
        secret_key=secret_key or None,
        session_token=values.get("AWS_SESSION_TOKEN") or None,
    )


def _endpoint(values: Mapping[str, str], name: str) -> str | None:
    url = values.get(name, "").rstrip("/")
    if not url:
        return None
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and not parts.path
        good = good and not parts.username and not parts.query
    except ValueError:
        good = False
    if not good:
        raise ImproperlyConfigured(
            f"{name} is not an address: use https://HOST or http://HOST:PORT, without a path; "
            "keys belong into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."
        )
    return url


def delivery(values: Mapping[str, str]) -> str:
    """Who sends the bytes of media."""
    chosen = values.get("MEDIA_DELIVERY", "embedded")
    if chosen not in DELIVERIES:
        raise ImproperlyConfigured(f"MEDIA_DELIVERY={chosen!r} is not known: use one of {', '.join(DELIVERIES)}.")
    if chosen == "redirect" and values.get("MEDIA_STORAGE", "files") == "files":
        raise ImproperlyConfigured(
            "MEDIA_DELIVERY='redirect' sends people to S3, but MEDIA_STORAGE is 'files': use embedded or nginx, "
            "or MEDIA_STORAGE=s3://BUCKET."
        )
    return chosen
