"""Sizes, durations and rates as people read them (the words of the design: 约 3 兆, 8 分钟)."""

import math

from django.utils.translation import gettext, ngettext

MEGABYTE = 1_000_000


def data_size(size_bytes: int) -> str:
    """About how much data: one decimal below 2 MB, whole MB above; "不到 0.1 兆" for almost nothing."""
    megabytes = size_bytes / MEGABYTE
    if megabytes < 0.1:
        return gettext("under 0.1 MB")
    number = f"{megabytes:.1f}" if megabytes < 1.95 else f"{megabytes:.0f}"
    return gettext("about %(number)s MB") % {"number": number}


def duration(duration_s: float) -> str:
    """A length in whole minutes; in seconds below one and a half minutes."""
    if duration_s < 90:
        seconds = max(1, round(duration_s))
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    minutes = math.floor(duration_s / 60 + 0.5)
    return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}


def clock_time(position_s: float) -> str:
    """A position as m:ss or h:mm:ss."""
    whole = int(position_s)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
