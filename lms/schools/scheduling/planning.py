"""Planning a week: annealing on one processor, the proof of its bound on the other, anytime and repeatable."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from lms.schools.scheduling.annealing import Walk, anneal, learn, new_walk
from lms.schools.scheduling.board import COVERED, Board, empty_board, fill, lay
from lms.schools.scheduling.patterns import find_patterns
from lms.schools.scheduling.proving import Prover
from lms.schools.scheduling.reasons import reasons_of
from lms.schools.scheduling.repairs import Repair, find_repair
from lms.schools.scheduling.tables import (
    COLUMN,
    FIRST_LESSON,
    LEAD_SLOTS,
    LESSON_WIDTH,
    LESSONS,
    TEACHER,
    Ints,
    Patterns,
    Tables,
)
from lms.schools.scheduling.types import Events, Instance, Receiver, Stream, Timetable, Unmet

HOT, COLD = 0.6, 0.03
"""Temperatures, in prices of an unmet lesson."""
COVERED_FIRST = 1.0
"""The search pays so many prices of an unmet lesson more for each, of whatever priority."""
LEAST_SHARE = 0.04
"""Of the time limit: how long it searches at least, also when compiling took all of it."""
REPAIR_HOT, REPAIR_COLD = 10.0, 1.0
STEPS_PER_REQUEST = 8_000
STEPS_PER_S, REPAIR_STEPS_PER_S = 200_000, 150_000
"""Fewer than a processor makes: a run ends by its steps, which are the same everywhere, and not by the clock."""
CHUNK = 10_000
LEARN_SHARE = 0.3
"""Of the time limit: how long the search waits at most for the first rounds of the linear program."""


@dataclass(frozen=True)
class Progress:
    seconds: float
    coverage_percent: float
    bound_percent: float


Watch = Callable[[Progress], None]


class Enough(Exception):
    """Raised by a watch: the best timetable found so far will do."""


def plan(
    instance: Instance,
    *,
    time_limit_s: float = 50,
    spent_s: float = 0,
    seed: int = 1,
    previous: tuple[Stream, ...] | None = None,
    events: Events | None = None,
    watch: Watch = lambda progress: None,
) -> Timetable:
    """The best timetable found in `time_limit_s` seconds of wall time, less when it is proven that none covers more.

    `spent_s` of them are gone already, by reading for example: steps are counted by the limit, however long that took.
    With `previous` and `events` it is a repair (section 6). The same input, seed and limit give the same timetable, as
    long as the machine is fast enough for the steps planned. KeyboardInterrupt, or Enough from `watch`, ends the
    search, and the best timetable found so far is returned.
    """
    began = time.monotonic() - spent_s
    patterns = find_patterns(instance, events)
    tables = patterns.tables
    prover = Prover(tables)
    prover.start()
    board = empty_board(tables)
    repair = None
    try:
        if previous is not None:
            repair = find_repair(patterns, previous, events or Events())
        board = _search(patterns, repair, prover, began, time_limit_s, seed, watch)
    except KeyboardInterrupt:
        board = empty_board(tables)
    finally:
        prover.stop()
        prover.join(timeout=5)
    return _timetable(patterns, board, repair, prover, began)


def _search(
    patterns: Patterns, repair: Repair | None, prover: Prover, began: float, limit_s: float, seed: int, watch: Watch
) -> Board:
    tables = patterns.tables
    price = patterns.instance.rules.weights.unmet_lesson or 100.0
    covering = tables.unmet_cost + COVERED_FIRST * price * tables.requests[:, LESSONS]
    searched = repair.tables if repair else tables._replace(unmet_cost=covering)
    board = empty_board(searched)
    if repair:
        lay(searched, board, repair.kept)
    fill(searched, board)
    walk = new_walk(searched, board, seed)
    budget = int(
        min(STEPS_PER_REQUEST * len(tables.requests), (REPAIR_STEPS_PER_S if repair else STEPS_PER_S) * limit_s)
    )
    total = max(1, patterns.total_lessons)
    hot, cold = (REPAIR_HOT, REPAIR_COLD) if repair else (HOT * price, COLD * price)
    done = 0
    try:
        anneal(searched, board, walk, 0, hot, cold)  # compiled, the first time, while the prover works
        if not repair and prover.known(wait_s=LEARN_SHARE * limit_s):
            learn(walk, searched, prover.likely)
        began_search = time.monotonic() - began
        limit_s = max(limit_s, began_search + LEAST_SHARE * limit_s)
        while True:
            passed = time.monotonic() - began
            best = int(tables.requests[walk.best >= 0, LESSONS].sum())
            prover.covered = best
            watch(Progress(passed, 100 * best / total, 100 * prover.lessons / total))
            at = max(done / max(1, budget), (passed - began_search) / max(0.01, limit_s - began_search))
            if passed >= limit_s or not len(tables.pairs):
                break
            if at < 1:
                step = (CHUNK / budget) if budget else 1.0
                anneal(searched, board, walk, CHUNK, _heat(hot, cold, at), _heat(hot, cold, min(1.0, at + step)))
                done += CHUNK
            elif repair or not prover.is_alive():
                break
            else:
                prover.searched.set()
                prover.join(timeout=0.2)
    except (KeyboardInterrupt, Enough):
        pass
    return _polished(tables, walk)


def _heat(hot: float, cold: float, fraction: float) -> float:
    return float(hot * (cold / hot) ** min(1.0, fraction))


def _polished(tables: Tables, walk: Walk) -> Board:
    """The best plan on a board with the instance's own prices, and whatever still fits added."""
    board = empty_board(tables)
    lay(tables, board, walk.best[walk.best >= 0])
    fill(tables, board)
    return board


def _timetable(patterns: Patterns, board: Board, repair: Repair | None, prover: Prover, began: float) -> Timetable:
    tables, total = patterns.tables, max(1, patterns.total_lessons)
    covered = int(board.counts[COVERED])
    unmet = tuple(
        Unmet(patterns.requests[request], reasons_of(patterns, board, int(request)))
        for request in np.flatnonzero(board.places[:, 0] < 0)
    )
    timetable = Timetable(
        streams=_streams(patterns, board.places[:, 0]),
        unmet=unmet,
        coverage_percent=100 * covered / total if patterns.total_lessons else 100.0,
        bound_percent=100 * max(covered, prover.lessons) / total if patterns.total_lessons else 100.0,
        seconds=time.monotonic() - began,
        cost=float(board.cost[0]) if tables else 0.0,
    )
    return replace(timetable, repaired=repair.told(timetable)) if repair else timetable


def _streams(patterns: Patterns, places: Ints) -> tuple[Stream, ...]:
    tables, instance = patterns.tables, patterns.instance
    receivers: dict[int, list[Receiver]] = {}
    for request in np.flatnonzero(places >= 0):
        pair = tables.pairs[places[request]]
        lessons = tables.requests[request, LESSONS]
        own = instance.requests[patterns.requests[request]]
        slots = tuple(patterns.slot(pair[FIRST_LESSON + LESSON_WIDTH * lesson]) for lesson in range(lessons))
        receivers.setdefault(int(pair[COLUMN]), []).append(Receiver(own.id, own.school_class, slots))
    streams = []
    for column in sorted(receivers):
        row = tables.columns[column]
        teacher = instance.teachers[patterns.teachers[row[TEACHER]]]
        slots = tuple(patterns.slot(slot) for slot in row[LEAD_SLOTS:] if slot >= 0)
        streams.append(Stream(teacher.id, teacher.subject, patterns.levels[column], slots, tuple(receivers[column])))
    return tuple(streams)
