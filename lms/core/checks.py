"""Whether bucket and cache that the settings name can be used: tried at the start of a server or worker."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.files.storage import storages
from redis.exceptions import RedisError

from lms.core.startup import TAG
from lms.core.storage_errors import StorageError

REASONS = {
    "storage_refused": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY: the key is refused, or may not list the bucket",
    "storage_no_bucket": "MEDIA_STORAGE: there is no such bucket",
    "storage_away": "S3_ENDPOINT_URL: no answer of S3",
}


@register(TAG, deploy=True)
def bucket(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A wrong key, bucket or address is an error; a store that is away only if it never answered at this address."""
    if not settings.MEDIA_IN_BUCKET:
        return []
    storage: Any = storages["renditions"]
    tried = f"{storage.endpoint_url or 'Amazon S3, ' + storage.region_name}, bucket {storage.bucket_name}"
    answered = Path(settings.DATA_DIR) / "bucket.answered"
    try:
        storage.check()
    except StorageError as error:
        sentence = f"{REASONS.get(error.code, error.code)}: tried {tried}: {error.detail}."
        if error.code == "storage_away" and answered.is_file() and answered.read_text() == tried:
            return [Warning(f"{sentence} It answered before; the site starts without it.", id="core.W001")]
        return [Error(sentence, id="core.E001")]
    answered.write_text(tried)
    return []


@register(TAG, deploy=True)
def cache(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A Redis that refuses us never will let us in. One that is away comes back, and pages go on without it."""
    try:
        caches["default"].get("tried_at_start")
    except RedisError as error:
        form = "redis://:PASSWORD@HOST:6379/1, signs like / and @ in the password as %2F and %40"
        return [Error(f"CACHE_URL: Redis refuses it ({error}). Use {form}.", id="core.E002")]
    return []
