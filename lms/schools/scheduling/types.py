"""What goes into the scheduling room and what comes out: an instance, events, a timetable."""

from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

Slot = tuple[int, int]
"""Weekday 1 = Monday to 5 = Friday, and period 1.. in that place's own bell list."""

FORMAT = "fieldschool-pairing/1"
WEEKDAYS = 5


class SchedulingError(Exception):
    """Something whoever asked can put right: `code` for machines; `template`, with room for `values`, for people."""

    def __init__(self, code: str, template: str, **values: object) -> None:
        super().__init__(template % values if values else template)
        self.code = code
        self.template = template
        self.values = values


def N_(sentence: str) -> str:
    """Marks a sentence for the catalogues: this room speaks English, pages say it in the reader's language."""
    return sentence


class BadInput(SchedulingError):
    """The instance, the previous timetable or the events cannot be used; the sentence names where and why.

    `row` is the list of the document and the number in it, `field` the row's field.
    """

    def __init__(
        self, code: str, template: str, *, row: tuple[str, int] | None = None, field: str = "", **values: object
    ) -> None:
        super().__init__(code, template, **values)
        self.row = row
        self.field = field


@dataclass(frozen=True)
class Period:
    """A lesson period of a bell schedule: local start in minutes after midnight, and its length in minutes."""

    start_min: int
    minutes: int


@dataclass(frozen=True)
class Weights:
    """Prices of section 4."""

    unmet_lesson: float = 100
    start_gap_per_5_minutes: float = 1
    avoided_period: float = 2
    consecutive_days: float = 2
    scope_county: float = 0
    scope_cluster: float = 1
    scope_national: float = 2
    new_stream_lesson: float = 3
    third_receiver_lesson: float = 1


@dataclass(frozen=True)
class Fairness:
    """Each unmet lesson of a county beyond `over_percent` of its requested lessons costs `cost_per_lesson`."""

    over_percent: float
    cost_per_lesson: float


@dataclass(frozen=True)
class Rules:
    start_tolerance_minutes: float
    weights: Weights
    fairness: tuple[Fairness, ...]


@dataclass(frozen=True)
class County:
    id: str
    cluster: str
    max_concurrent: int


@dataclass(frozen=True)
class Place:
    """What a school and a lead site share: a clock, bells, and when each slot starts, in seconds since 1970 (UTC)."""

    id: str
    timezone: ZoneInfo
    bells: tuple[Period, ...]
    starts_s: dict[Slot, int]


@dataclass(frozen=True)
class School(Place):
    county: str
    remote_rooms: int
    avoid_periods: frozenset[int]


@dataclass(frozen=True)
class LeadSite(Place):
    """`scope` is county, cluster or national; `serves` names the county or cluster, and is empty for national."""

    scope: str
    serves: str
    studios: int

    def reaches(self, county: County) -> bool:
        """Whether schools of the county may be taught from here (H10)."""
        return self.scope == "national" or self.serves == (county.id if self.scope == "county" else county.cluster)


@dataclass(frozen=True)
class SchoolClass:
    id: str
    school: str
    open: frozenset[Slot]


@dataclass(frozen=True)
class Request:
    id: str
    school_class: str
    subject: str
    level: str
    lessons_per_week: int
    priority: float


@dataclass(frozen=True)
class FixedStream:
    id: str
    level: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Teacher:
    id: str
    site: str
    subject: str
    levels: frozenset[str]
    free: frozenset[Slot]
    max_weekly_lessons: int
    max_receivers: int
    fixed_streams: tuple[FixedStream, ...]


@dataclass(frozen=True)
class Instance:
    """A week to plan. Dictionaries are keyed by id and keep the order of the input."""

    name: str
    rules: Rules
    counties: dict[str, County]
    schools: dict[str, School]
    classes: dict[str, SchoolClass]
    requests: dict[str, Request]
    lead_sites: dict[str, LeadSite]
    teachers: dict[str, Teacher]


@dataclass(frozen=True)
class Events:
    """What has happened (section 6): teachers away, (school, its weekday) off line, (lead site, its weekday) closed."""

    teachers_away: frozenset[str] = frozenset()
    schools_offline: frozenset[tuple[str, int]] = frozenset()
    leads_closed: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True)
class Receiver:
    """A class that follows a stream: its i-th slot (the school's) is followed in the i-th slot of the stream."""

    request: str
    school_class: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Stream:
    """A weekly series of lessons of one teacher, in the lead site's slots."""

    teacher: str
    subject: str
    level: str
    slots: tuple[Slot, ...]
    receivers: tuple[Receiver, ...]


@dataclass(frozen=True)
class Unmet:
    request: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Repaired:
    """What a repair changed, in lessons a week (section 6)."""

    forced_lessons: int
    forced_replaced: int
    other_moved: int
    other_lost: int


@dataclass(frozen=True)
class Timetable:
    """The answer. `seconds` is wall time; `cost` the sum S1 to S8; `proven` tells that no timetable covers more."""

    streams: tuple[Stream, ...]
    unmet: tuple[Unmet, ...]
    coverage_percent: float
    bound_percent: float
    seconds: float
    cost: float = 0.0
    repaired: Repaired | None = field(default=None)

    @property
    def proven(self) -> bool:
        return self.bound_percent <= self.coverage_percent + 1e-9
