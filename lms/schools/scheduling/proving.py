"""The bound of a run, made beside the plan on the second processor; it can be asked for at any time."""

import math
import threading
import time

import numpy as np

from lms.schools.scheduling.bounds import Limits, Prices, approach, bound_of, find_limits, first_prices, losses
from lms.schools.scheduling.exact import SMALL_PAIRS, exact_bound
from lms.schools.scheduling.tables import END_PAIR, FIRST_PAIR, LESSONS, Tables

WEIGHT = 2.0
LEARNT_ROUNDS = 800
"""After so many rounds of the linear program its uses say which pairs are likely."""
LIKELY = 0.01
ROUNDS = 50
SETTLED_ROUNDS = 2_000
SETTLED_LESSONS = 0.02
"""The program is solved well enough when that many rounds lowered the bound by less than this."""


class Prover(threading.Thread):
    """Proves that no timetable covers more than `lessons`. Goes on until stopped, or as good as it will be."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(name="prover", daemon=True)
        self._tables = tables
        self._stop_asked = threading.Event()
        self._learnt = threading.Event()
        requests = tables.requests
        possible = requests[requests[:, END_PAIR] > requests[:, FIRST_PAIR], LESSONS].sum()
        self._bound = float(possible)
        self.covered = 0
        """What the plan covers so far, in lessons."""
        self.searched = threading.Event()
        """Set when the plan will hardly become better: then the rest of the proof begins from it."""
        self.likely = np.zeros(len(tables.pairs), np.bool_)
        """[P] pairs that the linear program uses; to be read once `known`."""

    @property
    def lessons(self) -> int:
        return math.floor(self._bound + 1e-6)

    def known(self, wait_s: float) -> bool:
        """Whether it is known which pairs are likely, after waiting so long at most."""
        until = time.monotonic() + wait_s
        while not self._learnt.wait(0.1) and self.is_alive() and time.monotonic() < until:
            pass
        return self._learnt.is_set()

    def stop(self) -> None:
        self._stop_asked.set()

    def run(self) -> None:
        if not len(self._tables.pairs):
            return
        limits = find_limits(self._tables)
        self._best_row = np.zeros(len(limits.amount))
        self._solve(limits, first_prices(self._tables, limits))
        while not self.searched.wait(0.1) and not self._stop_asked.is_set():
            pass
        if len(self._tables.pairs) <= SMALL_PAIRS and not self._enough():
            self._finish(limits)

    def _enough(self) -> bool:
        return self._stop_asked.is_set() or self.lessons <= self.covered

    def _lower(self, lessons: float) -> None:
        self._bound = min(self._bound, lessons)

    def _finish(self, limits: Limits) -> None:
        """Branch and bound over the pairs that a better plan than the one at hand could use."""
        bound, covered = bound_of(self._tables, limits, self._best_row), self.covered
        useful = bound - losses(self._tables, limits, self._best_row) >= covered + 1 - 1e-6
        exact_bound(self._tables, limits, useful, covered, self._lower, self._enough)

    def _solve(self, limits: Limits, prices: Prices) -> None:
        tables = self._tables
        done, mark = 0, (0, self._bound)
        while not self._enough() or not self._learnt.is_set():
            approach(tables, limits, prices, ROUNDS, WEIGHT)
            done += ROUNDS
            bound = bound_of(tables, limits, prices.row)
            if bound < self._bound:
                self._best_row[:] = prices.row
            self._lower(bound)
            if done == LEARNT_ROUNDS:
                self.likely[limits.order[prices.x > LIKELY]] = True
                self._learnt.set()
            if self._stop_asked.is_set():
                return
            if done - mark[0] >= SETTLED_ROUNDS:
                if mark[1] - self._bound < SETTLED_LESSONS:
                    return
                mark = (done, self._bound)
