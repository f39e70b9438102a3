"""County links (H15): the few instants at which the number of lessons being received has to be watched."""

import numpy as np

from lms.schools.scheduling.tables import Ints
from lms.schools.scheduling.types import WEEKDAYS, Instance


class LinkPoints:
    """Instants of each county, so chosen that the most lessons at any instant are those at one of them.

    Lessons are intervals, and most of them run at once where the next end comes before the next start. A lesson counts
    in a row of neighbouring points.
    """

    def __init__(self, instance: Instance, periods: int) -> None:
        self._periods = periods
        self._sites = list(instance.lead_sites.values())
        counties = list(instance.counties.values())
        serving = [[at for at, site in enumerate(self._sites) if site.reaches(county)] for county in counties]
        slots = WEEKDAYS * periods
        self._from = np.zeros((len(counties), len(self._sites), slots), np.int32)
        self._to = np.zeros_like(self._from)
        limits: list[int] = []
        for row, sites in enumerate(serving):
            points = self._points(sites)
            for at in sites:
                site = self._sites[at]
                for (weekday, period), start_s in site.starts_s.items():
                    slot = (weekday - 1) * periods + period - 1
                    end_s = start_s + site.bells[period - 1].minutes * 60
                    self._from[row, at, slot] = len(limits) + np.searchsorted(points, start_s)
                    self._to[row, at, slot] = len(limits) + np.searchsorted(points, end_s)
            limits += [counties[row].max_concurrent] * len(points)
        self.limit = np.array(limits, np.int32)

    def _points(self, sites: list[int]) -> list[int]:
        """Starts after which a lesson ends before another starts, in seconds since 1970."""
        lessons = {
            (start_s, start_s + site.bells[slot[1] - 1].minutes * 60)
            for site in (self._sites[at] for at in sites)
            for slot, start_s in site.starts_s.items()
        }
        starts = sorted({start for start, _ in lessons})
        ends = np.array(sorted({end for _, end in lessons}), np.int64)
        following = [*starts[1:], 1 << 60][: len(starts)]
        return [
            start
            for start, after in zip(starts, following, strict=True)
            if np.searchsorted(ends, after, "right") > np.searchsorted(ends, start, "right")
        ]

    def of_pairs(self, county: Ints, site: Ints, lead_slots: Ints) -> tuple[Ints, Ints]:
        """[P, K] first point and the one behind the last, for pairs of county [P], site [P] and lead slots [P, K]."""
        known = lead_slots >= 0
        slots = np.where(known, lead_slots, 0)
        first = self._from[county[:, None], site[:, None], slots]
        last = self._to[county[:, None], site[:, None], slots]
        return np.where(known, first, 0).astype(np.int32), np.where(known, last, 0).astype(np.int32)
