"""Codes and times of paired classes in templates."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from django import template

from lms.schools import access, words
from lms.schools.access import Person
from lms.schools.class_time import words as class_words

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


@register.filter
def how_words(code: str) -> "str | _StrPromise":
    """How a lesson was held."""
    return class_words.HOW[code]


@register.filter
def cause_words(code: str) -> "str | _StrPromise":
    """Why a lesson was not held."""
    return class_words.CAUSES[code]


@register.filter(expects_localtime=False)
def clock(at: datetime) -> str:
    """Hours and minutes on the clock the time was given by, not on the site's."""
    return f"{at:%H:%M}"


@register.filter
def slot_words(slot: Sequence[int]) -> str:
    """A weekday and a period."""
    return words.slot(*slot)


@register.filter
def has_schools(user: Person) -> bool:
    """Whether somebody has anything to do with paired classes."""
    return access.may_come_in(user)


@register.filter
def at(values: Sequence[object], number: int) -> object:
    """The value of that number, from 0."""
    return values[number]


@register.filter(expects_localtime=False)
def day_of(at: date) -> str:
    """The date on the clock that a time was given by, as addresses have it."""
    return f"{at:%Y-%m-%d}"
