"""What addresses and forms name, read; what cannot be read is not there."""

from datetime import date
from uuid import UUID

from django.http import Http404
from django.utils.dateparse import parse_date


def key_in(text: str) -> UUID:
    """A row's id, or one that a page made up. Raises Http404."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def day_in(text: str) -> date:
    """A date (ISO). Raises Http404."""
    try:
        day = parse_date(text)
    except ValueError as error:
        raise Http404 from error
    if day is None:
        raise Http404
    return day
