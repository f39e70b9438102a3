"""Simulated annealing with ejection and re-insertion, over a board.

A step puts a request into one of its pairs, throws out what stands in the way, and finds each of those thrown out the
cheapest place that is free. The whole step is kept or undone by the rule of Metropolis. All of it is compiled into one
function: a call that hands over a board's arrays costs as much as what it does.
"""

from typing import Any, NamedTuple

import numpy as np

from lms.schools.scheduling.board import UNMET, Board, added_cost, best_fit, put, take
from lms.schools.scheduling.compiled import compiled, inlined
from lms.schools.scheduling.tables import (
    CLASS,
    COLUMN,
    COUNTY,
    END_PAIR,
    FIRST_LESSON,
    FIRST_PAIR,
    FIXED,
    LEAD_SLOTS,
    LESSON_WIDTH,
    LESSONS,
    LINK_FROM,
    LINK_TO,
    REQUEST,
    ROOM_FOR,
    SCHOOL,
    SITE,
    TEACHER,
    Floats,
    Ints,
    Tables,
)

MOST_OUT = 12
"""A step that throws out more requests than this is not made."""
NOTHING, NEVER = -1, -2


class Walk(NamedTuple):
    """What a walk over plans carries along."""

    random: Any
    """[1] uint64, the state of xorshift64*."""
    out: Ints
    """[MOST_OUT + 2, 2] requests thrown out in this step, and the pairs they were in."""
    best: Ints
    """[R] the pairs of the cheapest plan seen."""
    best_cost: Floats
    """[1]"""
    worth: Floats
    """[R] the most that covering a request can save."""
    likely: Ints
    """[P] pairs, by request, the likely ones of each first."""
    likely_n: Ints
    """[R] how many of them are likely."""


def new_walk(tables: Tables, board: Board, seed: int) -> Walk:
    counties = len(tables.unfair_from) - 1
    of_county = tables.requests[:, COUNTY]
    steepest = np.zeros(counties)
    for county in range(counties):
        steps = np.diff(tables.unfair[tables.unfair_from[county] : tables.unfair_from[county + 1]])
        steepest[county] = steps.max(initial=0.0)
    return Walk(
        random=np.array([(seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D) % (1 << 64) | 1], np.uint64),
        out=np.zeros((MOST_OUT + 2, 2), np.int32),
        best=board.places[:, 0].copy(),
        best_cost=board.cost.copy(),
        worth=tables.unmet_cost + steepest[of_county] * tables.requests[:, LESSONS],
        likely=np.arange(len(tables.pairs), dtype=np.int32),
        likely_n=np.zeros(len(tables.requests), np.int32),
    )


def learn(walk: Walk, tables: Tables, likely: Any) -> None:
    """Take over which pairs [P] are likely: seven of eight steps try one of those."""
    order = np.lexsort((~likely, tables.pairs[:, REQUEST]))
    walk.likely[:] = order
    walk.likely_n[:] = np.bincount(tables.pairs[likely, REQUEST], minlength=len(tables.requests))


@inlined
def _below(walk: Walk, limit: int) -> Any:
    """A random number from 0 to limit - 1 (Vigna, xorshift64*)."""
    x = walk.random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    walk.random[0] = x
    return np.int64((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(33)) % limit


@inlined
def _obstacle(tables: Tables, board: Board, pair: int, start: int) -> int:
    """A request that keeps the pair's unmet request from its place, NOTHING, or NEVER when nobody's going would help.

    `start` is a number of any size that chooses among those equally in the way; with the same number, the rest of a
    stream follows the first of its receivers.
    """
    request, column = tables.pairs[pair, REQUEST], tables.pairs[pair, COLUMN]
    lessons = tables.requests[request, LESSONS]
    class_row, school = tables.requests[request, CLASS], tables.requests[request, SCHOOL]
    teacher, site = tables.columns[column, TEACHER], tables.columns[column, SITE]
    if tables.columns[column, ROOM_FOR] < 1 or tables.rooms[school] < 1 or tables.studios[site] < 1:
        return NEVER
    for lesson in range(lessons):
        slot = tables.pairs[pair, FIRST_LESSON + LESSON_WIDTH * lesson]
        if board.class_at[class_row, slot] >= 0:
            return board.class_at[class_row, slot]
        if board.rooms[school, slot, 0] >= tables.rooms[school]:
            return board.rooms[school, slot, 1 + start % board.rooms[school, slot, 0]]
    there = board.receivers[column, 0]
    if there >= tables.columns[column, ROOM_FOR]:
        return board.receivers[column, 1 + start % there]
    other = NOTHING
    if there == 0:
        for lesson in range(lessons):
            slot = tables.columns[column, LEAD_SLOTS + lesson]
            if board.teacher_at[teacher, slot] >= 0:
                other = board.teacher_at[teacher, slot]
            elif board.studios[site, slot, 0] >= tables.studios[site]:
                other = board.studios[site, slot, 1 + start % board.studios[site, slot, 0]]
        if other == NOTHING and not tables.columns[column, FIXED]:
            if lessons > tables.max_load[teacher]:
                return NEVER
            if board.load[teacher] + lessons > tables.max_load[teacher]:
                for step in range(tables.slots):
                    stream = board.teacher_at[teacher, (start + step) % tables.slots]
                    if stream >= 0 and not tables.columns[stream, FIXED]:
                        other = stream
                        break
    if other >= 0:
        return board.receivers[other, 1]
    for lesson in range(lessons):
        at = FIRST_LESSON + LESSON_WIDTH * lesson
        for point in range(tables.pairs[pair, at + LINK_FROM], tables.pairs[pair, at + LINK_TO]):
            if board.links[point] >= tables.link_limit[point]:
                return _on_link(tables, board, request, point, start)
    return NOTHING


@inlined
def _on_link(tables: Tables, board: Board, request: int, point: int, start: int) -> int:
    """A request of the same county that is received at this link point, or NEVER."""
    many = len(tables.requests)
    for step in range(many):
        other = (start + step) % many
        pair = board.places[other, 0]
        if pair >= 0 and tables.requests[other, COUNTY] == tables.requests[request, COUNTY]:
            for lesson in range(tables.requests[other, LESSONS]):
                at = FIRST_LESSON + LESSON_WIDTH * lesson
                if tables.pairs[pair, at + LINK_FROM] <= point < tables.pairs[pair, at + LINK_TO]:
                    return other
    return NEVER


@inlined
def _step(tables: Tables, board: Board, walk: Walk, pair: int, allowed: float) -> bool:
    """Put the pair's request there if the cost, after all re-insertions, rises by no more than `allowed`."""
    request = tables.pairs[pair, REQUEST]
    before = board.cost[0]
    start = _below(walk, 1 << 20)
    out, hope = 0, 0.0
    other = request if board.places[request, 0] >= 0 else _obstacle(tables, board, pair, start)
    while other >= 0 and out <= MOST_OUT:
        walk.out[out, 0] = other
        walk.out[out, 1] = take(tables, board, other)
        hope += walk.worth[other] if other != request else 0.0
        out += 1
        other = _obstacle(tables, board, pair, start)
    if other == NOTHING:
        place, turn = pair, 0
        while True:
            if place >= 0 and (turn == 0 or added_cost(tables, board, place) < 0):
                put(tables, board, place)
            if turn >= out or board.cost[0] - hope - before > allowed:
                break
            other = walk.out[turn, 0]
            place = -1
            if other != request:
                hope -= walk.worth[other]
                place = best_fit(tables, board, other, start)
            turn += 1
        if board.cost[0] - before <= allowed:
            return True
    if board.places[request, 0] >= 0:
        walk.out[out, 0] = request
        walk.out[out, 1] = -1
        out += 1
    for turn in range(out):
        if board.places[walk.out[turn, 0], 0] >= 0:
            take(tables, board, walk.out[turn, 0])
    for turn in range(out):
        if walk.out[turn, 1] >= 0:
            put(tables, board, walk.out[turn, 1])
    return False


@compiled
def anneal(tables: Tables, board: Board, walk: Walk, steps: int, hot: float, cold: float) -> int:
    """`steps` steps, the temperature going from `hot` to `cold` geometrically. Returns how many were kept."""
    requests = len(tables.requests)
    kept = 0
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    for _ in range(steps):
        heat *= cooling
        if board.counts[UNMET] > 0 and _below(walk, 2) == 0:
            request = board.unmet[_below(walk, board.counts[UNMET])]
        else:
            request = _below(walk, requests)
        first = tables.requests[request, FIRST_PAIR]
        many = tables.requests[request, END_PAIR] - first
        if many == 0:
            continue
        if walk.likely_n[request] > 0 and _below(walk, 8) > 0:
            many = walk.likely_n[request]
        pair = walk.likely[first + _below(walk, many)]
        if pair == board.places[request, 0]:
            continue
        chance = (_below(walk, 1 << 30) + 1.0) / (1 << 30)
        if _step(tables, board, walk, pair, -heat * np.log(chance)):
            kept += 1
            if board.cost[0] < walk.best_cost[0] - 1e-9:
                walk.best_cost[0] = board.cost[0]
                walk.best[:] = board.places[:, 0]
    return kept
