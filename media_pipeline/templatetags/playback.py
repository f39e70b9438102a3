"""The player's part of a lesson page."""

import json

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString

from media_pipeline.playback import start_data
from media_pipeline.types import Media

register = template.Library()


@register.simple_tag
def lesson_media(media: Media) -> SafeString:
    """The start data as `<script type="application/json" id="lesson-media">`, without white space."""
    return json_script(start_data(media), "lesson-media", encoder=_Compact)


@register.filter
def track_count(media: Media) -> int:
    """How many sounds and renditions can be played."""
    return len(media.sounds) + len(media.renditions)


class _Compact(json.JSONEncoder):
    def __init__(self, **options: object) -> None:
        super().__init__(**{**options, "separators": (",", ":"), "ensure_ascii": False})  # type: ignore[arg-type]
