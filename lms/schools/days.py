"""Days of a term: which have lessons, when a period of one is, where a week begins."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lms.schools.models import Term

HOME_ZONE = "Asia/Shanghai"
"""By whose clock days are told that are no place's own."""
WEEK = timedelta(days=7)
Span = tuple[datetime, datetime]


def today_at_home(now: datetime) -> date:
    """The date in the home zone."""
    return now.astimezone(ZoneInfo(HOME_ZONE)).date()


def monday_of(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def school_days(term: Term) -> Iterator[tuple[date, int]]:
    """The days of a term with the weekday (1 = Monday) whose lessons they have."""
    day = term.starts_on
    while day <= term.ends_on:
        weekday = term.swapped.get(day.isoformat())
        if weekday is None and day.isoformat() not in term.holidays and day.isoweekday() <= 5:
            weekday = day.isoweekday()
        if weekday is not None:
            yield day, weekday
        day += timedelta(days=1)


def span(day: date, slot: Sequence[int], bells: Sequence[Mapping[str, Any]], zone: str) -> Span:
    """Start and end of a period on a day of a place, in UTC."""
    bell = bells[slot[1] - 1]
    hour, minute = (int(part) for part in str(bell["start"]).split(":"))
    starts_at = datetime.combine(day, time(hour, minute), ZoneInfo(zone)).astimezone(UTC)
    return starts_at, starts_at + timedelta(minutes=bell["minutes"])
