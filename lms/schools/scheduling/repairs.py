"""Repair (section 6): give forced lessons again first, lose nobody else, and move few."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lms.schools.scheduling.tables import (
    COLUMN,
    END_PAIR,
    FIRST_LESSON,
    FIRST_PAIR,
    LEAD_SLOTS,
    LESSON_WIDTH,
    LESSONS,
    TEACHER,
    Ints,
    Patterns,
    Tables,
)
from lms.schools.scheduling.types import Events, Receiver, Repaired, Slot, Stream, Timetable

MOVED_LESSON = 30.0
FORCED_LESSON = 40.0
"""The price of a forced lesson not given again: one other may move for it, not two."""
OTHER_LESSON = 1_000_000.0
"""The price of losing a lesson that no event touched."""

Lesson = tuple[str, Slot, Slot]
"""Teacher, lead slot, school slot."""


@dataclass(frozen=True)
class Repair:
    """Where the search starts, and its prices: `tables` are those of the instance but for costs and closed requests."""

    tables: Tables
    kept: Ints
    """Pairs of requests whose lessons can stay as they were."""
    lessons: dict[str, frozenset[Lesson]]
    """The previous lessons of each request."""
    forced: frozenset[str]

    def told(self, timetable: Timetable) -> Repaired:
        """What the new timetable changed."""
        now = {
            receiver.request: lessons_of(stream, receiver)
            for stream in timetable.streams
            for receiver in stream.receivers
        }
        others = {request: before for request, before in self.lessons.items() if request not in self.forced}
        forced = {request: before for request, before in self.lessons.items() if request in self.forced}
        return Repaired(
            forced_lessons=sum(len(before) for before in forced.values()),
            forced_replaced=sum(len(before) for request, before in forced.items() if request in now),
            other_moved=sum(len(before - now[request]) for request, before in others.items() if request in now),
            other_lost=sum(len(before) for request, before in others.items() if request not in now),
        )


def lessons_of(stream: Stream, receiver: Receiver) -> frozenset[Lesson]:
    return frozenset((stream.teacher, lead, own) for lead, own in zip(stream.slots, receiver.slots, strict=True))


def find_repair(patterns: Patterns, previous: tuple[Stream, ...], events: Events) -> Repair:
    """The repair of `previous`; `patterns` are those that the events leave."""
    instance, tables = patterns.instance, patterns.tables
    number = {own: row for row, own in enumerate(patterns.requests)}
    lessons: dict[str, frozenset[Lesson]] = {}
    forced: set[str] = set()
    for stream in previous:
        site = instance.teachers[stream.teacher].site
        lead_gone = stream.teacher in events.teachers_away or any(
            (site, slot[0]) in events.leads_closed for slot in stream.slots
        )
        for receiver in stream.receivers:
            school = instance.classes[receiver.school_class].school
            lessons[receiver.request] = lessons_of(stream, receiver)
            if lead_gone or any((school, slot[0]) in events.schools_offline for slot in receiver.slots):
                forced.add(receiver.request)
    pair_cost, unmet_cost = tables.pair_cost.copy(), np.zeros(len(tables.requests))
    requests, kept = tables.requests.copy(), []
    for row, own in enumerate(patterns.requests):
        if own not in lessons:
            requests[row, END_PAIR] = requests[row, FIRST_PAIR]
            continue
        unmet_cost[row] = (FORCED_LESSON if own in forced else OTHER_LESSON) * requests[row, LESSONS]
    for own in lessons.keys() - forced:
        row = number[own]
        for pair in range(requests[row, FIRST_PAIR], requests[row, END_PAIR]):
            moved = len(lessons[own] - _lessons(patterns, pair, int(requests[row, LESSONS])))
            pair_cost[pair] += MOVED_LESSON * moved
            if not moved:
                kept.append(pair)
    searched = tables._replace(
        requests=requests,
        pair_cost=pair_cost,
        unmet_cost=unmet_cost,
        unfair=np.zeros_like(tables.unfair),
    )
    return Repair(searched, np.array(sorted(kept), np.int32), lessons, frozenset(forced))


def _lessons(patterns: Patterns, pair: int, lessons: int) -> frozenset[Lesson]:
    row: Any = patterns.tables.pairs[pair]
    column = patterns.tables.columns[row[COLUMN]]
    teacher = patterns.teachers[column[TEACHER]]
    return frozenset(
        (
            teacher,
            patterns.slot(column[LEAD_SLOTS + lesson]),
            patterns.slot(row[FIRST_LESSON + LESSON_WIDTH * lesson]),
        )
        for lesson in range(lessons)
    )
