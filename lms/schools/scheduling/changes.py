"""The cheapest changes of a county's data that would cover what a plan leaves out, each tried by inserting.

Nobody who has a lesson is moved: a change opens a period, frees a teacher, or gives one more place, lesson, room or
connection, until a pattern of the request breaks no rule. What else fits with the same changes is their gain.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import NamedTuple

from lms.schools.scheduling.types import (
    WEEKDAYS,
    Instance,
    LeadSite,
    Receiver,
    Request,
    School,
    Slot,
    Stream,
    Teacher,
    Timetable,
)

OPEN, FREE, LOAD, RECEIVERS, ROOM, STUDIO, LINK = "open", "free", "load", "receivers", "room", "studio", "link"
PRICES = {OPEN: 1.0, RECEIVERS: 1.5, LOAD: 2.0, FREE: 2.0, LINK: 6.0, STUDIO: 10.0, ROOM: 10.0}
"""Of one of each: what a school arranges by itself is cheap, what has to be bought is dear."""


DAY_S = 86_400


class Change(NamedTuple):
    """One thing to change, of the id `key`.

    A class (`open` at `slot`), a teacher (`free` at `slot`, `load` by `more`, `receivers`), a school (`room`), a lead
    site (`studio`) or a county (`link`).
    """

    kind: str
    key: str
    slot: Slot | None = None
    more: int = 0

    @property
    def price(self) -> float:
        return PRICES[self.kind] * max(1, self.more)


@dataclass(frozen=True)
class Placement:
    """A request in a stream that is given already, or that would be."""

    request: str
    teacher: str
    level: str
    slots: tuple[Slot, ...]
    own_slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Proposal:
    """Changes made together, and the requests (`covers`, the one they were sought for first) that they would cover."""

    changes: tuple[Change, ...]
    covers: tuple[Placement, ...]
    gain: int
    """Lessons a week."""

    @property
    def price(self) -> float:
        return _price(self.changes)


def cheapest_changes(instance: Instance, timetable: Timetable, most_s: float = 5.0) -> dict[str, Proposal]:
    """The cheapest changes for each request left out, by its id, as many as are found in `most_s` seconds.

    None for requests that no change of this kind helps: where no teacher serves the school, or where only others'
    lessons are in the way.
    """
    until = time.monotonic() + most_s
    used = _Used(instance, timetable)
    unmet = [instance.requests[one.request] for one in timetable.unmet]
    found: dict[str, Proposal] = {}
    tried: dict[frozenset[Change], Proposal] = {}
    for request in unmet:
        if time.monotonic() > until:
            break
        best = _cheapest(used, request)
        if best is None or not best[0]:
            continue
        wanted = frozenset(best[0])
        if wanted not in tried or tried[wanted].covers[0].request != request.id:
            tried[wanted] = _inserted(used, wanted, request, unmet)
        found[request.id] = tried[wanted]
    return found


def partly_covered(instance: Instance, timetable: Timetable, most_s: float = 3.0) -> dict[str, int]:
    """How many lessons a week of each request left out could be given as it is, of those where some could.

    Each by itself: FORMAT.md covers requests whole or not at all (H3), so this is for people to decide.
    """
    until = time.monotonic() + most_s
    used = _Used(instance, timetable)
    found: dict[str, int] = {}
    for one in timetable.unmet:
        request = instance.requests[one.request]
        for lessons in range(request.lessons_per_week - 1, 0, -1):
            if time.monotonic() > until:
                return found
            best = _cheapest(used, replace(request, lessons_per_week=lessons))
            if best is not None and not best[0]:
                found[request.id] = lessons
                break
    return found


def ways(instance: Instance, streams: Iterable[Stream], request: Request) -> list[tuple[tuple[Change, ...], Placement]]:
    """Where a request, one of the instance's, could be put, each with the changes it needs; the cheapest first.

    Of streams that are not given yet, the cheapest of each teacher. Everybody else stays.
    """
    used = _Used(instance, Timetable(tuple(streams), (), 0, 100, 0))
    given = used.streams.keys()
    best: dict[object, tuple[tuple[Change, ...], Placement]] = {}
    for changes, place in used.ways(request):
        key = (place.teacher, place.level, frozenset(place.slots))
        new = key if key in given else place.teacher
        if new not in best or _price(changes) < _price(best[new][0]):
            best[new] = changes, place
    is_new = {new: isinstance(new, str) for new in best}
    return [best[new] for new in sorted(best, key=lambda new: (_price(best[new][0]), is_new[new], best[new][1].slots))]


def _price(changes: Iterable[Change]) -> float:
    return sum(one.price for one in changes)


def changed(instance: Instance, changes: Iterable[Change]) -> Instance:
    """The instance with the changes made."""
    classes, teachers = dict(instance.classes), dict(instance.teachers)
    schools, sites, counties = dict(instance.schools), dict(instance.lead_sites), dict(instance.counties)
    for one in changes:
        if one.kind == OPEN and one.slot:
            classes[one.key] = replace(classes[one.key], open=classes[one.key].open | {one.slot})
        elif one.kind == FREE and one.slot:
            teachers[one.key] = replace(teachers[one.key], free=teachers[one.key].free | {one.slot})
        elif one.kind == LOAD:
            load = teachers[one.key].max_weekly_lessons + one.more
            teachers[one.key] = replace(teachers[one.key], max_weekly_lessons=load)
        elif one.kind == RECEIVERS:
            most = teachers[one.key].max_receivers + 1
            teachers[one.key] = replace(teachers[one.key], max_receivers=most)
        elif one.kind == ROOM:
            schools[one.key] = replace(schools[one.key], remote_rooms=schools[one.key].remote_rooms + 1)
        elif one.kind == STUDIO:
            sites[one.key] = replace(sites[one.key], studios=sites[one.key].studios + 1)
        elif one.kind == LINK:
            counties[one.key] = replace(counties[one.key], max_concurrent=counties[one.key].max_concurrent + 1)
    return replace(instance, classes=classes, teachers=teachers, schools=schools, lead_sites=sites, counties=counties)


def with_placements(instance: Instance, streams: Iterable[Stream], placements: Iterable[Placement]) -> list[Stream]:
    """The streams with these requests put in: into the stream of the same teacher, level and slots, if it is there."""
    made = {(one.teacher, one.level, frozenset(one.slots)): one for one in streams}
    for one in placements:
        request, key = instance.requests[one.request], (one.teacher, one.level, frozenset(one.slots))
        stream = made.get(key) or Stream(one.teacher, request.subject, one.level, one.slots, ())
        own = dict(zip(one.slots, one.own_slots, strict=True))
        receiver = Receiver(request.id, request.school_class, tuple(own[slot] for slot in stream.slots))
        made[key] = replace(stream, receivers=(*stream.receivers, receiver))
    return list(made.values())


def _inserted(used: "_Used", changes: frozenset[Change], first: Request, unmet: Iterable[Request]) -> Proposal:
    """Make the changes, and put in the request and then whatever else fits."""
    there = used.with_changes(changes)
    covers: list[Placement] = []
    touched = set(_touched(used.instance, changes))
    others = [one for one in unmet if one is not first and touched & set(_parts(used.instance, one))]
    for request in [first, *others]:
        way = _cheapest(there, request)
        if way is not None and not way[0]:
            there.put(way[1])
            covers.append(way[1])
    gain = sum(used.instance.requests[one.request].lessons_per_week for one in covers)
    return Proposal(tuple(sorted(changes, key=repr)), tuple(covers), gain)


def _touched(instance: Instance, changes: Iterable[Change]) -> Iterator[tuple[str, str]]:
    """Whose requests changes can help: those of a class, a school, a county, of a subject, or all."""
    for one in changes:
        if one.kind in (LOAD, FREE, RECEIVERS):
            yield "subject", instance.teachers[one.key].subject
        else:
            yield (
                {OPEN: "class", ROOM: "school", LINK: "county"}.get(one.kind, ""),
                "" if one.kind == STUDIO else one.key,
            )


def _parts(instance: Instance, request: Request) -> Iterator[tuple[str, str]]:
    school = instance.schools[instance.classes[request.school_class].school]
    yield from (("class", request.school_class), ("school", school.id), ("county", school.county))
    yield from (("subject", request.subject), ("", ""))


def _cheapest(used: "_Used", request: Request) -> tuple[tuple[Change, ...], Placement] | None:
    """The cheapest changes for a request and where it would then be; none of them when it fits as it is."""
    best: tuple[float, tuple[Change, ...], Placement] | None = None
    for changes, placement in used.ways(request):
        price = _price(changes)
        if best is None or price < best[0]:
            best = price, changes, placement
        if not price:
            break
    return best and best[1:]


class _Used:
    """What a timetable uses, and what one more pattern would need beyond that."""

    def __init__(self, instance: Instance, timetable: Timetable | None = None) -> None:
        self.instance = instance
        self.streams: dict[tuple[str, str, frozenset[Slot]], int] = {}
        self.teachers: set[tuple[str, Slot]] = set()
        self.load: Counter[str] = Counter()
        self.studios: Counter[tuple[str, Slot]] = Counter()
        self.classes: set[tuple[str, Slot]] = set()
        self.rooms: Counter[tuple[str, Slot]] = Counter()
        self.links: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)
        """By county and the day they begin on."""
        self.meetings: dict[tuple[str, str], dict[Slot, list[Slot]]] = {}
        for stream in timetable.streams if timetable else ():
            for one in stream.receivers:
                self.put(Placement(one.request, stream.teacher, stream.level, stream.slots, one.slots))

    def with_changes(self, changes: Iterable[Change]) -> "_Used":
        """The same uses of a changed instance."""
        there = _Used(changed(self.instance, changes))
        there.streams, there.teachers, there.load = dict(self.streams), set(self.teachers), self.load.copy()
        there.studios, there.classes, there.rooms = self.studios.copy(), set(self.classes), self.rooms.copy()
        there.links = defaultdict(list, {own: list(spans) for own, spans in self.links.items()})
        there.meetings = self.meetings
        return there

    def put(self, placement: Placement) -> None:
        instance = self.instance
        teacher = instance.teachers[placement.teacher]
        school = self._school(placement.request)
        key = (teacher.id, placement.level, frozenset(placement.slots))
        if key not in self.streams:
            self.streams[key] = 0
            self.load[teacher.id] += 0 if self._is_fixed(teacher, key) else len(placement.slots)
            for slot in placement.slots:
                self.teachers.add((teacher.id, slot))
                self.studios[teacher.site, slot] += 1
        self.streams[key] += 1
        for lead, own in zip(placement.slots, placement.own_slots, strict=True):
            self.classes.add((instance.requests[placement.request].school_class, own))
            self.rooms[school.id, own] += 1
            span = _span(instance.lead_sites[teacher.site], lead)
            self.links[school.county, span[0] // DAY_S].append(span)

    def _school(self, request: str) -> School:
        return self.instance.schools[self.instance.classes[self.instance.requests[request].school_class].school]

    @staticmethod
    def _is_fixed(teacher: Teacher, key: tuple[str, str, frozenset[Slot]]) -> bool:
        return any(one.level == key[1] and frozenset(one.slots) == key[2] for one in teacher.fixed_streams)

    def ways(self, request: Request) -> Iterator[tuple[tuple[Change, ...], Placement]]:
        """Places of a request that others leave, each with what would have to change; streams that are there first."""
        county = self.instance.counties[self._school(request.id).county]
        serving = [
            teacher
            for teacher in self.instance.teachers.values()
            if teacher.subject == request.subject and self.instance.lead_sites[teacher.site].reaches(county)
        ]
        for teacher in serving:
            yield from self._streams_of(request, teacher)
        for teacher in serving:
            if request.level in teacher.levels:
                yield from self._new(request, teacher)

    def _streams_of(self, request: Request, teacher: Teacher) -> Iterator[tuple[tuple[Change, ...], Placement]]:
        """Streams that are given, and fixed ones that could be."""
        given = [key for key in self.streams if key[0] == teacher.id]
        fixed = [(teacher.id, one.level, frozenset(one.slots)) for one in teacher.fixed_streams]
        for key in dict.fromkeys([*given, *fixed]):
            if key[1] != request.level or len(key[2]) != request.lessons_per_week:
                continue
            many = self.streams.get(key, 0)
            more = [Change(RECEIVERS, teacher.id)] if many >= teacher.max_receivers else []
            if many > teacher.max_receivers:
                continue
            slots = tuple(sorted(key[2]))
            if key not in self.streams and not self._could_give(teacher, slots):
                continue
            studios = self._studios(teacher, slots) if key not in self.streams else []
            received = [self._received(request, teacher, slot) for slot in slots]
            yield from self._whole(request, teacher, slots, received, [*more, *studios])

    def _could_give(self, teacher: Teacher, slots: Iterable[Slot]) -> bool:
        return not any((teacher.id, slot) in self.teachers for slot in slots)

    def _studios(self, teacher: Teacher, slots: Iterable[Slot]) -> list[Change]:
        site = self.instance.lead_sites[teacher.site]
        return [Change(STUDIO, site.id)] if any(self.studios[site.id, one] >= site.studios for one in slots) else []

    def _new(self, request: Request, teacher: Teacher) -> Iterator[tuple[tuple[Change, ...], Placement]]:
        """Streams that are not given yet: of each weekday the cheapest slot, and of those any that are enough."""
        lessons = request.lessons_per_week
        over = self.load[teacher.id] + lessons - teacher.max_weekly_lessons
        more = [Change(LOAD, teacher.id, more=over)] if over > 0 else []
        if teacher.max_receivers < 1:
            more.append(Change(RECEIVERS, teacher.id))
        fixed = {slot for one in teacher.fixed_streams for slot in one.slots}
        site = self.instance.lead_sites[teacher.site]
        by_day: dict[int, tuple[float, Slot, tuple[Slot, list[Change]]]] = {}
        for slot in site.starts_s:
            if slot in fixed or (teacher.id, slot) in self.teachers:
                continue
            received = self._received(request, teacher, slot)
            if received is None:
                continue
            own, changes = received
            lead = [] if slot in teacher.free else [Change(FREE, teacher.id, slot)]
            lead += self._studios(teacher, [slot])
            price = _price([*changes, *lead])
            if slot[0] not in by_day or price < by_day[slot[0]][0]:
                by_day[slot[0]] = price, slot, (own, [*changes, *lead])
        for days in combinations(sorted(by_day), lessons) if lessons <= WEEKDAYS else ():
            chosen = [by_day[day] for day in days]
            yield from self._whole(request, teacher, tuple(one[1] for one in chosen), [one[2] for one in chosen], more)

    def _whole(
        self,
        request: Request,
        teacher: Teacher,
        slots: tuple[Slot, ...],
        received: list[tuple[Slot, list[Change]] | None] | list[tuple[Slot, list[Change]]],
        more: list[Change],
    ) -> Iterator[tuple[tuple[Change, ...], Placement]]:
        """The pattern of these slots, when the class can follow each, on different days."""
        there = [one for one in received if one is not None]
        own = tuple(one[0] for one in there)
        if len(there) < len(slots) or len({slot[0] for slot in own}) < len(slots):
            return
        changes = dict.fromkeys([*more, *(change for one in there for change in one[1])])
        yield tuple(changes), Placement(request.id, teacher.id, request.level, slots, own)

    def _received(self, request: Request, teacher: Teacher, lead: Slot) -> tuple[Slot, list[Change]] | None:
        """The cheapest slot in which the class could follow, and what it needs; None when it has other lessons then."""
        school, site = self._school(request.id), self.instance.lead_sites[teacher.site]
        opened = self.instance.classes[request.school_class].open
        best: tuple[Slot, list[Change]] | None = None
        for own in self._meeting(site, school).get(lead, ()):
            if (request.school_class, own) in self.classes or self.rooms[school.id, own] > school.remote_rooms:
                continue
            changes = [] if own in opened else [Change(OPEN, request.school_class, own)]
            if self.rooms[school.id, own] >= school.remote_rooms:
                changes.append(Change(ROOM, school.id))
            if self._on_link(school, site, lead) >= self.instance.counties[school.county].max_concurrent:
                changes.append(Change(LINK, school.county))
            if best is None or _price(changes) < _price(best[1]):
                best = own, changes
        return best

    def _meeting(self, site: LeadSite, school: School) -> dict[Slot, list[Slot]]:
        """Lead slot -> school slots that start at about the same instant and last as long (H11)."""
        key = (site.id, school.id)
        if key not in self.meetings:
            tolerance_s = self.instance.rules.start_tolerance_minutes * 60
            met: dict[Slot, list[Slot]] = defaultdict(list)
            for lead, lead_s in site.starts_s.items():
                for own, own_s in school.starts_s.items():
                    long_as = site.bells[lead[1] - 1].minutes == school.bells[own[1] - 1].minutes
                    if long_as and abs(lead_s - own_s) <= tolerance_s:
                        met[lead].append(own)
            self.meetings[key] = met
        return self.meetings[key]

    def _on_link(self, school: School, site: LeadSite, lead: Slot) -> int:
        """The most lessons at once on the county's link while the lead's lesson lasts (H15)."""
        begins, ends = _span(site, lead)
        days = {begins // DAY_S - 1, begins // DAY_S, ends // DAY_S}
        spans = (one for day in days for one in self.links.get((school.county, day), ()))
        there = [one for one in spans if one[0] < ends and begins < one[1]]
        instants = [begins, *(one[0] for one in there if one[0] > begins)]
        return max(sum(begun <= at < ended for begun, ended in there) for at in instants)


def _span(site: LeadSite, lead: Slot) -> tuple[int, int]:
    begins = site.starts_s[lead]
    return begins, begins + site.bells[lead[1] - 1].minutes * 60
