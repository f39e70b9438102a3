"""A bound on coverage that holds for every timetable: Lagrangian relaxation at the prices of a linear program.

Every limit that columns share gets a price: a request's one place, a class's slot, a school's room, a county's link, a
teacher's slot and load, a site's studio. With prices fixed each column decides alone: it takes its best receivers, or
is not given. What the columns earn beyond the prices, plus what all limits are worth, is never less than the lessons
of any timetable (Geoffrion, Lagrangean relaxation for integer programming, 1974), whatever the prices are. Good prices
are those of the linear program, which a primal-dual method of first order comes near to.
"""

from typing import Any, NamedTuple

import numpy as np

from lms.schools.scheduling.compiled import compiled
from lms.schools.scheduling.tables import (
    CLASS,
    COLUMN,
    FIRST_LESSON,
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

    order: Ints
    """[P] the pairs in the order of this relaxation: by column and group."""
    groups_from: Ints
    """[C + 1]: column c has the groups groups_from[c] .. of pairs; no more than one of a group can be used."""
    group_from: Ints
    """[G + 1]: group g has the pairs group_from[g] .., which are counted in an order of their own."""
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
    """The linear program's two sides, in place: how far each pair and column is used, and what each row costs."""

    x: Floats
    """[P]"""
    y: Floats
    """[C]"""
    z: Floats
    """[G] the price of a group using no more than its column is given."""
    w: Floats
    """[C] the price of a column's places for receivers."""
    row: Floats
    """[rows]"""
    use: Floats
    """[rows] working space."""
    pair_step: Floats
    column_step: Floats
    group_step: Floats
    place_step: Floats
    row_step: Floats


def find_limits(tables: Tables) -> Limits:
    """The relaxation's rows; limits that cannot be exceeded are left out."""
    requests, columns, slots = tables.requests, tables.columns, tables.slots
    school = requests[tables.pairs[:, REQUEST], SCHOOL]
    # Two classes of a school with one room cannot follow the same stream: they are a group, everyone else is alone.
    group = np.where(tables.rooms[school] == 1, school, len(tables.rooms) + np.arange(len(school)))
    order = np.lexsort((group, tables.pairs[:, COLUMN]))
    pairs = tables.pairs[order]
    fresh = np.flatnonzero(np.diff(pairs[:, COLUMN] * (2.0**32) + group[order], prepend=-1.0))
    groups_from = np.searchsorted(pairs[fresh, COLUMN], np.arange(len(columns) + 1))
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
    owners: list[Any] = [np.arange(len(pairs))]
    rows: list[Any] = [pairs[:, REQUEST]]
    for lesson in range(most):
        at = FIRST_LESSON + LESSON_WIDTH * lesson
        used = np.flatnonzero(pairs[:, at] >= 0)
        many = used[tables.rooms[of_request[used, SCHOOL]] > 1]  # one room is one class
        owners += [many, used]
        rows += [at_class + of_request[many, CLASS] * slots + pairs[many, at]]
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
    return Limits(
        order=order.astype(np.int32),
        groups_from=groups_from.astype(np.uint32),
        group_from=np.append(fresh, len(pairs)).astype(np.uint32),
        pair_from=pair_from,
        pair_rows=pair_rows,
        column_from=column_from,
        column_rows=column_rows,
        column_use=column_use,
        amount=amount,
    )


def _gathered(many: int, owners: list[Any], rows: list[Any], uses: list[Any] | None) -> tuple[Any, Any, Any]:
    owner, row = np.concatenate(owners), np.concatenate(rows)
    order = np.argsort(owner, kind="stable")
    use = np.concatenate(uses)[order] if uses else np.empty(0)
    starts = np.searchsorted(owner[order], np.arange(many + 1))
    return starts.astype(np.uint32), row[order].astype(np.uint32), use.astype(np.float64)


def first_prices(tables: Tables, limits: Limits) -> Prices:
    """Steps after Pock and Chambolle, Diagonal preconditioning for first order primal-dual algorithms, 2011."""
    pairs, columns, rows = len(tables.pairs), len(tables.columns), len(limits.amount)
    groups = np.diff(limits.groups_from).astype(float)
    members = np.diff(limits.group_from[limits.groups_from]).astype(float)
    room = tables.columns[:, ROOM_FOR].astype(float)
    owner = np.repeat(np.arange(columns), np.diff(limits.column_from))
    used = np.bincount(owner, weights=limits.column_use, minlength=columns)
    in_row = np.bincount(limits.pair_rows, minlength=rows) + np.bincount(
        limits.column_rows, weights=limits.column_use, minlength=rows
    )
    return Prices(
        x=np.zeros(pairs),
        y=np.zeros(columns),
        z=np.zeros(len(limits.group_from) - 1),
        w=np.zeros(columns),
        row=np.zeros(rows),
        use=np.zeros(rows),
        pair_step=1.0 / (2.0 + np.diff(limits.pair_from)),
        column_step=1.0 / (groups + room + used),
        group_step=1.0 / (1.0 + np.diff(limits.group_from)),
        place_step=1.0 / (members + room),
        row_step=1.0 / np.maximum(1.0, in_row),
    )


@compiled
def approach(tables: Tables, limits: Limits, prices: Prices, rounds: int, weight: float) -> None:
    """`rounds` steps of the primal-dual method of Chambolle and Pock (2011) on the linear program.

    `weight` is how much longer the steps of prices are than those of uses.
    """
    x, y, z, w, row, use = prices.x, prices.y, prices.z, prices.w, prices.row, prices.use
    for _ in range(rounds):
        use[:] = 0.0
        for column in range(len(tables.columns)):
            room, lessons = tables.columns[column, ROOM_FOR], tables.columns[column, LESSONS]
            gain = room * w[column]
            for at in range(limits.column_from[column], limits.column_from[column + 1]):
                gain -= row[limits.column_rows[at]] * limits.column_use[at]
            for group in range(limits.groups_from[column], limits.groups_from[column + 1]):
                gain += z[group]
            old = y[column]
            new = max(0.0, old + prices.column_step[column] * gain / weight)
            y[column] = new
            ahead = 2.0 * new - old
            if ahead != 0.0:
                for at in range(limits.column_from[column], limits.column_from[column + 1]):
                    use[limits.column_rows[at]] += limits.column_use[at] * ahead
            total = 0.0
            for group in range(limits.groups_from[column], limits.groups_from[column + 1]):
                together = 0.0
                for pair in range(limits.group_from[group], limits.group_from[group + 1]):
                    gain = lessons - z[group] - w[column]
                    for at in range(limits.pair_from[pair], limits.pair_from[pair + 1]):
                        gain -= row[limits.pair_rows[at]]
                    old = x[pair]
                    new = max(0.0, old + prices.pair_step[pair] * gain / weight)
                    x[pair] = new
                    forth = 2.0 * new - old
                    if forth != 0.0:
                        together += forth
                        for at in range(limits.pair_from[pair], limits.pair_from[pair + 1]):
                            use[limits.pair_rows[at]] += forth
                z[group] = max(0.0, z[group] + prices.group_step[group] * weight * (together - ahead))
                total += together
            w[column] = max(0.0, w[column] + prices.place_step[column] * weight * (total - room * ahead))
        for one in range(len(row)):
            row[one] = max(0.0, row[one] + prices.row_step[one] * weight * (use[one] - limits.amount[one]))


@compiled
def bound_of(tables: Tables, limits: Limits, row: Floats) -> float:
    """The lessons that no timetable exceeds, by the prices `row`; true whatever they are, as long as none is negative.

    What a teacher's columns earn beyond the prices is counted once for each lesson of the load, as if all lessons were
    of the best column: that is a higher price for the load.
    """
    bound = 0.0
    for one in range(len(row)):
        bound += row[one] * limits.amount[one]
    widest = 1
    for column in range(len(tables.columns)):
        widest = max(widest, tables.columns[column, ROOM_FOR])
    top = np.zeros(widest + 1)
    excess = np.zeros(len(tables.max_load))
    for column in range(len(tables.columns)):
        room, lessons = tables.columns[column, ROOM_FOR], tables.columns[column, LESSONS]
        earned = 0.0
        for at in range(limits.column_from[column], limits.column_from[column + 1]):
            earned -= row[limits.column_rows[at]] * limits.column_use[at]
        found = 0
        for group in range(limits.groups_from[column], limits.groups_from[column + 1]):
            worth = 0.0
            for pair in range(limits.group_from[group], limits.group_from[group + 1]):
                left = float(lessons)
                for at in range(limits.pair_from[pair], limits.pair_from[pair + 1]):
                    left -= row[limits.pair_rows[at]]
                worth = max(worth, left)
            if worth <= 0.0 or room == 0 or (found == room and worth <= top[room - 1]):
                continue
            place = found
            if found == room:
                place -= 1
                earned -= top[place]
            else:
                found += 1
            earned += worth
            while place > 0 and top[place - 1] < worth:
                top[place] = top[place - 1]
                place -= 1
            top[place] = worth
        if earned > 0.0:
            if tables.columns[column, FIXED]:
                bound += earned
            else:
                teacher = tables.columns[column, TEACHER]
                excess[teacher] = max(excess[teacher], earned / lessons)
    for teacher in range(len(excess)):
        bound += excess[teacher] * tables.max_load[teacher]
    return bound


@compiled
def losses(tables: Tables, limits: Limits, row: Floats) -> Floats:
    """[P] by how many lessons the bound of these prices falls, at least, for timetables that use the pair."""
    lost = np.zeros(len(limits.order))
    for column in range(len(tables.columns)):
        room, lessons = tables.columns[column, ROOM_FOR], tables.columns[column, LESSONS]
        first, end = limits.groups_from[column], limits.groups_from[column + 1]
        earned = 0.0
        for at in range(limits.column_from[column], limits.column_from[column + 1]):
            earned -= row[limits.column_rows[at]] * limits.column_use[at]
        own = np.zeros(end - first)
        for group in range(first, end):
            for pair in range(limits.group_from[group], limits.group_from[group + 1]):
                left = float(lessons)
                for at in range(limits.pair_from[pair], limits.pair_from[pair + 1]):
                    left -= row[limits.pair_rows[at]]
                lost[pair] = left
                own[group - first] = max(own[group - first], left)
        ranked = np.sort(own)[::-1]
        best = ranked[:room].sum()
        last = ranked[room - 1] if 0 < room <= len(ranked) else 0.0
        for group in range(first, end):
            others = best - max(own[group - first], last)  # the best room - 1 of the other groups
            for pair in range(limits.group_from[group], limits.group_from[group + 1]):
                lost[pair] = max(0.0, -(earned + others + lost[pair]))
    return lost
