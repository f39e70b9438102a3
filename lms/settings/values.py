"""How single values of the environment are read."""

import math
from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured


def choice(values: Mapping[str, str], name: str, default: str, choices: tuple[str, ...]) -> str:
    """One of `choices`. Raises ImproperlyConfigured."""
    value = values.get(name, default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name}={value!r} is not known: use one of {', '.join(choices)}.")
    return value


def number(values: Mapping[str, str], name: str, default: float, *, least: float, most: float) -> float:
    """A number from `least` to `most`. Raises ImproperlyConfigured."""
    try:
        value = float(values.get(name, default))
    except ValueError:
        value = math.nan
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name}={values.get(name)!r}: use a number from {least:g} to {most:g}.")
    return value
