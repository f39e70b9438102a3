"""Where the bars of a picture stand, for an SVG that a template writes. Pure; in units of its view box."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from lms.schools.figures.figures import Share

WIDTH, ROW, TOP_LABEL, BAR = 320, 34, 13, 10
MOST_BARS = 30


@dataclass(frozen=True)
class Bar:
    """One bar from the left, with its label above it; `owed` lessons are what it is short of."""

    label: str
    percent: int
    owed: int
    label_y: int
    y: int
    length: int


@dataclass(frozen=True)
class Picture:
    """`left_out` bars, the best, found no room."""

    bars: tuple[Bar, ...]
    height: int
    left_out: int
    width: int = WIDTH
    bar: int = BAR


def by_school(shares: Iterable[Share]) -> Picture:
    """What each school had of what was due, in all subjects; those who are short of most come first."""
    due: Counter[str] = Counter()
    held: Counter[str] = Counter()
    owed: dict[str, int] = defaultdict(int)
    for one in shares:
        due[one.school] += one.due
        held[one.school] += min(one.held, one.due)
        owed[one.school] += one.owed
    percents = {school: 100 * held[school] // due[school] if due[school] else 100 for school in due}
    ordered = sorted(percents, key=lambda school: (percents[school], -owed[school], school))
    bars = tuple(
        Bar(
            school,
            percents[school],
            owed[school],
            at * ROW + TOP_LABEL,
            at * ROW + TOP_LABEL + 5,
            _length(percents[school]),
        )
        for at, school in enumerate(ordered[:MOST_BARS])
    )
    return Picture(bars, len(bars) * ROW, max(0, len(ordered) - MOST_BARS))


def _length(percent: int) -> int:
    return round(WIDTH * percent / 100)
