"""Storages in a real bucket, of one test."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.test import override_settings

from lms.core.bucket import PrivateBucket, config
from lms.settings import storing
from lms.settings.environment import read

QUICK = {"connect_timeout": 2, "read_timeout": 2, "retries": {"total_max_attempts": 1, "mode": "standard"}}


def storages(addresses: Mapping[str, str], **changed: str) -> dict[str, Any]:
    """STORAGES as the product makes them of these variables, under keys of their own; calls fail soon."""
    bucket = read({**addresses, **changed, "DATA_DIR": str(settings.DATA_DIR)}).bucket
    own = secrets.token_hex(6)
    made = {
        "default": storing.place(f"{own}/files", bucket=bucket, base_url="/files/"),
        "sources": storing.place(f"{own}/sources", bucket=bucket),
        "uploads": storing.place(f"{own}/uploads", bucket=bucket),
        "renditions": storing.place(f"{own}/renditions", bucket=bucket),
    }
    for storage in made.values():
        storage["OPTIONS"]["client_config"] = config(addressing="path", **QUICK)
    return settings.STORAGES | made


@contextmanager
def used(addresses: Mapping[str, str], **changed: str) -> Iterator[None]:
    """Everything is kept in the bucket."""
    with override_settings(STORAGES=storages(addresses, **changed)):
        yield


def objects(storage: PrivateBucket) -> dict[str, dict[str, Any]]:
    """What is in the storage: the last part of each key, and what S3 says of it."""
    client, found = storage.client, {}
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=storage.bucket_name, Prefix=f"{storage.location}/")
    for page in pages:
        for entry in page.get("Contents", ()):
            found[entry["Key"].rpartition("/")[2]] = client.head_object(Bucket=storage.bucket_name, Key=entry["Key"])
    return found
