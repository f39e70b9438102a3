"""The ledger: for each class and subject, week by week, what is required and what was given. Pure.

Five school days require the week's lessons; a week with fewer requires as many fewer, one with a swapped Saturday as
many more, rounded over the term so that no part of a lesson is lost: by the end of a week, `lessons_per_week` times the
school days so far, over five, half up. A lesson that was made up counts in the week of the one in whose place it
stands. `owed` runs on from week to week, as in an account book: all that has been due less all that was held.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

RECORDED = "recording"
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Asked:
    """So many lessons of a subject a week, for a class."""

    school: str
    school_class: str
    subject: str
    lessons_per_week: int


@dataclass(frozen=True)
class Given:
    """One dated lesson of a class, on its school's own day.

    `dropped`: a newer plan took it back before it began. `how` it was held, empty when it was not, or nobody has said.
    `replaces` is the lesson in whose place it stands.
    """

    key: Hashable
    school: str
    school_class: str
    subject: str
    day: date
    how: str = ""
    replaces: Hashable | None = None
    dropped: bool = False


@dataclass(frozen=True)
class Line:
    """A week of a class and subject. `due` of what is required is over; `owed` is None in weeks to come."""

    school: str
    school_class: str
    subject: str
    monday: date
    required: int
    planned: int
    live: int
    recorded: int
    made_up: int
    due: int
    owed: int | None

    @property
    def held(self) -> int:
        """Lessons held in any way."""
        return self.live + self.recorded + self.made_up


_Whose = tuple[str, str, str]


def ledger(asked: Iterable[Asked], given: Iterable[Given], *, school_days: Sequence[date], today: date) -> list[Line]:
    """The lines of a term, by school, class, subject and week. What is of `today` is not over."""
    weekly: Counter[_Whose] = Counter()
    for one in asked:
        weekly[one.school, one.school_class, one.subject] += one.lessons_per_week
    counts = _counted(given, today)
    mondays = sorted({_monday(day) for day in school_days} | {monday for of in counts.values() for monday in of})
    days = Counter(_monday(day) for day in school_days)
    lines: list[Line] = []
    for whose in sorted({*weekly, *counts}):
        lines += _account(whose, weekly[whose], counts.get(whose, {}), mondays, days, today)
    return lines


def _account(
    whose: _Whose,
    weekly: int,
    counts: dict[date, Counter[str]],
    mondays: Iterable[date],
    days: Counter[date],
    today: date,
) -> Iterable[Line]:
    so_far, required_so_far, due_so_far, held_so_far = 0, 0, 0, 0
    for monday in mondays:
        so_far += days[monday]
        required = _half_up(weekly * so_far, 5) - required_so_far
        required_so_far += required
        count = counts.get(monday, Counter())
        # Of the week that is running, what has been: a lesson on Friday is not owed on Thursday.
        due = required if monday + WEEK <= today else min(required, count["over"])
        due_so_far += due
        held_so_far += count["live"] + count["recorded"] + count["made_up"]
        owed = max(0, due_so_far - held_so_far) if monday <= today else None
        planned, live, recorded, made_up = (count[name] for name in ("planned", "live", "recorded", "made_up"))
        yield Line(*whose, monday, required, planned, live, recorded, made_up, due, owed)


def _counted(given: Iterable[Given], today: date) -> dict[_Whose, dict[date, Counter[str]]]:
    """What is planned, over and held, by whose it is and the Monday of its week."""
    rows = {one.key: one for one in given}
    ways: dict[Hashable, list[Given]] = defaultdict(list)
    for one in rows.values():
        ways[_first(one, rows).key].append(one)
    found: dict[_Whose, dict[date, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for key, chain in ways.items():
        first = rows[key]
        if first.dropped and not first.how and len(chain) == 1:
            continue
        count = found[first.school, first.school_class, first.subject][_monday(first.day)]
        count["planned"] += 1
        count["over"] += first.day < today
        if first.how:
            count["recorded" if first.how == RECORDED else "live"] += 1
        elif any(one.how for one in chain):
            count["made_up"] += 1
    return found


def _first(one: Given, rows: dict[Hashable, Given]) -> Given:
    """The lesson at the beginning of those made up for one another."""
    seen = {one.key}
    while one.replaces in rows and one.replaces not in seen:
        one = rows[one.replaces]
        seen.add(one.key)
    return one


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _half_up(number: int, by: int) -> int:
    return (2 * number + by) // (2 * by)
