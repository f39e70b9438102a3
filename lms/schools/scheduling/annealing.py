"""Simulated annealing with ejection and re-insertion, over a board.

A step puts a request into one of its pairs, throws out what stands in the way, and finds each of those thrown out the
cheapest place that is free. The whole step is kept or undone by the rule of Metropolis.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from lms.schools.scheduling.board import Board, added_cost, best_fit, fits, put, take
from lms.schools.scheduling.tables import Floats, Ints, Tables

MOST_OUT = 12
"""A step that throws out more requests than this is not tried."""
LINK_TRIES = 40


class Walk(NamedTuple):
    """What a walk over plans carries along."""

    random: Any
    """[1] uint64, the state of xorshift64*."""
    out: Ints
    """Requests thrown out in this step."""
    out_pair: Ints
    """The pairs they were in."""
    best_pair_of: Ints
    """[R] the cheapest plan seen."""
    best_cost: Floats
    """[1]"""
    worth: Floats
    """[R] the most that covering a request can save."""
    county_from: Ints
    """[V + 1] and `county_requests`: the requests of each county."""
    county_requests: Ints


def new_walk(tables: Tables, board: Board, seed: int) -> Walk:
    counties = len(tables.unfair_from) - 1
    steepest = np.zeros(counties)
    for county in range(counties):
        steps = np.diff(tables.unfair[tables.unfair_from[county] : tables.unfair_from[county + 1]])
        steepest[county] = steps.max(initial=0.0)
    order = np.argsort(tables.county, kind="stable").astype(np.int32)
    return Walk(
        random=np.array([(seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D) % (1 << 64) | 1], np.uint64),
        out=np.zeros(MOST_OUT + 64, np.int32),
        out_pair=np.zeros(MOST_OUT + 64, np.int32),
        best_pair_of=board.pair_of.copy(),
        best_cost=board.cost.copy(),
        worth=tables.unmet_cost + (steepest[tables.county] if counties else 0) * tables.lessons,
        county_from=np.searchsorted(tables.county[order], np.arange(counties + 1)).astype(np.int32),
        county_requests=order,
    )


@njit(cache=True, nogil=True)
def _below(walk: Walk, limit: int) -> int:
    """A random number from 0 to limit - 1 (Vigna, xorshift64*)."""
    x = walk.random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    walk.random[0] = x
    return np.int64((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(33)) % limit


@njit(cache=True, nogil=True)
def _throw_out(tables: Tables, board: Board, walk: Walk, request: int, out: int) -> int:
    walk.out[out] = request
    walk.out_pair[out] = take(tables, board, request)
    return out + 1


@njit(cache=True, nogil=True)
def _end_stream(tables: Tables, board: Board, walk: Walk, column: int, out: int) -> int:
    while board.receivers_n[column] > 0 and out <= MOST_OUT:
        out = _throw_out(tables, board, walk, board.receivers_at[column, board.receivers_n[column] - 1], out)
    return out


@njit(cache=True, nogil=True)
def _clear(tables: Tables, board: Board, walk: Walk, pair: int, out: int) -> int:
    """Throw out what keeps the pair's request from its place. Returns how many are out, or -1 when it cannot be."""
    request, column = tables.request[pair], tables.column[pair]
    lessons = tables.lessons[request]
    class_row, school = tables.class_of[request], tables.school[request]
    teacher, site = tables.teacher[column], tables.site[column]
    if tables.room_for[column] < 1 or tables.rooms[school] < 1 or tables.studios[site] < 1:
        return -1
    for lesson in range(lessons):
        slot = tables.school_slots[pair, lesson]
        other = board.class_at[class_row, slot]
        if other >= 0:
            out = _throw_out(tables, board, walk, other, out)
        while board.room_n[school, slot] >= tables.rooms[school]:
            other = board.room_at[school, slot, _below(walk, board.room_n[school, slot])]
            out = _throw_out(tables, board, walk, other, out)
    if board.receivers_n[column] > 0:
        if board.receivers_n[column] >= tables.room_for[column]:
            other = board.receivers_at[column, _below(walk, board.receivers_n[column])]
            out = _throw_out(tables, board, walk, other, out)
    else:
        for lesson in range(lessons):
            slot = tables.column_slots[column, lesson]
            other = board.teacher_at[teacher, slot]
            if other >= 0:
                out = _end_stream(tables, board, walk, other, out)
            while board.studio_n[site, slot] >= tables.studios[site] and out <= MOST_OUT:
                other = board.studio_at[site, slot, _below(walk, board.studio_n[site, slot])]
                out = _end_stream(tables, board, walk, other, out)
        if not tables.fixed[column]:
            if lessons > tables.max_load[teacher]:
                return -1 - out
            while board.load[teacher] + lessons > tables.max_load[teacher] and out <= MOST_OUT:
                other = board.teacher_at[teacher, _below(walk, tables.slots)]
                if other >= 0 and not tables.fixed[other]:
                    out = _end_stream(tables, board, walk, other, out)
    if out > MOST_OUT:
        return -1 - out
    for lesson in range(lessons):
        for point in range(tables.link_from[pair, lesson], tables.link_to[pair, lesson]):
            if board.link_n[point] >= tables.link_limit[point]:
                out = _free_link(tables, board, walk, tables.county[request], point, out)
                if out < 0 or out > MOST_OUT:
                    return out if out < 0 else -1 - out
    return out


@njit(cache=True, nogil=True)
def _free_link(tables: Tables, board: Board, walk: Walk, county: int, point: int, out: int) -> int:
    """Throw out a request of the county that is received at this link point, found by trying some."""
    first = walk.county_from[county]
    many = walk.county_from[county + 1] - first
    for _ in range(LINK_TRIES):
        other = walk.county_requests[first + _below(walk, many)]
        pair = board.pair_of[other]
        if pair >= 0:
            for lesson in range(tables.lessons[other]):
                if tables.link_from[pair, lesson] <= point < tables.link_to[pair, lesson]:
                    return _throw_out(tables, board, walk, other, out)
    return -1 - out


@njit(cache=True, nogil=True)
def _undo(tables: Tables, board: Board, walk: Walk, out: int, moved: int, old: int) -> None:
    """Put everything back: `out` requests thrown out, and the request `moved` that was in pair `old`."""
    if board.pair_of[moved] >= 0:
        take(tables, board, moved)
    for place in range(out):
        if board.pair_of[walk.out[place]] >= 0:
            take(tables, board, walk.out[place])
    for place in range(out):
        put(tables, board, walk.out_pair[place])
    if old >= 0:
        put(tables, board, old)


@njit(cache=True, nogil=True)
def _step(tables: Tables, board: Board, walk: Walk, pair: int, allowed: float) -> bool:
    """Put the pair's request there if the cost, after all re-insertions, rises by no more than `allowed`."""
    request = tables.request[pair]
    before = board.cost[0]
    old = -1
    if board.pair_of[request] >= 0:
        old = take(tables, board, request)
    out = _clear(tables, board, walk, pair, 0)
    if out < 0:
        _undo(tables, board, walk, -1 - out, request, old)
        return False
    put(tables, board, pair)
    hope = 0.0
    for place in range(out):
        hope += walk.worth[walk.out[place]]
    for turn in range(out):
        if board.cost[0] - hope - before > allowed:
            break
        # out and out_pair stay as they are for undoing; the order is that of throwing out
        other = walk.out[turn]
        hope -= walk.worth[other]
        place = best_fit(tables, board, other, _below(walk, 1 << 20))
        if place >= 0 and added_cost(tables, board, place) < 0:
            put(tables, board, place)
    if board.cost[0] - before > allowed:
        _undo(tables, board, walk, out, request, old)
        return False
    return True


@njit(cache=True, nogil=True)
def fill(tables: Tables, board: Board, walk: Walk) -> int:
    """Put every unmet request that fits somewhere there, as long as there is one. Returns how many were put."""
    done = 0
    again = True
    while again:
        again = False
        place = board.unmet_n[0] - 1
        while place >= 0:
            pair = best_fit(tables, board, board.unmet[place], _below(walk, 1 << 20))
            if pair >= 0:
                put(tables, board, pair)
                done += 1
                again = True
            place = min(place, board.unmet_n[0]) - 1
    return done


@njit(cache=True, nogil=True)
def anneal(tables: Tables, board: Board, walk: Walk, steps: int, hot: float, cold: float) -> int:
    """`steps` steps, the temperature going from `hot` to `cold` geometrically. Returns how many were kept."""
    requests = len(tables.lessons)
    kept = 0
    cooling = (cold / hot) ** (1.0 / max(1, steps)) if steps > 0 else 1.0
    heat = hot
    for _ in range(steps):
        heat *= cooling
        if board.unmet_n[0] > 0 and _below(walk, 100) < 50:
            request = board.unmet[_below(walk, board.unmet_n[0])]
        else:
            request = _below(walk, requests)
        first = tables.pairs_from[request]
        many = tables.pairs_from[request + 1] - first
        if many == 0:
            continue
        pair = first + _below(walk, many)
        if pair == board.pair_of[request]:
            continue
        chance = (_below(walk, 1 << 30) + 1.0) / (1 << 30)
        if _step(tables, board, walk, pair, -heat * np.log(chance)):
            kept += 1
            if board.cost[0] < walk.best_cost[0] - 1e-9:
                walk.best_cost[0] = board.cost[0]
                walk.best_pair_of[:] = board.pair_of
    return kept
