"""Who reads a tile aloud where the phone cannot."""

from django import template
from django.templatetags.static import static

from courses.aloud import recording

register = template.Library()


@register.filter
def recorded(words: str) -> str:
    """Address of the recording of `words`; empty where nobody has read them."""
    path = recording(str(words))
    return static(path) if path else ""
