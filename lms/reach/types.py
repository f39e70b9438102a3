"""What other rooms see of reach: frozen values."""

from dataclasses import dataclass

from django.db import models

MAX_BYTES = 200  # of one message, so that telling costs next to nothing


class Link(models.TextChoices):
    """Kinds of link, as browsers guess them (Network Information API, effectiveType)."""

    SLOW_2G = "slow-2g"
    G2 = "2g"
    G3 = "3g"
    G4 = "4g"
    UNKNOWN = ""


@dataclass(frozen=True)
class Seen:
    """How one visit to a lesson went, as the page itself saw it. None: it did not happen, or the browser does not say.

    `paint_ms` from opening the page to its first words; `sound_ms` from the tap on Play to the first sound; `stalls`
    and `stalled_ms` how often and how long the lesson then stood still; `played_s` seconds of it that were played;
    `kilobytes` what the page fetched.
    """

    paint_ms: int | None
    sound_ms: int | None
    stalls: int
    stalled_ms: int
    played_s: int
    kilobytes: int
    link: str


@dataclass(frozen=True)
class Line:
    """Visits of one region over one kind of link. Times in seconds, None without any; amounts per hour of lesson."""

    region: str
    link: str
    visits: int
    paint_median_s: float | None
    paint_p90_s: float | None
    sound_median_s: float | None
    sound_p90_s: float | None
    stalled_percent: float | None  # of the visits that played
    stalled_s_per_hour: float | None
    megabytes_per_hour: float | None


@dataclass(frozen=True)
class Summary:
    """All visits of some days, and the same by region and link."""

    whole: Line
    lines: tuple[Line, ...]
