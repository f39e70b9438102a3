"""The soft costs that do not depend on what else is planned: S1 to S4 of a pair, and the steps of S7 of a county."""

from typing import Any

import numpy as np

from lms.schools.scheduling.tables import Floats, Ints
from lms.schools.scheduling.types import Instance, School


def pair_costs(
    instance: Instance, schools: list[School], school: Ints, site: Ints, lead_slots: Ints, school_slots: Ints
) -> Floats:
    """[P] S1 + S2 + S3 + S4 of pairs given by school [P], lead site [P], and slots [P, K] of both."""
    weights = instance.rules.weights
    sites = list(instance.lead_sites.values())
    periods = max(len(place.bells) for place in [*schools, *sites]) if schools and sites else 1
    width = 5 * periods

    def starts(places: list[Any]) -> Any:
        table = np.zeros((len(places), width), np.int64)
        for row, place in enumerate(places):
            for (weekday, period), start_s in place.starts_s.items():
                table[row, (weekday - 1) * periods + period - 1] = start_s
        return table

    avoided = np.array([[period + 1 in one.avoid_periods for period in range(periods)] for one in schools]).reshape(
        len(schools), periods
    )
    scope = {"county": weights.scope_county, "cluster": weights.scope_cluster, "national": weights.scope_national}
    distance = np.array([scope[one.scope] for one in sites], float)
    known = lead_slots >= 0
    lead, own = np.where(known, lead_slots, 0), np.where(known, school_slots, 0)
    gap_s = np.abs(starts(sites)[site[:, None], lead] - starts(schools)[school[:, None], own])
    lessons = known.sum(axis=1)
    cost = (np.ceil(gap_s / 300) * known).sum(axis=1) * weights.start_gap_per_5_minutes
    cost += (avoided[school[:, None], own % periods] * known).sum(axis=1) * weights.avoided_period
    cost += distance[site] * lessons
    if lead_slots.shape[1] >= 2:
        apart = np.abs(own[:, 0] // periods - own[:, 1] // periods)
        cost += ((lessons == 2) & (apart == 1)) * weights.consecutive_days
    return np.asarray(cost, float)


def unfairness(instance: Instance, county: Ints, lessons: Ints) -> dict[str, Any]:
    """S7 of each county for every number of its unmet lessons."""
    asked = np.bincount(county, weights=lessons, minlength=len(instance.counties)).astype(np.int64)
    steps: list[Floats] = []
    for total in asked:
        unmet = np.arange(total + 1)
        cost = np.zeros(len(unmet))
        for one in instance.rules.fairness:
            cost += one.cost_per_lesson * np.maximum(0, unmet - int(one.over_percent * int(total) // 100))
        steps.append(cost)
    starts = np.concatenate([[0], np.cumsum([len(one) for one in steps])]).astype(np.int32)
    return {"unfair_from": starts, "unfair": np.concatenate([*steps, np.empty(0)])}
