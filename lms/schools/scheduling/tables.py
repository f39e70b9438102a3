"""The arrays that the inner loops run over. All indices are positions in other arrays; -1 stands for none."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lms.schools.scheduling.types import Instance, Slot

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


class Tables(NamedTuple):
    """An instance as columns and pairs.

    A *column* is a stream that could be given: teacher, level and weekly slots; the fixed streams are columns too. A
    *pair* is a pattern of section 5: a request in a column, with the school's slots. Lengths: R requests, C columns,
    P pairs, K the most lessons a week, S slots of a week, T teachers, L lead sites, V counties.
    """

    # requests [R]
    lessons: Ints
    county: Ints
    school: Ints
    class_of: Ints
    unmet_cost: Floats
    """S8 of the request."""
    pairs_from: Ints
    """[R + 1]: the pairs of request r are pairs_from[r] .. pairs_from[r + 1] - 1."""
    # columns [C]
    teacher: Ints
    site: Ints
    fixed: NDArray[np.int8]
    column_lessons: Ints
    room_for: Ints
    """Most receivers (H8), or fewer when fewer could come."""
    column_slots: Ints
    """[C, K] the lead site's slots, in rising order."""
    members_from: Ints
    """[C + 1]: the pairs of column c are members[members_from[c] .. members_from[c + 1] - 1]."""
    members: Ints
    # pairs [P]
    request: Ints
    column: Ints
    school_slots: Ints
    """[P, K], aligned with column_slots."""
    link_from: Ints
    """[P, K]: the lesson counts in the link points link_from .. link_to - 1 (H15)."""
    link_to: Ints
    pair_cost: Floats
    """S1 to S4."""
    # limits
    max_load: Ints
    """[T]"""
    studios: Ints
    """[L]"""
    rooms: Ints
    """[schools]"""
    link_limit: Ints
    """[link points]"""
    # prices
    unfair_from: Ints
    """[V + 1]: unfair[unfair_from[v] + u] is S7 of county v with u unmet lessons."""
    unfair: Floats
    new_stream_lesson: float
    third_receiver_lesson: float
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
        return int(self.tables.lessons.sum())
