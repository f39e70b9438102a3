"""System checks: what the pipeline needs from the settings."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import InvalidStorageError, storages


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
