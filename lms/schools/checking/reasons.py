"""Whether the reasons given for unmet requests are true (section 5), by trying each pattern on the timetable."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations, product
from typing import Any

from lms.schools.checking.rules import Violation, fixed_joined, lessons, most_at_once
from lms.schools.checking.world import Row, Slot, World, slots_of

Pattern = tuple[Row, bool, tuple[Slot, ...], tuple[Slot, ...]]
"""Teacher, whether a fixed stream, lead slots, school slots."""


class _Used:
    """What the timetable uses."""

    def __init__(self, world: World, plan: Any) -> None:
        self.streams: dict[tuple[str, str, frozenset[Slot]], int] = {}
        self.teacher: set[tuple[str, Slot]] = set()
        self.load: Counter[str] = Counter()
        self.studios: Counter[tuple[str, Slot]] = Counter()
        self.classes: set[tuple[str, Slot]] = set()
        self.rooms: Counter[tuple[str, Slot]] = Counter()
        self.links: dict[str, list[tuple[datetime, datetime]]] = {}
        for stream in plan["streams"]:
            teacher = world.teachers[stream["teacher"]]
            self.streams[teacher["id"], stream["level"], frozenset(slots_of(stream))] = len(stream["receivers"])
            if not fixed_joined(teacher, stream):
                self.load[teacher["id"]] += len(stream["slots"])
            for slot in slots_of(stream):
                self.teacher.add((teacher["id"], slot))
                self.studios[teacher["site"], slot] += 1
        for lesson in lessons(plan):
            request = world.requests[lesson.request]
            school = world.school_of(request)
            self.classes.add((request["class"], lesson.own))
            self.rooms[school["id"], lesson.own] += 1
            span = span_of(world, world.teachers[lesson.teacher], lesson.lead)
            self.links.setdefault(school["county"], []).append(span)


def span_of(world: World, teacher: Row, lead: Slot) -> tuple[datetime, datetime]:
    site = world.site_of(teacher)
    start = world.start(site, lead)
    return start, start + timedelta(minutes=world.minutes(site, lead))


def untrue(world: World, plan: Any) -> Iterator[Violation]:
    """Reasons that are not so, and requests that could simply be added."""
    used = _Used(world, plan)
    for one in plan["unmet"]:
        request, given = world.requests[one["request"]], set(one["reasons"])
        where = f"unmet {request['id']}"
        true, addable = _truth(world, used, request)
        if addable:
            yield Violation("section 5", where, "A pattern breaks nothing: the request could simply be added.")
        if given - true:
            yield Violation("section 5", where, f"Not true: {', '.join(sorted(given - true))}.")


def _truth(world: World, used: _Used, request: Row) -> tuple[set[str], bool]:
    """All true reasons, and whether a pattern breaks nothing."""
    serving = [
        teacher
        for teacher in world.teachers.values()
        if teacher["subject"] == request["subject"]
        and (
            request["level"] in teacher["levels"]
            or any(fixed["level"] == request["level"] for fixed in teacher.get("fixed_streams", []))
        )
        and world.serves(world.site_of(teacher), world.school_of(request))
    ]
    if not serving:
        return {"no_teacher"}, False
    true: set[str] = set()
    some = addable = False
    for teacher in serving:
        for pattern in _patterns(world, request, teacher):
            broken = _broken(world, used, request, pattern)
            some, addable = True, addable or not broken
            true |= broken
    return (true, addable) if some else ({"no_common_time"}, False)


def _patterns(world: World, request: Row, teacher: Row) -> Iterator[Pattern]:
    if teacher["id"] in world.away:
        return
    school, site = world.school_of(request), world.site_of(teacher)
    opened = [
        (slot[0], slot[1])
        for slot in world.classes[request["class"]]["open"]
        if (school["id"], slot[0]) not in world.offline
    ]

    def follow(lead: Slot) -> list[Slot]:
        if (site["id"], lead[0]) in world.closed:
            return []
        return [own for own in opened if world.meet(site, lead, school, own)]

    def ways(fixed: bool, leads: tuple[Slot, ...], choices: list[list[Slot]]) -> Iterator[Pattern]:
        if len({lead[0] for lead in leads}) == len(leads):
            for own in product(*choices):
                if len({slot[0] for slot in own}) == len(own):
                    yield teacher, fixed, leads, own

    if request["level"] in teacher["levels"]:
        free = [(lead, own) for lead in sorted({(s[0], s[1]) for s in teacher["free"]}) if (own := follow(lead))]
        for chosen in combinations(free, request["lessons_per_week"]):
            yield from ways(False, tuple(lead for lead, _ in chosen), [own for _, own in chosen])
    for fixed in teacher.get("fixed_streams", []):
        leads = tuple(slots_of(fixed))
        if fixed["level"] == request["level"] and len(leads) == request["lessons_per_week"]:
            yield from ways(True, leads, [follow(lead) for lead in leads])


def _broken(world: World, used: _Used, request: Row, pattern: Pattern) -> set[str]:
    """The rules that the pattern would break if it alone were added."""
    teacher, fixed, leads, own = pattern
    broken: set[str] = set()
    joined = used.streams.get((teacher["id"], request["level"], frozenset(leads)))
    if (joined or 0) >= teacher["max_receivers"]:
        broken.add("stream_full")
    if joined is None:
        if any((teacher["id"], lead) in used.teacher for lead in leads):
            broken.add("teacher_busy")
        if not fixed and used.load[teacher["id"]] + len(leads) > teacher["max_weekly_lessons"]:
            broken.add("teacher_full")
        site = world.site_of(teacher)
        if any(used.studios[site["id"], lead] >= site["studios"] for lead in leads):
            broken.add("studio_full")
    school = world.school_of(request)
    if any((request["class"], slot) in used.classes for slot in own):
        broken.add("class_busy")
    if any(used.rooms[school["id"], slot] >= school["remote_rooms"] for slot in own):
        broken.add("room_full")
    limit = world.counties[school["county"]]["max_concurrent"]
    for lead in leads:
        start, end = span_of(world, teacher, lead)
        there = [(max(start, a), min(end, b)) for a, b in used.links.get(school["county"], []) if a < end and start < b]
        if most_at_once([*there, (start, end)])[0] > limit:
            broken.add("link_full")
    return broken
