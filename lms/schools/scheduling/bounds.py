"""A bound on coverage that holds for every timetable: Lagrangian relaxation, its prices found by subgradients.

Every limit that columns share gets a price: a request's one place, a class's slot, a school's room, a county's link, a
teacher's slot and load, a site's studio. With prices fixed each column decides alone: it takes its best receivers, or
is not given. What the columns earn beyond the prices, plus what all limits are worth, is never less than the lessons
of any timetable (Geoffrion, Lagrangean relaxation for integer programming, 1974), whatever the prices are.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from lms.schools.scheduling.tables import (
    CLASS,
    END_MEMBER,
    FIRST_LESSON,
    FIRST_MEMBER,
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


class Limits(NamedTuple):
    """The rows of the relaxation: which limits a pair and a column use, and how much there is of each.

    Rows come in the order requests, class slots, room slots, link points, then teacher slots, loads, studio slots.
    """

    pair_from: Ints
    """[P + 1]: pair p uses the rows pair_rows[pair_from[p]] .. once each."""
    pair_rows: Ints
    column_from: Ints
    column_rows: Ints
    column_use: Ints
    """How much of column_rows[i] the column uses: its lessons of a load, 1 of a slot."""
    amount: Floats
    """[rows] how much there is."""


class Prices(NamedTuple):
    row: Floats
    """[rows]"""
    move: Floats
    """[rows] the direction, a fading mean of subgradients."""
    slope: Floats
    best_row: Floats
    best: Floats
    """[1] the least bound found, in lessons."""


def find_limits(tables: Tables) -> Limits:
    """The relaxation's rows; limits that cannot be exceeded are left out."""
    requests, columns, pairs, slots = tables.requests, tables.columns, tables.pairs, tables.slots
    most = columns.shape[1] - LEAD_SLOTS
    classes = int(requests[:, CLASS].max(initial=-1)) + 1
    schools, teachers = len(tables.rooms), len(tables.max_load)
    at_class = len(requests)
    at_room = at_class + classes * slots
    at_link = at_room + schools * slots
    at_teacher = at_link + len(tables.link_limit)
    at_load = at_teacher + teachers * slots
    at_studio = at_load + teachers
    amount = np.concatenate(
        [
            np.ones(len(requests) + classes * slots),
            np.repeat(tables.rooms, slots),
            tables.link_limit,
            np.ones(teachers * slots),
            tables.max_load,
            np.repeat(tables.studios, slots),
        ]
    ).astype(float)
    of_request = requests[pairs[:, REQUEST]]
    owners, rows = [np.arange(len(pairs))], [pairs[:, REQUEST]]
    for lesson in range(most):
        at = FIRST_LESSON + LESSON_WIDTH * lesson
        used = np.flatnonzero(pairs[:, at] >= 0)
        owners += [used, used]
        rows += [at_class + of_request[used, CLASS] * slots + pairs[used, at]]
        rows += [at_room + of_request[used, SCHOOL] * slots + pairs[used, at]]
        width = int((pairs[:, at + LINK_TO] - pairs[:, at + LINK_FROM]).max(initial=0))
        for step in range(width):
            used = np.flatnonzero(pairs[:, at + LINK_FROM] + step < pairs[:, at + LINK_TO])
            owners.append(used)
            rows.append(at_link + pairs[used, at + LINK_FROM] + step)
    pair_from, pair_rows, _ = _gathered(len(pairs), owners, rows, None)
    owners, rows, uses = [], [], []
    new = np.flatnonzero(columns[:, FIXED] == 0)
    owners.append(new)
    rows.append(at_load + columns[new, TEACHER])
    uses.append(columns[new, LESSONS])
    for lesson in range(most):
        used = np.flatnonzero(columns[:, LEAD_SLOTS + lesson] >= 0)
        slot = columns[used, LEAD_SLOTS + lesson]
        owners += [used, used]
        rows += [at_teacher + columns[used, TEACHER] * slots + slot, at_studio + columns[used, SITE] * slots + slot]
        uses += [np.ones(len(used), np.int32)] * 2
    column_from, column_rows, column_use = _gathered(len(columns), owners, rows, uses)
    return Limits(pair_from, pair_rows, column_from, column_rows, column_use, amount)


def _gathered(many: int, owners: list[Ints], rows: list[Ints], uses: list[Ints] | None) -> tuple[Ints, Ints, Ints]:
    owner, row = np.concatenate(owners), np.concatenate(rows)
    order = np.argsort(owner, kind="stable")
    use = np.concatenate(uses)[order] if uses else np.empty(0)
    starts = np.searchsorted(owner[order], np.arange(many + 1))
    return starts.astype(np.int32), row[order].astype(np.int32), use.astype(np.int32)


def first_prices(tables: Tables, limits: Limits) -> Prices:
    """Every request as dear as its lessons are worth: then no column earns anything, and the bound is all lessons."""
    rows = len(limits.amount)
    first = np.zeros(rows)
    first[: len(tables.requests)] = tables.requests[:, LESSONS]
    return Prices(
        row=first,
        move=np.zeros(rows),
        slope=np.zeros(rows),
        best_row=first.copy(),
        best=np.array([float(tables.requests[:, LESSONS].sum())]),
    )


@njit(cache=True, nogil=True)
def lower(
    tables: Tables, limits: Limits, prices: Prices, rounds: int, target: float, pace: float, memory: float
) -> float:
    """`rounds` steps down. Returns the mean of what they showed.

    The step is that of Polyak towards `target` (lessons), times `pace`; the direction is `memory` times the last one
    plus the subgradient.
    """
    row, move, slope, amount = prices.row, prices.move, prices.slope, limits.amount
    many = len(amount)
    widest = 1
    for column in range(len(tables.columns)):
        widest = max(widest, tables.columns[column, ROOM_FOR])
    top = np.empty(widest + 1)
    top_pair = np.empty(widest + 1, np.int32)
    seen = 0.0
    for _ in range(rounds):
        bound = 0.0
        for one in range(many):
            bound += row[one] * amount[one]
            slope[one] = amount[one]
        for column in range(len(tables.columns)):
            room, lessons = tables.columns[column, ROOM_FOR], tables.columns[column, LESSONS]
            rent = 0.0
            for at in range(limits.column_from[column], limits.column_from[column + 1]):
                rent += row[limits.column_rows[at]] * limits.column_use[at]
            if room * lessons <= rent:
                continue
            found, total = 0, 0.0
            for member in range(tables.columns[column, FIRST_MEMBER], tables.columns[column, END_MEMBER]):
                pair = tables.members[member]
                worth = float(lessons)
                for at in range(limits.pair_from[pair], limits.pair_from[pair + 1]):
                    worth -= row[limits.pair_rows[at]]
                if worth <= 0.0 or (found == room and worth <= top[found - 1]):
                    continue
                place = found if found < room else room - 1
                total += worth - (top[place] if found == room else 0.0)
                found = min(found + 1, room)
                while place > 0 and top[place - 1] < worth:
                    top[place] = top[place - 1]
                    top_pair[place] = top_pair[place - 1]
                    place -= 1
                top[place] = worth
                top_pair[place] = pair
            if total > rent:
                bound += total - rent
                for at in range(limits.column_from[column], limits.column_from[column + 1]):
                    slope[limits.column_rows[at]] -= limits.column_use[at]
                for one in range(found):
                    pair = top_pair[one]
                    for at in range(limits.pair_from[pair], limits.pair_from[pair + 1]):
                        slope[limits.pair_rows[at]] -= 1.0
        seen += bound
        if bound < prices.best[0]:
            prices.best[0] = bound
            prices.best_row[:] = row
        norm = 0.0
        for one in range(many):
            if slope[one] > 0.0 and row[one] == 0.0 and move[one] >= 0.0:
                move[one] = 0.0
            else:
                move[one] = memory * move[one] + slope[one]
                norm += move[one] * move[one]
        if norm == 0.0 or bound <= target:
            return bound
        length = pace * (bound - target) / norm
        for one in range(many):
            row[one] = max(0.0, row[one] - length * move[one])
    return seen / max(1, rounds)
