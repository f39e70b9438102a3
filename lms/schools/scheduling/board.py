"""A plan being made, as arrays that are changed in place: put a request into a pair, take it out, see what is in the way.

Everything here is compiled. A board always keeps H1 to H15; what it costs (S1 to S8) is kept up with each change.
"""

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lms.schools.scheduling.tables import Floats, Ints, Tables

FREE = -1


class Board(NamedTuple):
    """Lengths as in Tables. `*_n` counts, `*_at` names who is there; -1 for nobody."""

    pair_of: Ints
    """[R] the pair each request is in, -1 while unmet."""
    receivers_n: Ints
    receivers_at: Ints
    """[C, most receivers] requests."""
    teacher_at: Ints
    """[T, S] the column given."""
    load: Ints
    """[T] lessons of new streams."""
    studio_n: Ints
    studio_at: Ints
    """[L, S, most studios] columns."""
    class_at: Ints
    """[classes, S] requests."""
    room_n: Ints
    room_at: Ints
    """[schools, S, most rooms] requests."""
    link_n: Ints
    county_unmet: Ints
    """[V] lessons."""
    unmet: Ints
    """The unmet requests that have a pair, in the first unmet_n[0] places."""
    unmet_place: Ints
    """[R] the place in `unmet`, or -1."""
    unmet_n: Ints
    cost: Floats
    """[1]"""
    covered: Ints
    """[1] lessons."""


def empty_board(tables: Tables) -> Board:
    """A board with every request unmet."""
    requests, teachers, sites = len(tables.lessons), len(tables.max_load), len(tables.studios)
    counties, slots = len(tables.unfair_from) - 1, tables.slots
    classes = int(tables.class_of.max(initial=-1)) + 1
    asked = np.bincount(tables.county, weights=tables.lessons, minlength=counties).astype(np.int32)

    def none(*shape: int) -> Ints:
        return np.full(shape, FREE, np.int32)

    def zero(*shape: int) -> Ints:
        return np.zeros(shape, np.int32)

    has_pair = np.diff(tables.pairs_from) > 0
    unmet, place = none(requests), none(requests)
    able = np.flatnonzero(has_pair).astype(np.int32)
    unmet[: len(able)] = able
    place[able] = np.arange(len(able))
    unfair = sum(float(tables.unfair[tables.unfair_from[county] + asked[county]]) for county in range(counties))
    teachers_of_site = int(np.bincount(tables.site, minlength=1).max(initial=0)) if len(tables.site) else 0
    most_studios = min(int(tables.studios.max(initial=0)), teachers_of_site, teachers)
    classes_of_school = np.bincount(tables.school[np.unique(tables.class_of, return_index=True)[1]], minlength=1)
    most_rooms = min(int(tables.rooms.max(initial=0)), int(classes_of_school.max(initial=0)))
    return Board(
        pair_of=none(requests),
        receivers_n=zero(len(tables.teacher)),
        receivers_at=none(len(tables.teacher), max(1, int(tables.room_for.max(initial=0)))),
        teacher_at=none(teachers, slots),
        load=zero(teachers),
        studio_n=zero(sites, slots),
        studio_at=none(sites, slots, max(1, most_studios)),
        class_at=none(classes, slots),
        room_n=zero(len(tables.rooms), slots),
        room_at=none(len(tables.rooms), slots, max(1, most_rooms)),
        link_n=zero(len(tables.link_limit)),
        county_unmet=asked,
        unmet=unmet,
        unmet_place=place,
        unmet_n=np.array([len(able)], np.int32),
        cost=np.array([float(tables.unmet_cost.sum()) + unfair]),
        covered=zero(1),
    )


@njit(cache=True, nogil=True)
def added_cost(tables: Tables, board: Board, pair: int) -> float:
    """What the cost changes by when the pair's unmet request is put there."""
    request, column = tables.request[pair], tables.column[pair]
    lessons = tables.lessons[request]
    cost = tables.pair_cost[pair] - tables.unmet_cost[request]
    here = board.receivers_n[column]
    if here == 0:
        if not tables.fixed[column]:
            cost += tables.new_stream_lesson * lessons
    elif here >= 2:
        cost += tables.third_receiver_lesson * lessons
    step = tables.unfair_from[tables.county[request]] + board.county_unmet[tables.county[request]]
    return cost + tables.unfair[step - lessons] - tables.unfair[step]


@njit(cache=True, nogil=True)
def fits(tables: Tables, board: Board, pair: int) -> bool:
    """Whether the pair's unmet request could be put there now without breaking a rule."""
    request, column = tables.request[pair], tables.column[pair]
    lessons = tables.lessons[request]
    class_row, school = tables.class_of[request], tables.school[request]
    for lesson in range(lessons):
        slot = tables.school_slots[pair, lesson]
        if board.class_at[class_row, slot] >= 0 or board.room_n[school, slot] >= tables.rooms[school]:
            return False
    if board.receivers_n[column] > 0:
        if board.receivers_n[column] >= tables.room_for[column]:
            return False
    else:
        teacher, site = tables.teacher[column], tables.site[column]
        if tables.room_for[column] < 1:
            return False
        if not tables.fixed[column] and board.load[teacher] + lessons > tables.max_load[teacher]:
            return False
        for lesson in range(lessons):
            slot = tables.column_slots[column, lesson]
            if board.teacher_at[teacher, slot] >= 0 or board.studio_n[site, slot] >= tables.studios[site]:
                return False
    for lesson in range(lessons):
        for point in range(tables.link_from[pair, lesson], tables.link_to[pair, lesson]):
            if board.link_n[point] >= tables.link_limit[point]:
                return False
    return True


@njit(cache=True, nogil=True)
def put(tables: Tables, board: Board, pair: int) -> None:
    """Put the pair's unmet request there. The caller has seen that it fits."""
    board.cost[0] += added_cost(tables, board, pair)
    request, column = tables.request[pair], tables.column[pair]
    lessons = tables.lessons[request]
    class_row, school = tables.class_of[request], tables.school[request]
    if board.receivers_n[column] == 0:
        teacher, site = tables.teacher[column], tables.site[column]
        if not tables.fixed[column]:
            board.load[teacher] += lessons
        for lesson in range(lessons):
            slot = tables.column_slots[column, lesson]
            board.teacher_at[teacher, slot] = column
            board.studio_at[site, slot, board.studio_n[site, slot]] = column
            board.studio_n[site, slot] += 1
    board.receivers_at[column, board.receivers_n[column]] = request
    board.receivers_n[column] += 1
    for lesson in range(lessons):
        slot = tables.school_slots[pair, lesson]
        board.class_at[class_row, slot] = request
        board.room_at[school, slot, board.room_n[school, slot]] = request
        board.room_n[school, slot] += 1
        for point in range(tables.link_from[pair, lesson], tables.link_to[pair, lesson]):
            board.link_n[point] += 1
    board.pair_of[request] = pair
    board.county_unmet[tables.county[request]] -= lessons
    board.covered[0] += lessons
    place, last = board.unmet_place[request], board.unmet[board.unmet_n[0] - 1]
    board.unmet[place] = last
    board.unmet_place[last] = place
    board.unmet_place[request] = -1
    board.unmet_n[0] -= 1


@njit(cache=True, nogil=True)
def _strike(row: Any, used: int, value: int) -> None:
    """Take `value` out of the first `used` places of `row`."""
    for place in range(used):
        if row[place] == value:
            row[place] = row[used - 1]
            return


@njit(cache=True, nogil=True)
def take(tables: Tables, board: Board, request: int) -> int:
    """Take a met request out of its pair, which is returned."""
    pair = board.pair_of[request]
    column = tables.column[pair]
    lessons = tables.lessons[request]
    class_row, school = tables.class_of[request], tables.school[request]
    _strike(board.receivers_at[column], board.receivers_n[column], request)
    board.receivers_n[column] -= 1
    if board.receivers_n[column] == 0:
        teacher, site = tables.teacher[column], tables.site[column]
        if not tables.fixed[column]:
            board.load[teacher] -= lessons
        for lesson in range(lessons):
            slot = tables.column_slots[column, lesson]
            board.teacher_at[teacher, slot] = -1
            _strike(board.studio_at[site, slot], board.studio_n[site, slot], column)
            board.studio_n[site, slot] -= 1
    for lesson in range(lessons):
        slot = tables.school_slots[pair, lesson]
        board.class_at[class_row, slot] = -1
        _strike(board.room_at[school, slot], board.room_n[school, slot], request)
        board.room_n[school, slot] -= 1
        for point in range(tables.link_from[pair, lesson], tables.link_to[pair, lesson]):
            board.link_n[point] -= 1
    board.pair_of[request] = -1
    board.county_unmet[tables.county[request]] += lessons
    board.covered[0] -= lessons
    board.unmet[board.unmet_n[0]] = request
    board.unmet_place[request] = board.unmet_n[0]
    board.unmet_n[0] += 1
    board.cost[0] -= added_cost(tables, board, pair)
    return pair


@njit(cache=True, nogil=True)
def best_fit(tables: Tables, board: Board, request: int, start: int) -> int:
    """The pair that fits and costs least, or -1. Equals go to the first one after `start`, a number of any size."""
    first = tables.pairs_from[request]
    many = tables.pairs_from[request + 1] - first
    best, best_cost = -1, 0.0
    for step in range(many):
        pair = first + (start + step) % many
        if fits(tables, board, pair):
            cost = added_cost(tables, board, pair)
            if best < 0 or cost < best_cost:
                best, best_cost = pair, cost
    return best


def filled(tables: Tables, pairs: NDArray[np.int32]) -> Board:
    """A board on which the request of each of these pairs has been put there; pairs that do not fit are left out."""
    board = empty_board(tables)
    for pair in pairs:
        if board.pair_of[tables.request[pair]] < 0 and fits(tables, board, pair):
            put(tables, board, pair)
    return board
