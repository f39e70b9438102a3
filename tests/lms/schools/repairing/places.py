"""A county small enough to see its fixes at a glance: three schools of one class, two teachers of music."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from lms.schools.repairing.types import DAY, SCHOOL, SITE, TEACHER, Happening
from tests.lms.schools.factories import instance, request, school, site, teacher

NOW = datetime(2026, 9, 1, tzinfo=UTC)
MONDAY = date(2026, 9, 7)
BEIJING = ZoneInfo("Asia/Shanghai")


def county(**changes: Any) -> dict[str, Any]:
    """T gives music to A and B on Mondays at 8 and could on other days; V could too. E follows V at 9."""
    document = instance(
        schools=[school("SA"), school("SB"), school("SE")],
        classes=[
            {"id": "A", "school": "SA", "open": [[1, 1], [2, 2], [3, 1]]},
            {"id": "B", "school": "SB", "open": [[1, 1], [2, 2], [4, 1]]},
            {"id": "E", "school": "SE", "open": [[1, 2]]},
        ],
        requests=[request("RA", "A"), request("RB", "B"), request("RE", "E")],
        lead_sites=[site("L", studios=2)],
        teachers=[
            teacher("T", free=[[1, 1], [2, 2], [3, 1]], max_receivers=2),
            teacher("V", free=[[1, 1], [1, 2]], max_receivers=2),
        ],
    )
    return {**document, **changes}


def streams() -> list[tuple[str, list[list[int]], list[tuple[str, list[list[int]]]]]]:
    """Teacher, slots, requests with their slots."""
    return [
        ("T", [[1, 1]], [("RA", [[1, 1]]), ("RB", [[1, 1]])]),
        ("V", [[1, 2]], [("RE", [[1, 2]])]),
    ]


def timetable() -> dict[str, Any]:
    """The same as a document."""
    return {
        "streams": [
            {
                "teacher": teacher,
                "subject": "music",
                "level": "a",
                "slots": slots,
                "receivers": [{"request": own, "class": own[1:], "slots": theirs} for own, theirs in receivers],
            }
            for teacher, slots, receivers in streams()
        ]
    }


def on(day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A time of the first week's days (1 = Monday) by Beijing's clock, in UTC."""
    return datetime(2026, 9, 6 + day, hour, minute, tzinfo=BEIJING).astimezone(UTC)


def away(key: str, day: int = 1, until: int | None = None) -> Happening:
    return Happening(TEACHER, key, on(day), on(until or day + 1))


def off_line(key: str, day: int = 1) -> Happening:
    return Happening(SCHOOL, key, on(day), on(day + 1))


def site_off(key: str, day: int = 1) -> Happening:
    return Happening(SITE, key, on(day), on(day + 1))


def lost(day: int = 1, instead: int | None = None) -> Happening:
    other = on(instead, 12).date() if instead else None
    return Happening(DAY, "", on(day), on(day + 1), other)
