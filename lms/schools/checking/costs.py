"""S1 to S8 of section 4, summed anew from the timetable."""

from collections import Counter
from dataclasses import dataclass, fields
from typing import Any

from lms.schools.checking.rules import fixed_joined
from lms.schools.checking.world import World, slots_of

USUAL: dict[str, Any] = {
    "unmet_lesson": 100,
    "start_gap_per_5_minutes": 1,
    "avoided_period": 2,
    "consecutive_days": 2,
    "scope": {"county": 0, "cluster": 1, "national": 2},
    "new_stream_lesson": 3,
    "third_receiver_lesson": 1,
}
USUAL_FAIRNESS = [{"over_percent": 5, "cost_per_lesson": 30}, {"over_percent": 15, "cost_per_lesson": 60}]


@dataclass
class Costs:
    start_gap: float = 0.0
    avoided_period: float = 0.0
    consecutive_days: float = 0.0
    distance: float = 0.0
    new_stream: float = 0.0
    full_stream: float = 0.0
    fairness: float = 0.0
    unmet: float = 0.0

    @property
    def total(self) -> float:
        return float(sum(getattr(self, one.name) for one in fields(self)))


def costs(world: World, plan: Any) -> Costs:
    """The prices that a timetable pays."""
    weights = {**USUAL, **world.rules.get("weights", {})}
    scopes = {**USUAL["scope"], **weights["scope"]}
    found = Costs()
    for stream in plan["streams"]:
        teacher = world.teachers[stream["teacher"]]
        site = world.site_of(teacher)
        leads = slots_of(stream)
        if not fixed_joined(teacher, stream):
            found.new_stream += weights["new_stream_lesson"] * len(leads)
        found.full_stream += weights["third_receiver_lesson"] * len(leads) * max(0, len(stream["receivers"]) - 2)
        for receiver in stream["receivers"]:
            school = world.school_of(world.requests[receiver["request"]])
            own = slots_of(receiver)
            for lead, slot in zip(leads, own, strict=True):
                gap_s = abs((world.start(site, lead) - world.start(school, slot)).total_seconds())
                found.start_gap += weights["start_gap_per_5_minutes"] * -(-gap_s // 300)
                found.avoided_period += weights["avoided_period"] * (slot[1] in school.get("avoid_periods", []))
                found.distance += scopes[site["scope"]]
            if len(own) == 2 and abs(own[0][0] - own[1][0]) == 1:
                found.consecutive_days += weights["consecutive_days"]
    asked: Counter[str] = Counter()
    left: Counter[str] = Counter()
    unmet = {one["request"] for one in plan["unmet"]}
    for request in world.requests.values():
        lessons, county = request["lessons_per_week"], world.school_of(request)["county"]
        asked[county] += lessons
        if request["id"] in unmet:
            left[county] += lessons
            found.unmet += weights["unmet_lesson"] * request.get("priority", 1) * lessons
    for one in world.rules.get("fairness", USUAL_FAIRNESS):
        for county, lessons in asked.items():
            allowed = one["over_percent"] * lessons // 100
            found.fairness += one["cost_per_lesson"] * max(0, left[county] - allowed)
    return found
