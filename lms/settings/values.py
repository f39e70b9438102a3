"""How single values of the environment are read."""

import math
import re
from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured


def choice(values: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of `choices`. Raises ImproperlyConfigured."""
    value = values.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} is not known: use one of {', '.join(choices)}.")
    return value


UNITS = {"": 1, "MB": 10**6, "GB": 10**9, "TB": 10**12}


def room(values: Mapping[str, str], name: str) -> int | None:
    """So many bytes at the most, or with a unit (200GB); None where nothing is said. Raises ImproperlyConfigured."""
    value = values.get(name, "").strip()
    if not value:
        return None
    found = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{1,3})?)\s*(MB|GB|TB)?", value)
    size_bytes = round(float(found[1]) * UNITS[found[2] or ""]) if found else 0
    if size_bytes < 1:
        raise ImproperlyConfigured(f"{name}={value!r}: use a size like 200GB or 1.5TB, or leave it out for no limit.")
    return size_bytes


def number(values: Mapping[str, str], name: str, default: float, *, least: float, most: float) -> float:
    """A number from `least` to `most`. Raises ImproperlyConfigured."""
    try:
        value = float(values.get(name, default))
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name}={values.get(name)!r}: use a number from {least:g} to {most:g}.")
    return value
