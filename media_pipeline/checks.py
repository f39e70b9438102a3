"""System checks: what the pipeline needs from the settings."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError, storages

from lms.core import startup


@register()
def storages_are_there(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Both storages can be made."""
    found: list[CheckMessage] = []
    for alias in ("sources", "renditions"):
        try:
            storages[alias]
        except (InvalidStorageError, ImproperlyConfigured) as error:
            found.append(Error(f"The storage {alias!r} cannot be used: {error}", id="media_pipeline.E001"))
    return found


@register()
def someone_says_what_is_shown(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """Without MEDIA_SHOWN_ASSETS nobody could watch anything."""
    if getattr(settings, "MEDIA_SHOWN_ASSETS", None):
        return []
    hint = "Name a function: (asset_ids) -> the ids that a published page shows."
    return [Error("MEDIA_SHOWN_ASSETS is not set.", hint=hint, id="media_pipeline.E002")]


@register(startup.TAG, deploy=True)
def broker_takes_our_password(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """A broker that is away comes back, and encoding waits for it; one that refuses us never will."""
    if not settings.CELERY_BROKER_URL:
        return []
    from media_pipeline import tasks

    refusal = tasks.refusal()
    if refusal is None:
        return []
    hint = "redis://:PASSWORD@HOST:6379/0, signs like / and @ in the password as %2F and %40"
    return [Error(f"CELERY_BROKER_URL: the broker refuses it ({refusal}). Use {hint}.", id="media_pipeline.E003")]
