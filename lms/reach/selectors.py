"""How the site reached people, over some days."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from statistics import median, quantiles

from lms.reach.models import Visit
from lms.reach.types import Line, Link, Summary

MOST_ROWS = 100_000  # the newest ones; medians of more are no truer
_ORDER = {link: place for place, link in enumerate(Link.values)}


def summary(*, today: date, days: int) -> Summary:
    """Visits of the last `days` days, today's with them."""
    since = today - timedelta(days=days - 1)
    rows = list(Visit.objects.filter(day__gte=since, day__lte=today).order_by("-id")[:MOST_ROWS])
    groups: dict[tuple[str, str], list[Visit]] = defaultdict(list)
    for row in rows:
        groups[row.region, row.link].append(row)
    # Named regions first; slow links first.
    order = sorted(groups, key=lambda key: (not key[0], key[0], _ORDER[key[1]]))
    return Summary(_line("", "", rows), tuple(_line(*key, groups[key]) for key in order))


def _line(region: str, link: str, rows: Sequence[Visit]) -> Line:
    played = [row for row in rows if row.played_s]
    hours = sum(row.played_s for row in played) / 3600
    paint, sound = _spread([row.paint_ms for row in rows]), _spread([row.sound_ms for row in rows])
    return Line(
        region=region,
        link=link,
        visits=len(rows),
        paint_median_s=paint[0],
        paint_p90_s=paint[1],
        sound_median_s=sound[0],
        sound_p90_s=sound[1],
        stalled_percent=100 * sum(row.stalls > 0 for row in played) / len(played) if played else None,
        stalled_s_per_hour=sum(row.stalled_ms for row in played) / 1000 / hours if played else None,
        megabytes_per_hour=sum(row.kilobytes for row in played) / 1000 / hours if played else None,
    )


def _spread(values_ms: Sequence[int | None]) -> tuple[float | None, float | None]:
    """Median and 90th percentile, in seconds."""
    found = [value / 1000 for value in values_ms if value is not None]
    if not found:
        return None, None
    return median(found), quantiles(found, n=10, method="inclusive")[8] if len(found) > 1 else found[0]
