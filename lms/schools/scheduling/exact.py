"""The bound of a small instance by branch and bound: HiGHS on the integer program."""

import ctypes
import os
from collections.abc import Callable
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from lms.schools.scheduling.bounds import Limits
from lms.schools.scheduling.tables import COLUMN, LESSONS, ROOM_FOR, Tables

SMALL_PAIRS = 12_000
OPTIONS = {"output_flag": False, "threads": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 0.99}
"""Lessons are whole: a gap below one is none."""


def integer_program(tables: Tables, limits: Limits) -> tuple[Any, Any, Any]:
    """Rows `matrix` @ (pairs, columns) <= `limit`, and the lessons `gain` that each of the variables covers."""
    pairs, columns = len(limits.pair_from) - 1, len(tables.columns)
    groups, rows = len(limits.group_from) - 1, len(limits.amount)
    group_of = np.repeat(np.arange(groups), np.diff(limits.group_from))
    column_of = np.repeat(np.arange(columns), np.diff(limits.groups_from))
    owner = np.repeat(np.arange(pairs), np.diff(limits.pair_from))
    user = np.repeat(np.arange(columns), np.diff(limits.column_from))
    each, given = np.arange(pairs), pairs + np.arange(columns)
    entries = [
        (limits.pair_rows, owner, np.ones(len(owner))),
        (limits.column_rows, pairs + user, limits.column_use),
        (rows + group_of, each, np.ones(pairs)),
        (rows + np.arange(groups), pairs + column_of, -np.ones(groups)),
        (rows + groups + column_of[group_of], each, np.ones(pairs)),
        (rows + groups + np.arange(columns), given, -tables.columns[:, ROOM_FOR].astype(float)),
    ]
    row, variable, value = (np.concatenate(parts) for parts in zip(*entries, strict=True))
    matrix = csr_matrix((value, (row, variable)), shape=(rows + groups + columns, pairs + columns))
    used = np.diff(matrix.indptr) > 0
    limit = np.concatenate([limits.amount, np.zeros(groups + columns)])
    gain = np.concatenate([tables.columns[column_of[group_of], LESSONS].astype(float), np.zeros(columns)])
    return matrix[used], limit[used], gain


def _silent_solver() -> Any:
    """A solver, without the two lines that HiGHS 1.16 prints on standard output before it can be told not to."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        kept = os.dup(1)
        try:
            os.dup2(nowhere.fileno(), 1)
            solver: Any = highspy.Highs()  # type: ignore[no-untyped-call]
            ctypes.CDLL(None).fflush(None)
        finally:
            os.dup2(kept, 1)
            os.close(kept)
    return solver


def exact_bound(
    tables: Tables,
    limits: Limits,
    useful: NDArray[np.bool_],
    covered: int,
    lower: Callable[[float], None],
    enough: Callable[[], bool],
) -> None:
    """Tell `lower` each better bound in lessons, until it is exact or `enough` says so.

    `covered` are the lessons of a plan at hand, and `useful` the pairs [P] that a better one could use, in the order of
    `limits`: no plan covers more than the better of the two, that one and the best of useful pairs.
    """
    matrix, limit, gain = integer_program(tables, limits)
    kept = np.concatenate([useful, np.zeros(len(tables.columns), np.bool_)])
    kept[len(useful) + np.unique(tables.pairs[limits.order[useful], COLUMN])] = True
    matrix, gain = matrix[:, kept], gain[kept]
    used = np.diff(matrix.indptr) > 0
    matrix, limit = matrix[used], limit[used]
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(gain), len(limit)
    model.sense_ = highspy.ObjSense.kMaximize
    model.col_cost_ = gain
    model.col_lower_, model.col_upper_ = np.zeros(len(gain)), np.ones(len(gain))
    model.row_lower_, model.row_upper_ = np.full(len(limit), -highspy.kHighsInf), limit
    model.integrality_ = [highspy.HighsVarType.kInteger] * len(gain)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_, model.a_matrix_.index_, model.a_matrix_.value_ = matrix.indptr, matrix.indices, matrix.data
    if not len(gain):
        lower(covered)
        return
    solver = _silent_solver()
    for option, value in OPTIONS.items():
        solver.setOptionValue(option, value)
    solver.passModel(model)

    def told(event: Any) -> None:
        if np.isfinite(event.data_out.mip_dual_bound):
            lower(max(covered, float(event.data_out.mip_dual_bound)))
        if enough():
            event.interrupt()

    solver.cbMipInterrupt.subscribe(told)
    solver.cbMipLogging.subscribe(told)
    solver.run()
    bound = solver.getInfo().mip_dual_bound
    if np.isfinite(bound):
        lower(max(covered, float(bound)))
