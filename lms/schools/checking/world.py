"""The instance as the checker sees it: dictionaries by id, and the instants at which lessons start."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
Slot = tuple[int, int]


class Unreadable(Exception):
    """The documents are not of the format, so that nothing can be checked. `template` has room for `values`."""

    code = "unreadable"

    def __init__(self, template: str, **values: object) -> None:
        super().__init__(template % values)
        self.template = template
        self.values = values


def N_(sentence: str) -> str:
    """Marks a sentence for the catalogues: this room speaks English."""
    return sentence


@dataclass
class World:
    """Rows of the input by their ids, and the events that have happened."""

    week_start: date
    rules: Row
    counties: dict[str, Row]
    schools: dict[str, Row]
    classes: dict[str, Row]
    requests: dict[str, Row]
    sites: dict[str, Row]
    teachers: dict[str, Row]
    away: set[str] = field(default_factory=set)
    offline: set[tuple[str, int]] = field(default_factory=set)
    closed: set[tuple[str, int]] = field(default_factory=set)
    _starts: dict[tuple[str, str, Slot], datetime] = field(default_factory=dict)

    def exists(self, place: Row, slot: Slot) -> bool:
        return 1 <= slot[0] <= 5 and 1 <= slot[1] <= len(place["bells"])

    def start(self, place: Row, slot: Slot) -> datetime:
        """The instant in UTC at which a slot of a school or lead site starts (H11)."""
        key = (place["timezone"], place["bells"][slot[1] - 1]["start"], slot)
        if key not in self._starts:
            hour, minute = key[1].split(":")
            day = self.week_start + timedelta(days=slot[0] - 1)
            local = datetime.combine(day, time(int(hour), int(minute)), tzinfo=ZoneInfo(key[0]))
            self._starts[key] = local.astimezone(UTC)
        return self._starts[key]

    def minutes(self, place: Row, slot: Slot) -> int:
        return int(place["bells"][slot[1] - 1]["minutes"])

    def meet(self, site: Row, lead: Slot, school: Row, own: Slot) -> bool:
        """H11."""
        gap = abs(self.start(site, lead) - self.start(school, own))
        tolerance = timedelta(minutes=self.rules["start_tolerance_minutes"])
        return gap <= tolerance and self.minutes(site, lead) == self.minutes(school, own)

    def serves(self, site: Row, school: Row) -> bool:
        """H10."""
        if site["scope"] == "county":
            return bool(site["county"] == school["county"])
        if site["scope"] == "cluster":
            return bool(site["cluster"] == self.counties[school["county"]]["cluster"])
        return True

    def school_of(self, request: Row) -> Row:
        return self.schools[self.classes[request["class"]]["school"]]

    def site_of(self, teacher: Row) -> Row:
        return self.sites[teacher["site"]]


def slots_of(row: Row) -> list[Slot]:
    return [(slot[0], slot[1]) for slot in row["slots"]]


def world(instance: Any, events: Any = None) -> World:
    """The world of an instance's document. Raises Unreadable."""
    try:
        named = {
            name: {row["id"]: row for row in instance[name]}
            for name in ("counties", "schools", "classes", "requests", "lead_sites", "teachers")
        }
        made = World(
            week_start=date.fromisoformat(instance["term"]["week_start"]),
            rules=instance["rules"],
            counties=named["counties"],
            schools=named["schools"],
            classes=named["classes"],
            requests=named["requests"],
            sites=named["lead_sites"],
            teachers=named["teachers"],
        )
        for event in events or []:
            if event["type"] == "teacher_away":
                made.away.add(event["teacher"])
            elif event["type"] == "school_offline":
                made.offline.add((event["school"], event["weekday"]))
            elif event["type"] == "lead_closed":
                made.closed.add((event["site"], event["weekday"]))
            else:
                raise Unreadable(N_("events: there is no event %(event)s."), event=event["type"])
    except (KeyError, TypeError, ValueError) as error:
        raise Unreadable(
            N_("The instance or the events are not of the format (%(error)s)."), error=repr(error)
        ) from error
    return made
