"""A plan being made, as arrays changed in place: put a request into a pair, take it out, see what is in the way.

Everything here is compiled. A board always keeps H1 to H15; what it costs (S1 to S8) is kept up with each change.
"""

from typing import Any, NamedTuple

import numpy as np

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

UNMET, COVERED = 0, 1
"""Places in Board.counts."""


class Board(NamedTuple):
    """Lengths as in Tables. In rows that list who is somewhere, the first number is how many they are."""

    places: Ints
    """[R, 2] the pair each request is in, -1 while unmet; and its place in `unmet`, or -1."""
    receivers: Ints
    """[C, 1 + most receivers] requests."""
    teacher_at: Ints
    """[T, S] the column given, or -1."""
    load: Ints
    """[T] lessons of new streams."""
    studios: Ints
    """[L, S, 1 + most studios] columns."""
    class_at: Ints
    """[classes, S] requests, or -1."""
    rooms: Ints
    """[schools, S, 1 + most rooms] requests."""
    links: Ints
    """[link points] lessons."""
    county_unmet: Ints
    """[V] lessons."""
    unmet: Ints
    """The unmet requests that have a pair, in the first counts[UNMET] places."""
    counts: Ints
    """[2] unmet requests that have a pair, and lessons covered."""
    cost: Floats
    """[1] S1 to S8."""


def empty_board(tables: Tables) -> Board:
    """A board with every request unmet."""
    requests, columns = tables.requests, tables.columns
    teachers, sites, schools = len(tables.max_load), len(tables.studios), len(tables.rooms)
    counties, slots = len(tables.unfair_from) - 1, tables.slots
    classes = int(requests[:, CLASS].max(initial=-1)) + 1
    asked = np.bincount(requests[:, COUNTY], weights=requests[:, LESSONS], minlength=counties).astype(np.int32)

    def none(*shape: int) -> Ints:
        return np.full(shape, -1, np.int32)

    def zero(*shape: int) -> Ints:
        return np.zeros(shape, np.int32)

    able = np.flatnonzero(requests[:, END_PAIR] > requests[:, FIRST_PAIR])
    unmet, places = none(len(requests)), none(len(requests), 2)
    unmet[: len(able)] = able
    places[able, 1] = np.arange(len(able))
    unfair = sum(float(tables.unfair[tables.unfair_from[county] + asked[county]]) for county in range(counties))
    return Board(
        places=places,
        receivers=zero(len(columns), 1 + int(columns[:, ROOM_FOR].max(initial=0))),
        teacher_at=none(teachers, slots),
        load=zero(teachers),
        studios=zero(sites, slots, 1 + min(int(tables.studios.max(initial=0)), teachers)),
        class_at=none(classes, slots),
        rooms=zero(schools, slots, 1 + min(int(tables.rooms.max(initial=0)), classes)),
        links=zero(len(tables.link_limit)),
        county_unmet=asked,
        unmet=unmet,
        counts=np.array([len(able), 0], np.int32),
        cost=np.array([float(tables.unmet_cost.sum()) + unfair]),
    )


@inlined
def added_cost(tables: Tables, board: Board, pair: int) -> float:
    """What the cost changes by when the pair's unmet request is put there."""
    request, column = tables.pairs[pair, REQUEST], tables.pairs[pair, COLUMN]
    lessons = tables.requests[request, LESSONS]
    cost = tables.pair_cost[pair] - tables.unmet_cost[request]
    here = board.receivers[column, 0]
    if here == 0:
        if not tables.columns[column, FIXED]:
            cost += tables.prices[0] * lessons
    elif here >= 2:
        cost += tables.prices[1] * lessons
    step = tables.unfair_from[tables.requests[request, COUNTY]] + board.county_unmet[tables.requests[request, COUNTY]]
    return cost + tables.unfair[step - lessons] - tables.unfair[step]


@inlined
def fits(tables: Tables, board: Board, pair: int) -> bool:
    """Whether the pair's unmet request could be put there now without breaking a rule."""
    request, column = tables.pairs[pair, REQUEST], tables.pairs[pair, COLUMN]
    lessons = tables.requests[request, LESSONS]
    class_row, school = tables.requests[request, CLASS], tables.requests[request, SCHOOL]
    for lesson in range(lessons):
        slot = tables.pairs[pair, FIRST_LESSON + LESSON_WIDTH * lesson]
        if board.class_at[class_row, slot] >= 0 or board.rooms[school, slot, 0] >= tables.rooms[school]:
            return False
    if board.receivers[column, 0] > 0:
        if board.receivers[column, 0] >= tables.columns[column, ROOM_FOR]:
            return False
    else:
        teacher, site = tables.columns[column, TEACHER], tables.columns[column, SITE]
        if tables.columns[column, ROOM_FOR] < 1:
            return False
        if not tables.columns[column, FIXED] and board.load[teacher] + lessons > tables.max_load[teacher]:
            return False
        for lesson in range(lessons):
            slot = tables.columns[column, LEAD_SLOTS + lesson]
            if board.teacher_at[teacher, slot] >= 0 or board.studios[site, slot, 0] >= tables.studios[site]:
                return False
    for lesson in range(lessons):
        at = FIRST_LESSON + LESSON_WIDTH * lesson
        for point in range(tables.pairs[pair, at + LINK_FROM], tables.pairs[pair, at + LINK_TO]):
            if board.links[point] >= tables.link_limit[point]:
                return False
    return True


@inlined
def put(tables: Tables, board: Board, pair: int) -> None:
    """Put the pair's unmet request there. The caller has seen that it fits."""
    board.cost[0] += added_cost(tables, board, pair)
    request, column = tables.pairs[pair, REQUEST], tables.pairs[pair, COLUMN]
    lessons = tables.requests[request, LESSONS]
    class_row, school = tables.requests[request, CLASS], tables.requests[request, SCHOOL]
    if board.receivers[column, 0] == 0:
        teacher, site = tables.columns[column, TEACHER], tables.columns[column, SITE]
        if not tables.columns[column, FIXED]:
            board.load[teacher] += lessons
        for lesson in range(lessons):
            slot = tables.columns[column, LEAD_SLOTS + lesson]
            board.teacher_at[teacher, slot] = column
            board.studios[site, slot, 1 + board.studios[site, slot, 0]] = column
            board.studios[site, slot, 0] += 1
    board.receivers[column, 1 + board.receivers[column, 0]] = request
    board.receivers[column, 0] += 1
    for lesson in range(lessons):
        slot = tables.pairs[pair, FIRST_LESSON + LESSON_WIDTH * lesson]
        board.class_at[class_row, slot] = request
        board.rooms[school, slot, 1 + board.rooms[school, slot, 0]] = request
        board.rooms[school, slot, 0] += 1
        at = FIRST_LESSON + LESSON_WIDTH * lesson
        for point in range(tables.pairs[pair, at + LINK_FROM], tables.pairs[pair, at + LINK_TO]):
            board.links[point] += 1
    board.places[request, 0] = pair
    board.county_unmet[tables.requests[request, COUNTY]] -= lessons
    board.counts[COVERED] += lessons
    place, last = board.places[request, 1], board.unmet[board.counts[UNMET] - 1]
    board.unmet[place] = last
    board.places[last, 1] = place
    board.places[request, 1] = -1
    board.counts[UNMET] -= 1


@inlined
def _strike(row: Any, value: int) -> None:
    """Take `value` out of a row that begins with how many it lists."""
    last = row[0]
    for place in range(1, last):
        if row[place] == value:
            row[place] = row[last]
            break
    row[0] = last - 1


@inlined
def take(tables: Tables, board: Board, request: int) -> int:
    """Take a met request out of its pair, which is returned."""
    pair = board.places[request, 0]
    column = tables.pairs[pair, COLUMN]
    lessons = tables.requests[request, LESSONS]
    class_row, school = tables.requests[request, CLASS], tables.requests[request, SCHOOL]
    _strike(board.receivers[column], request)
    if board.receivers[column, 0] == 0:
        teacher, site = tables.columns[column, TEACHER], tables.columns[column, SITE]
        if not tables.columns[column, FIXED]:
            board.load[teacher] -= lessons
        for lesson in range(lessons):
            slot = tables.columns[column, LEAD_SLOTS + lesson]
            board.teacher_at[teacher, slot] = -1
            _strike(board.studios[site, slot], column)
    for lesson in range(lessons):
        slot = tables.pairs[pair, FIRST_LESSON + LESSON_WIDTH * lesson]
        board.class_at[class_row, slot] = -1
        _strike(board.rooms[school, slot], request)
        at = FIRST_LESSON + LESSON_WIDTH * lesson
        for point in range(tables.pairs[pair, at + LINK_FROM], tables.pairs[pair, at + LINK_TO]):
            board.links[point] -= 1
    board.places[request, 0] = -1
    board.county_unmet[tables.requests[request, COUNTY]] += lessons
    board.counts[COVERED] -= lessons
    board.unmet[board.counts[UNMET]] = request
    board.places[request, 1] = board.counts[UNMET]
    board.counts[UNMET] += 1
    board.cost[0] -= added_cost(tables, board, pair)
    return pair


@inlined
def best_fit(tables: Tables, board: Board, request: int, start: int) -> int:
    """The pair that fits and costs least, or -1. Equals go to the first one after `start`, a number of any size."""
    first = tables.requests[request, FIRST_PAIR]
    many = tables.requests[request, END_PAIR] - first
    best, best_cost = -1, 0.0
    for step in range(many):
        pair = first + (start + step) % many
        if fits(tables, board, pair):
            cost = added_cost(tables, board, pair)
            if best < 0 or cost < best_cost:
                best, best_cost = pair, cost
    return best


@compiled
def lay(tables: Tables, board: Board, pairs: Ints) -> None:
    """Put the request of each of these pairs there, as far as it is unmet and the pair fits."""
    for place in range(len(pairs)):
        pair = pairs[place]
        if board.places[tables.pairs[pair, REQUEST], 0] < 0 and fits(tables, board, pair):
            put(tables, board, pair)


@compiled
def fill(tables: Tables, board: Board) -> None:
    """Put every unmet request that fits somewhere there, the last of `unmet` first."""
    place = board.counts[UNMET] - 1
    while place >= 0:
        # Putting moves the last one, which was looked at already, into this place: one round sees everyone, and what
        # did not fit on an emptier board does not fit later, but into a stream that has begun since.
        pair = best_fit(tables, board, board.unmet[place], place)
        if pair >= 0:
            put(tables, board, pair)
            place = board.counts[UNMET]
        place -= 1
