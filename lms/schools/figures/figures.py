"""Figures of a term, out of the ledger and the dated lessons: are all subjects taught, and in full (开齐开足). Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from lms.schools.figures.ledger import Line

UNSAID = "unsaid"
"""In place of a cause: the lesson is over, and nobody has recorded it."""
CANCELLED = "cancelled"


@dataclass(frozen=True)
class Share:
    """What a school (or a class of it, where `school_class` is filled) should have had of a subject, and had."""

    school: str
    school_class: str
    subject: str
    required: int
    due: int
    planned: int
    live: int
    recorded: int
    made_up: int
    owed: int

    @property
    def held(self) -> int:
        """Lessons held in any way."""
        return self.live + self.recorded + self.made_up

    @property
    def percent(self) -> int:
        """Of what is due, how much was held; never 100 before it is all."""
        return min(100, 100 * self.held // self.due) if self.due else 100


@dataclass(frozen=True)
class Lost:
    """A lesson of a class that came to nothing: why, and in which county."""

    county: str
    cause: str


@dataclass(frozen=True)
class Load:
    """What a lead teacher gives: lessons so far and to come, how many were held with any class, the fullest week."""

    teacher: str
    site: str
    subject: str
    most_weekly: int
    planned: int
    held: int
    fullest_week: int


@dataclass(frozen=True)
class Taught:
    """A lesson as its teacher gives it."""

    teacher: str
    day: date
    held: bool


def shares(lines: Iterable[Line], *, by_class: bool) -> tuple[Share, ...]:
    """The term's sums of each school (or class) and subject. What one class owes, another's surplus does not pay."""
    of_class: dict[tuple[str, str, str], list[Line]] = defaultdict(list)
    for line in lines:
        of_class[line.school, line.school_class, line.subject].append(line)
    sums: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for (school, school_class, subject), found in of_class.items():
        total = sums[school, school_class if by_class else "", subject]
        for line in found:
            for name in ("required", "due", "planned", "live", "recorded", "made_up"):
                total[name] += getattr(line, name)
        total["owed"] += next((line.owed for line in reversed(found) if line.owed is not None), 0)
    names = ("required", "due", "planned", "live", "recorded", "made_up", "owed")
    return tuple(Share(*whose, *(total[name] for name in names)) for whose, total in sorted(sums.items()))


@dataclass(frozen=True)
class Total:
    """Of all shares together: a surplus of one is no lesson of another."""

    due: int
    held: int
    owed: int
    complete: int  # how many are held in full
    of: int

    @property
    def percent(self) -> int:
        """As of a share."""
        return 100 * self.held // self.due if self.due else 100


def total(shares: Sequence[Share]) -> Total:
    """The sum of shares."""
    held = sum(min(one.held, one.due) for one in shares)
    due, owed = sum(one.due for one in shares), sum(one.owed for one in shares)
    return Total(due, held, owed, sum(not one.owed for one in shares), len(shares))


def causes(lost: Iterable[Lost]) -> dict[str, Counter[str]]:
    """How many lessons came to nothing, by county and cause."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for one in lost:
        found[one.county][one.cause] += 1
    return dict(sorted(found.items()))


def load(teacher: str, site: str, subject: str, most_weekly: int, taught: Sequence[Taught]) -> Load:
    """One teacher's load."""
    weeks = Counter(one.day - timedelta(days=one.day.weekday()) for one in taught)
    held = sum(one.held for one in taught)
    return Load(teacher, site, subject, most_weekly, len(taught), held, max(weeks.values(), default=0))
