"""The arrays that the inner loops run over. All indices are positions in other arrays; -1 stands for none.

Few arrays with a row for each thing: what a step needs of a pair lies in one line of the processor's cache, and numba,
which compiles each array of a tuple as seven values, is ready sooner.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lms.schools.scheduling.types import Instance, Slot

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

LESSONS = 0
"""Of a request and of a column: lessons a week."""
# requests
COUNTY, SCHOOL, CLASS = 1, 2, 3
FIRST_PAIR, END_PAIR = 4, 5
"""The pairs of a request are those from the one to before the other."""
# columns
TEACHER, SITE, FIXED = 1, 2, 3
ROOM_FOR = 4
"""Most receivers (H8), or fewer when fewer could come."""
LEAD_SLOTS = 5
"""From here on the lead site's slots, in rising order."""
# pairs
REQUEST, COLUMN = 0, 1
LESSON_WIDTH = 3
FIRST_LESSON = 2
"""From here on for each lesson, in the order of the column's slots, three numbers: the school's slot ..."""
LINK_FROM, LINK_TO = 1, 2
"""... and, so far behind it, the points of the county's link (H15) from the one to before the other."""


class Tables(NamedTuple):
    """An instance as columns and pairs.

    A *column* is a stream that could be given: teacher, level and weekly slots; the fixed streams are columns too. A
    *pair* is a pattern of section 5: a request in a column, with the school's slots. Lengths: R requests, C columns,
    P pairs, K the most lessons a week, S slots of a week, T teachers, L lead sites, V counties.
    """

    requests: Ints
    """[R, END_PAIR + 1]"""
    columns: Ints
    """[C, LEAD_SLOTS + K]"""
    pairs: Ints
    """[P, FIRST_LESSON + K * LESSON_WIDTH], by request."""
    pair_cost: Floats
    """[P] S1 to S4."""
    unmet_cost: Floats
    """[R] S8."""
    max_load: Ints
    """[T]"""
    studios: Ints
    """[L]"""
    rooms: Ints
    """[schools]"""
    link_limit: Ints
    """[link points]"""
    unfair_from: Ints
    """[V + 1]: unfair[unfair_from[v] + u] is S7 of county v with u unmet lessons."""
    unfair: Floats
    prices: Floats
    """[2] of a new stream's lesson (S5), of a lesson of a third or later receiver (S6)."""
    slots: int


@dataclass(frozen=True)
class Patterns:
    """The tables, and the ids that their rows stand for."""

    instance: Instance
    tables: Tables
    requests: list[str]
    teachers: list[str]
    levels: list[str]
    """[C] the level of each column."""
    periods: int
    """The most periods of a day at any place: slot number = (weekday - 1) * periods + period - 1."""
    served: NDArray[np.bool_]
    """[R] whether any teacher of subject and level serves the school (the reason `no_teacher` when not)."""

    def slot(self, number: Any) -> Slot:
        weekday, period = divmod(int(number), self.periods)
        return weekday + 1, period + 1

    @property
    def total_lessons(self) -> int:
        return int(self.tables.requests[:, LESSONS].sum())
