"""The bound of a run, made beside the plan on the second processor; it can be asked for at any time."""

import math
import threading
import time

from lms.schools.scheduling.bounds import find_limits, first_prices, lower
from lms.schools.scheduling.tables import END_PAIR, FIRST_PAIR, LESSONS, Tables

ROUNDS = 20
PATIENCE = 5
"""Calls without a better bound before the steps become shorter."""
SHORTEST = 0.002


class Prover(threading.Thread):
    """Proves that no timetable covers more than `lessons`. Goes on until stopped, or as good as it will be."""

    def __init__(self, tables: Tables) -> None:
        super().__init__(name="prover", daemon=True)
        self._tables = tables
        self._stop_asked = threading.Event()
        requests = tables.requests
        possible = requests[requests[:, END_PAIR] > requests[:, FIRST_PAIR], LESSONS].sum()
        self._bound = float(possible)
        self.covered = 0
        """What the plan covers so far, in lessons: what the bound is lowered towards."""

    @property
    def lessons(self) -> int:
        return math.floor(self._bound + 1e-6)

    def stop(self) -> None:
        self._stop_asked.set()

    def run(self) -> None:
        tables = self._tables
        limits = find_limits(tables)
        prices = first_prices(tables, limits)
        pace, waited, best = 1.0, 0, self._bound
        while not self._stop_asked.is_set() and pace > SHORTEST and self.lessons > self.covered:
            target = max(self.covered, 0.85 * best)
            lower(tables, limits, prices, ROUNDS, target, pace, 0.7)
            if prices.best[0] < best - 1e-4 * (best - target):
                best, waited = float(prices.best[0]), 0
                self._bound = min(self._bound, best)
            else:
                waited += 1
            if waited >= PATIENCE:
                pace, waited = pace * 0.7, 0
                prices.row[:] = prices.best_row
                prices.move[:] = 0
            time.sleep(0)
