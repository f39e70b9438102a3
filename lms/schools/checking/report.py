"""The whole of what the checker says about a timetable."""

from dataclasses import dataclass
from typing import Any

from lms.schools.checking import reasons, rules
from lms.schools.checking.costs import Costs, costs
from lms.schools.checking.rules import Violation
from lms.schools.checking.world import N_, Unreadable, world


@dataclass(frozen=True)
class Changes:
    """A repair in lessons a week (section 6)."""

    forced_lessons: int
    forced_replaced: int
    other_moved: int
    other_lost: int


@dataclass(frozen=True)
class Report:
    """`coverage_percent` is counted anew; `claims` are figures of the file that are not so; costs are S1 to S8."""

    violations: tuple[Violation, ...]
    coverage_percent: float
    claims: tuple[str, ...]
    costs: Costs | None
    changes: Changes | None

    @property
    def valid(self) -> bool:
        return not self.violations and not self.claims


def check(instance: Any, plan: Any, repair: Any = None) -> Report:
    """Check a parsed timetable against a parsed instance, and against a parsed REPAIR.json. Raises Unreadable."""
    try:
        there = world(instance, repair["events"] if repair else None)
        found = list(rules.named(there, plan))
        if found:
            return Report(tuple(found), 0.0, (), None, None)
        found += rules.taught(there, plan)
        found += rules.received(there, plan)
        found += reasons.untrue(there, plan)
        coverage = _coverage(instance, plan)
        return Report(
            violations=tuple(found),
            coverage_percent=coverage,
            claims=tuple(_claims(plan, coverage)),
            costs=costs(there, plan),
            changes=_changes(there, plan, repair["previous"]) if repair else None,
        )
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise Unreadable(N_("A document is not of the format (%(error)s)."), error=repr(error)) from error


def _coverage(instance: Any, plan: Any) -> float:
    asked = {row["id"]: row["lessons_per_week"] for row in instance["requests"]}
    covered = sum(asked[one["request"]] for stream in plan["streams"] for one in stream["receivers"])
    return float(100 * covered / sum(asked.values())) if asked else 100.0


def _claims(plan: Any, coverage: float) -> list[str]:
    wrong = []
    if abs(plan["coverage_percent"] - coverage) > 0.01:
        wrong.append(f"coverage_percent is {plan['coverage_percent']}, but {coverage:.4f} % are covered.")
    if plan["bound_percent"] < coverage - 0.01:
        wrong.append(f"bound_percent is {plan['bound_percent']}, but {coverage:.4f} % are covered.")
    return wrong


def _changes(there: Any, plan: Any, previous: Any) -> Changes:
    def by_request(which: Any) -> dict[str, set[rules.Lesson]]:
        found: dict[str, set[rules.Lesson]] = {}
        for lesson in rules.lessons(which):
            found.setdefault(lesson.request, set()).add(lesson)
        return found

    before, after = by_request(previous), by_request(plan)
    forced = {request for request, those in before.items() if any(_gone(there, lesson) for lesson in those)}
    others = before.keys() - forced
    return Changes(
        forced_lessons=sum(len(before[one]) for one in forced),
        forced_replaced=sum(len(before[one]) for one in forced & after.keys()),
        other_moved=sum(len(before[one] - after[one]) for one in others & after.keys()),
        other_lost=sum(len(before[one]) for one in others - after.keys()),
    )


def _gone(there: Any, lesson: rules.Lesson) -> bool:
    teacher = there.teachers[lesson.teacher]
    school = there.school_of(there.requests[lesson.request])
    return (
        lesson.teacher in there.away
        or (teacher["site"], lesson.lead[0]) in there.closed
        or (school["id"], lesson.own[0]) in there.offline
    )
