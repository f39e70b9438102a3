"""Sizes, durations and rates as people read them (the words of the design: 约 3 兆, 8 分钟)."""

import math

from django.utils.translation import gettext, ngettext, pgettext

MEGABYTE = 1_000_000


def _megabytes(size_bytes: int) -> str:
    """A number of megabytes: one decimal below 2, whole above."""
    megabytes = size_bytes / MEGABYTE
    return f"{megabytes:.1f}" if megabytes < 1.95 else f"{megabytes:.0f}"


def data_size(size_bytes: int) -> str:
    """About how much data: "about 3 MB"; "under 0.1 MB" for almost nothing."""
    if size_bytes < 0.1 * MEGABYTE:
        return gettext("under 0.1 MB")
    return gettext("about %(number)s MB") % {"number": _megabytes(size_bytes)}


def data_amount(size_bytes: int) -> str:
    """The same where room is short, in a row of qualities: "3 MB"."""
    if size_bytes < 0.1 * MEGABYTE:
        return gettext("under 0.1 MB")
    return gettext("%(number)s MB") % {"number": _megabytes(size_bytes)}


def duration(duration_s: float) -> str:
    """A length in whole minutes; in seconds below one and a half minutes; in hours from two hours."""
    if duration_s < 90:
        seconds = max(1, round(duration_s))
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    minutes = math.floor(duration_s / 60 + 0.5)
    if minutes >= 120:
        return gettext("%(hours)s h %(minutes)s min") % {"hours": minutes // 60, "minutes": minutes % 60}
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def data_tag(*, size_bytes: int | None, duration_s: float | None) -> str:
    """Length and data together, "8 minutes · about 3 MB of data"; what is not known is left out."""
    parts = [duration(duration_s)] if duration_s else []
    if size_bytes:
        parts.append(gettext("%(size)s of data") % {"size": data_size(size_bytes)})
    return " · ".join(parts)


def clock_time(position_s: float) -> str:
    """A position as m:ss or h:mm:ss."""
    whole = int(position_s)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def quality_label(name: str) -> str:
    """What a rung of the ladder is called for people; an unknown one by its own name."""
    return {
        "voice": pgettext("quality", "Listen only"),
        "slides": pgettext("quality", "Slides"),
        "v48": pgettext("quality", "Low data"),
        "v100": pgettext("quality", "Clear"),
        "v250": pgettext("quality", "Sharp"),
        "high": pgettext("quality", "Finest"),
        "h64": pgettext("quality", "Low data"),
        "h200": pgettext("quality", "Clear"),
        "share": pgettext("quality", "One file"),
    }.get(name, name)
