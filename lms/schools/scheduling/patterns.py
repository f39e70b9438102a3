"""From an instance to its columns and pairs, each worked out once (rules H3, H4, H5, H10, H11, H12 and H16)."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lms.schools.scheduling.links import LinkPoints
from lms.schools.scheduling.prices import pair_costs, unfairness
from lms.schools.scheduling.tables import Ints, Patterns, Tables
from lms.schools.scheduling.types import WEEKDAYS, Events, Instance, LeadSite, School, Teacher

Chunk = tuple[Ints, Ints, Ints]
"""Requests [n], columns [n] and school slots [n, K] of some pairs."""
MOST_CELLS = 4_000_000


@dataclass
class _Meeting:
    """Which school slots can follow which slots of one lead site (H11)."""

    first: Ints
    """[schools, S] the school's slot, or -1."""
    more: dict[tuple[int, int], list[int]]
    """(school, lead slot) -> all school slots, where there are several (tolerances of 20 minutes and more)."""


class _Builder:
    def __init__(self, instance: Instance, events: Events) -> None:
        self.instance, self.events = instance, events
        places = [*instance.schools.values(), *instance.lead_sites.values()]
        self.periods = max((len(place.bells) for place in places), default=1)
        self.slots = WEEKDAYS * self.periods
        self.teachers = list(instance.teachers)
        self.school_number = {own: number for number, own in enumerate(instance.schools)}
        self.schools = list(instance.schools.values())
        requests = list(instance.requests.values())
        class_number = {own: number for number, own in enumerate(instance.classes)}
        self.class_of = np.array([class_number[one.school_class] for one in requests], np.int32)
        school_of_class = [self.school_number[one.school] for one in instance.classes.values()]
        self.school_of = np.array([school_of_class[one] for one in self.class_of], np.int32)
        self.open = self._open()
        self.most_lessons = max((min(one.lessons_per_week, WEEKDAYS) for one in requests), default=1)
        self.served = np.zeros(len(requests), np.bool_)
        self.columns: list[tuple[int, int, tuple[int, ...]]] = []
        """(teacher, fixed, slots) of each column."""
        self.levels: list[str] = []
        self.chunks: list[Chunk] = []

    def number(self, slot: tuple[int, int]) -> int:
        return (slot[0] - 1) * self.periods + slot[1] - 1

    def _open(self) -> NDArray[np.bool_]:
        """[classes, S + 1] H12 without the days on which the school is off line; the last column is never open."""
        opened = np.zeros((len(self.instance.classes), self.slots + 1), np.bool_)
        for row, one in enumerate(self.instance.classes.values()):
            for slot in one.open:
                opened[row, self.number(slot)] = (one.school, slot[0]) not in self.events.schools_offline
        return opened

    def build(self) -> None:
        wanted: dict[tuple[str, str], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number, one in enumerate(self.instance.requests.values()):
            wanted[one.subject, one.level][one.lessons_per_week].append(number)
        groups = {key: {k: np.array(numbers, np.int32) for k, numbers in by.items()} for key, by in wanted.items()}
        serves = {own: self._serves(site) for own, site in self.instance.lead_sites.items()}
        meetings: dict[str, _Meeting] = {}
        for row, teacher in enumerate(self.instance.teachers.values()):
            site = self.instance.lead_sites[teacher.site]
            for level in sorted(teacher.levels | {fixed.level for fixed in teacher.fixed_streams}):
                for lessons, numbers in groups.get((teacher.subject, level), {}).items():
                    mine = numbers[serves[site.id][self.school_of[numbers]]]
                    self.served[mine] = True
                    if not len(mine) or lessons > WEEKDAYS or teacher.id in self.events.teachers_away:
                        continue
                    if site.id not in meetings:
                        meetings[site.id] = self._meeting(site, serves[site.id])
                    self._add(row, teacher, level, lessons, mine, meetings[site.id])

    def _serves(self, site: LeadSite) -> NDArray[np.bool_]:
        """[schools] H10."""
        return np.array([site.reaches(self.instance.counties[school.county]) for school in self.schools], np.bool_)

    def _meeting(self, site: LeadSite, serves: NDArray[np.bool_]) -> _Meeting:
        first = np.full((len(self.schools), self.slots), -1, np.int32)
        more: dict[tuple[int, int], list[int]] = {}
        known: dict[tuple[object, ...], dict[int, list[int]]] = {}
        for row in np.flatnonzero(serves):
            school = self.schools[row]
            key = (school.timezone, school.bells)
            if key not in known:
                known[key] = self._same_time(site, school)
            for lead, slots in known[key].items():
                first[row, lead] = slots[0]
                if len(slots) > 1:
                    more[int(row), lead] = slots
        return _Meeting(first, more)

    def _same_time(self, site: LeadSite, school: School) -> dict[int, list[int]]:
        """Lead slot -> the school's slots that start at about the same instant and last as long (H11)."""
        tolerance_s = self.instance.rules.start_tolerance_minutes * 60
        met: dict[int, list[int]] = {}
        for lead, lead_s in site.starts_s.items():
            if (site.id, lead[0]) in self.events.leads_closed:
                continue
            slots = [
                self.number(slot)
                for slot, school_s in school.starts_s.items()
                if abs(lead_s - school_s) <= tolerance_s
                and site.bells[lead[1] - 1].minutes == school.bells[slot[1] - 1].minutes
            ]
            if slots:
                met[self.number(lead)] = slots
        return met

    def _add(self, row: int, teacher: Teacher, level: str, lessons: int, mine: Ints, meeting: _Meeting) -> None:
        """The columns of a teacher for requests of one level and number of lessons, and their pairs."""
        if level in teacher.levels:
            free = sorted(self.number(slot) for slot in teacher.free)
            used = np.flatnonzero((meeting.first[np.unique(self.school_of[mine])] >= 0).any(axis=0))
            free = sorted(set(free) & {int(one) for one in used})
            days = [one // self.periods for one in free]
            sets = [
                tuple(free[one] for one in chosen)
                for chosen in combinations(range(len(free)), lessons)
                if len({days[one] for one in chosen}) == lessons
            ]
            self._pairs(row, 0, level, sets, mine, meeting)
        for fixed in teacher.fixed_streams:
            slots = tuple(sorted(self.number(slot) for slot in fixed.slots))
            if fixed.level == level and len({slot // self.periods for slot in slots}) == len(slots) == lessons:
                self._pairs(row, 1, level, [slots], mine, meeting)

    def _pairs(
        self, row: int, fixed: int, level: str, sets: list[tuple[int, ...]], mine: Ints, meeting: _Meeting
    ) -> None:
        if not sets:
            return
        leads = np.array(sets, np.int32)
        step = max(1, MOST_CELLS // leads.size)
        found = [self._met(leads, mine[start : start + step], meeting) for start in range(0, len(mine), step)]
        requests, chosen, slots = (np.concatenate(parts) for parts in zip(*found, strict=True))
        if not len(requests):
            return
        kept, columns = np.unique(chosen, return_inverse=True)
        first = len(self.columns)
        self.columns += [(row, fixed, sets[one]) for one in kept]
        self.levels += [level] * len(kept)
        self.chunks.append((requests, (columns + first).astype(np.int32), slots))

    def _met(self, leads: Ints, mine: Ints, meeting: _Meeting) -> Chunk:
        """Which of the slot sets `leads` [n, k] which requests can follow, and in which slots of their own."""
        lessons = leads.shape[1]
        if meeting.more:
            return self._met_in_many_ways(leads, mine, meeting)
        there = meeting.first[self.school_of[mine]]
        is_open = self.open[self.class_of[mine][:, None], there]
        there = np.where(is_open, there, -1)
        requests, chosen = np.nonzero((there[:, leads] >= 0).all(axis=2))
        slots = there[requests[:, None], leads[chosen]]
        days = np.sort(slots // self.periods, axis=1)
        apart = (days[:, 1:] != days[:, :-1]).all(axis=1)
        padded = np.full((int(apart.sum()), self.most_lessons), -1, np.int32)
        padded[:, :lessons] = slots[apart]
        return mine[requests[apart]], chosen[apart].astype(np.int32), padded

    def _met_in_many_ways(self, leads: Ints, mine: Ints, meeting: _Meeting) -> Chunk:
        rows = list(self._ways(leads, mine, meeting))
        slots = np.full((len(rows), self.most_lessons), -1, np.int32)
        for place, (_, _, way) in enumerate(rows):
            slots[place, : len(way)] = way
        requests = np.array([one[0] for one in rows], np.int32)
        return requests, np.array([one[1] for one in rows], np.int32), slots

    def _ways(self, leads: Ints, mine: Ints, meeting: _Meeting) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        for request in mine:
            school, opened = int(self.school_of[request]), self.open[self.class_of[request]]
            for chosen, lead in enumerate(leads):
                choices = [meeting.more.get((school, int(one)), [int(meeting.first[school, one])]) for one in lead]
                for way in product(*([slot for slot in slots if opened[slot]] for slots in choices)):
                    if len({slot // self.periods for slot in way}) == len(way):
                        yield int(request), chosen, way

    def patterns(self) -> Patterns:
        instance = self.instance
        most = self.most_lessons
        empty: Chunk = (np.empty(0, np.int32), np.empty(0, np.int32), np.empty((0, most), np.int32))
        request, column, slots = (np.concatenate(parts) for parts in zip(*[*self.chunks, empty], strict=True))
        order = np.lexsort((column, request))
        request, column, slots = request[order], column[order], slots[order]
        requests = list(instance.requests.values())
        lead_number = {own: number for number, own in enumerate(instance.lead_sites)}
        teachers = list(instance.teachers.values())
        site_of = np.array([lead_number[one.site] for one in teachers], np.int32)
        teacher = np.array([one[0] for one in self.columns], np.int32)
        column_slots = np.full((len(self.columns), most), -1, np.int32)
        for number, (_, _, lead) in enumerate(self.columns):
            column_slots[number, : len(lead)] = lead
        could_come = np.bincount(column, minlength=len(self.columns))
        county_number = {own: number for number, own in enumerate(instance.counties)}
        county_of_school = np.array([county_number[one.county] for one in self.schools], np.int32)
        lessons = np.array([one.lessons_per_week for one in requests], np.int32)
        county = county_of_school[self.school_of] if len(requests) else np.empty(0, np.int32)
        weights = instance.rules.weights
        link_points = LinkPoints(instance, self.periods)
        link = link_points.of_pairs(county[request], site_of[teacher[column]], column_slots[column])
        limit = np.array([one.max_receivers for one in teachers], np.int32)[teacher]
        starts = np.searchsorted(request, np.arange(len(requests) + 1))
        column_rows = [
            [len(one[2]) for one in self.columns],
            teacher,
            site_of[teacher],
            [one[1] for one in self.columns],
            np.minimum(limit, could_come),
            *column_slots.T,
        ]
        pair_rows = [request, column]
        for lesson in range(most):
            pair_rows += [slots[:, lesson], link[0][:, lesson], link[1][:, lesson]]
        tables = Tables(
            requests=_rows([lessons, county, self.school_of, self.class_of, starts[:-1], starts[1:]]),
            columns=_rows(column_rows),
            pairs=_rows(pair_rows),
            pair_cost=pair_costs(
                instance, self.schools, self.school_of[request], site_of[teacher[column]], column_slots[column], slots
            ),
            unmet_cost=np.array(
                [weights.unmet_lesson * one.priority * one.lessons_per_week for one in requests], float
            ),
            max_load=np.array([one.max_weekly_lessons for one in teachers], np.int32),
            studios=np.array([one.studios for one in instance.lead_sites.values()], np.int32),
            rooms=np.array([one.remote_rooms for one in self.schools], np.int32),
            link_limit=link_points.limit,
            **unfairness(instance, county, lessons),
            prices=np.array([weights.new_stream_lesson, weights.third_receiver_lesson], float),
            slots=self.slots,
        )
        return Patterns(
            instance, tables, list(instance.requests), self.teachers, self.levels, self.periods, self.served
        )


def _rows(columns: list[Any]) -> Ints:
    return np.ascontiguousarray(np.array(columns, np.int32).T)


def find_patterns(instance: Instance, events: Events | None = None) -> Patterns:
    """Every pattern of every request, as tables; with `events` only those that keep H16."""
    builder = _Builder(instance, events or Events())
    builder.build()
    return builder.patterns()
