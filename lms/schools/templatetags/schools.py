"""Codes and times of paired classes in templates."""

from datetime import datetime
from typing import TYPE_CHECKING

from django import template

from lms.schools import words

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

register = template.Library()


@register.filter
def state_words(code: str) -> "str | _StrPromise":
    """A plan's state."""
    return words.STATES[code]


@register.filter
def subject_words(code: str) -> "str | _StrPromise":
    """A subject."""
    return words.subject(code)


@register.filter(expects_localtime=False)
def clock(at: datetime) -> str:
    """Hours and minutes on the clock the time was given by, not on the site's."""
    return f"{at:%H:%M}"


@register.filter
def slot_words(which: tuple[int, int]) -> str:
    """A weekday and a period."""
    return words.slot(which)
