"""H1 to H16, each as a function that yields what breaks it."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lms.schools.checking.world import Row, Slot, World, slots_of

REASONS = {
    "no_teacher",
    "no_common_time",
    "teacher_busy",
    "teacher_full",
    "stream_full",
    "studio_full",
    "class_busy",
    "room_full",
    "link_full",
}


@dataclass(frozen=True)
class Violation:
    rule: str
    where: str
    sentence: str


@dataclass(frozen=True)
class Lesson:
    """One lesson that a class receives."""

    request: str
    teacher: str
    lead: Slot
    own: Slot


def fixed_joined(teacher: Row, stream: Row) -> bool:
    """Whether the stream is one of the teacher's fixed ones: same level and set of slots."""
    return any(
        fixed["level"] == stream["level"] and {tuple(slot) for slot in fixed["slots"]} == set(slots_of(stream))
        for fixed in teacher.get("fixed_streams", [])
    )


def named(world: World, plan: Any) -> Iterator[Violation]:
    """H1, H2, H3 and H4: what must hold before anything else can be looked at."""
    seen: Counter[str] = Counter()
    for number, stream in enumerate(plan["streams"]):
        where = f"streams[{number}]"
        teacher = world.teachers.get(stream["teacher"])
        if teacher is None:
            yield Violation("H1", where, f"There is no teacher {stream['teacher']}.")
            continue
        if stream["subject"] != teacher["subject"]:
            yield Violation("H1", where, f"{teacher['id']} teaches {teacher['subject']}, not {stream['subject']}.")
        if stream["level"] not in teacher["levels"] and not fixed_joined(teacher, stream):
            yield Violation("H1", where, f"{teacher['id']} does not teach level {stream['level']}.")
        if not stream["receivers"]:
            yield Violation("H1", where, "Nobody receives this stream.")
        site = world.site_of(teacher)
        for slot in slots_of(stream):
            if not world.exists(site, slot):
                yield Violation("H1", where, f"{site['id']} has no slot {list(slot)}.")
        if len({slot[0] for slot in slots_of(stream)}) != len(stream["slots"]):
            yield Violation("H4", where, "Two lessons of the stream on one weekday.")
        for receiver in stream["receivers"]:
            seen[receiver["request"]] += 1
            yield from _receiver_named(world, where, stream, receiver)
    for one in plan["unmet"]:
        seen[one["request"]] += 1
        if one["request"] not in world.requests:
            yield Violation("H1", "unmet", f"There is no request {one['request']}.")
        if not one["reasons"] or not set(one["reasons"]) <= REASONS:
            yield Violation("H2", f"unmet {one['request']}", "It needs one or more of the known reasons.")
    for request in world.requests:
        if seen[request] != 1:
            yield Violation("H2", request, f"The request is in {seen[request]} places instead of one.")


def _receiver_named(world: World, where: str, stream: Row, receiver: Row) -> Iterator[Violation]:
    where = f"{where} {receiver['request']}"
    request = world.requests.get(receiver["request"])
    if request is None:
        yield Violation("H1", where, "There is no such request.")
        return
    if receiver["class"] != request["class"]:
        yield Violation("H1", where, f"The request is of class {request['class']}, not {receiver['class']}.")
    if (stream["subject"], stream["level"]) != (request["subject"], request["level"]):
        yield Violation("H1", where, "The request is for another subject or level.")
    if not len(stream["slots"]) == len(receiver["slots"]) == request["lessons_per_week"]:
        yield Violation("H3", where, f"The request is for {request['lessons_per_week']} lessons.")
    if len({slot[0] for slot in slots_of(receiver)}) != len(receiver["slots"]):
        yield Violation("H4", where, "The class has two of these lessons on one weekday.")
    school = world.school_of(request)
    for slot in slots_of(receiver):
        if not world.exists(school, slot):
            yield Violation("H1", where, f"{school['id']} has no slot {list(slot)}.")


def taught(world: World, plan: Any) -> Iterator[Violation]:
    """H5 to H9 and the part of H16 about teachers and lead sites."""
    busy: Counter[tuple[str, Slot]] = Counter()
    load: Counter[str] = Counter()
    studios: Counter[tuple[str, Slot]] = Counter()
    for number, stream in enumerate(plan["streams"]):
        where = f"streams[{number}]"
        teacher = world.teachers[stream["teacher"]]
        site = world.site_of(teacher)
        free = {tuple(slot) for slot in teacher["free"]}
        if not fixed_joined(teacher, stream):
            load[teacher["id"]] += len(stream["slots"])
            for slot in slots_of(stream):
                if slot not in free:
                    yield Violation("H5", where, f"{teacher['id']} is not free at {list(slot)}.")
        if len(stream["receivers"]) > teacher["max_receivers"]:
            yield Violation("H8", where, f"{teacher['id']} takes {teacher['max_receivers']} receivers at most.")
        if teacher["id"] in world.away:
            yield Violation("H16", where, f"{teacher['id']} is away.")
        for slot in slots_of(stream):
            busy[teacher["id"], slot] += 1
            studios[site["id"], slot] += 1
            if (site["id"], slot[0]) in world.closed:
                yield Violation("H16", where, f"{site['id']} is closed on weekday {slot[0]}.")
    for (own, slot), many in busy.items():
        if many > 1:
            yield Violation("H6", own, f"{many} streams at {list(slot)}.")
    for own, many in load.items():
        if many > world.teachers[own]["max_weekly_lessons"]:
            yield Violation("H7", own, f"{many} lessons; {world.teachers[own]['max_weekly_lessons']} at most.")
    for (own, slot), many in studios.items():
        if many > world.sites[own]["studios"]:
            yield Violation("H9", own, f"{many} streams at {list(slot)} in {world.sites[own]['studios']} studios.")


def lessons(plan: Any) -> Iterator[Lesson]:
    for stream in plan["streams"]:
        for receiver in stream["receivers"]:
            for lead, own in zip(slots_of(stream), slots_of(receiver), strict=True):
                yield Lesson(receiver["request"], stream["teacher"], lead, own)


def received(world: World, plan: Any) -> Iterator[Violation]:
    """H10 to H15 and the part of H16 about schools."""
    classes: Counter[tuple[str, Slot]] = Counter()
    rooms: Counter[tuple[str, Slot]] = Counter()
    links: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for lesson in lessons(plan):
        request = world.requests[lesson.request]
        school, site = world.school_of(request), world.site_of(world.teachers[lesson.teacher])
        if not world.serves(site, school):
            yield Violation("H10", lesson.request, f"{site['id']} does not serve {school['id']}.")
        if not world.meet(site, lesson.lead, school, lesson.own):
            text = f"{list(lesson.lead)} at {site['id']} does not meet {list(lesson.own)} at {school['id']}."
            yield Violation("H11", lesson.request, text)
        if list(lesson.own) not in world.classes[request["class"]]["open"]:
            yield Violation("H12", lesson.request, f"The class is not open at {list(lesson.own)}.")
        if (school["id"], lesson.own[0]) in world.offline:
            yield Violation("H16", lesson.request, f"{school['id']} is off line on weekday {lesson.own[0]}.")
        classes[request["class"], lesson.own] += 1
        rooms[school["id"], lesson.own] += 1
        start = world.start(site, lesson.lead)
        links[school["county"]].append((start, start + timedelta(minutes=world.minutes(site, lesson.lead))))
    for (own, slot), many in classes.items():
        if many > 1:
            yield Violation("H13", own, f"{many} lessons at {list(slot)}.")
    for (own, slot), many in rooms.items():
        if many > world.schools[own]["remote_rooms"]:
            yield Violation("H14", own, f"{many} lessons at {list(slot)}; it has {world.schools[own]['remote_rooms']}.")
    for county, spans in links.items():
        most, at = most_at_once(spans)
        if most > world.counties[county]["max_concurrent"]:
            yield Violation("H15", county, f"{most} lessons at {at:%a %H:%M} UTC.")


def most_at_once(spans: list[tuple[datetime, datetime]]) -> tuple[int, datetime]:
    """The most spans that hold one instant, and that instant. A span does not hold its end."""
    changes = sorted([(end, -1) for _, end in spans] + [(start, 1) for start, _ in spans])
    now, most, at = 0, 0, changes[0][0]
    for instant, change in changes:
        now += change
        if now > most:
            most, at = now, instant
    return most, at
