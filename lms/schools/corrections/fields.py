"""What is asked of a row: each field read as the cells of a county's sheets are, and shown as people write it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from lms.schools import words
from lms.schools.scheduling.types import WEEKDAYS
from lms.schools.sheets import cells
from lms.schools.sheets.assemble import VALUES
from lms.schools.sheets.meanings import MEANINGS
from lms.schools.sheets.types import NotUnderstood

Slots = list[list[int]]
SPARE_BELLS = 2
"""Empty rows for further periods."""
NEW_BELLS = 8


class Sent(Protocol):
    """What a form sent."""

    def getlist(self, key: str) -> list[str]: ...


@dataclass(frozen=True)
class Field:
    """A field of the document's rows: `meaning` is the column of a sheet that it is read and called as.

    `shape` is how it is filled in: text, number, lines, bells, others, grid, periods, scope, reference. Fields of which
    `optional` is true may be empty; references are said once, when the row is added.
    """

    name: str
    meaning: str
    shape: str = "text"
    optional: bool = False


FIELDS: dict[str, tuple[Field, ...]] = {
    "counties": (
        Field("cluster", "county.cluster"),
        Field("max_concurrent", "county.max_concurrent", "number"),
    ),
    "schools": (
        Field("county", "county.name", "reference"),
        Field("timezone", "school.timezone"),
        Field("bells", "school.bells", "bells"),
        Field("other_bells", "bell.others", "others", optional=True),
        Field("remote_rooms", "school.rooms", "number"),
        Field("avoid_periods", "school.avoid", "periods", optional=True),
    ),
    "classes": (
        Field("school", "school.name", "reference"),
        Field("grades", "class.grade", optional=True),
        Field("open", "class.open", "grid", optional=True),
    ),
    "requests": (
        Field("class", "class.name", "reference"),
        Field("subject", "request.subject"),
        Field("level", "request.level"),
        Field("lessons_per_week", "request.lessons", "number"),
        Field("priority", "request.priority", "number"),
        Field("edition", "request.edition", optional=True),
        Field("unit", "request.unit", optional=True),
    ),
    "lead_sites": (
        Field("scope", "site.scope", "scope"),
        Field("serves", "site.serves", optional=True),
        Field("timezone", "site.timezone"),
        Field("bells", "site.bells", "bells"),
        Field("other_bells", "bell.others", "others", optional=True),
        Field("studios", "site.studios", "number"),
    ),
    "teachers": (
        Field("site", "site.name", "reference"),
        Field("subject", "teacher.subject"),
        Field("levels", "teacher.levels", "lines", optional=True),
        Field("free", "teacher.free", "grid", optional=True),
        Field("max_weekly_lessons", "teacher.most_lessons", "number"),
        Field("max_receivers", "teacher.most_classes", "number"),
    ),
}
USUAL: dict[str, Any] = {
    "timezone": VALUES["place.timezone"].usual,
    "remote_rooms": VALUES["school.rooms"].usual,
    "studios": VALUES["site.studios"].usual,
    "max_weekly_lessons": VALUES["teacher.most_lessons"].usual,
    "max_receivers": VALUES["teacher.most_classes"].usual,
    "lessons_per_week": 1,
    "priority": 1,
    "scope": "county",
}
"""What a new row holds before anybody says otherwise."""


def read(field: Field, sent: Sent) -> Any:
    """What was filled in, as the document has it. Raises NotUnderstood."""
    texts = [cells.tidy(text) for text in sent.getlist(field.name)]
    if field.shape == "others":
        return [one for days, bells in others(field, sent) if days or bells for one in _others(days, bells)]
    if field.shape == "bells":
        return [_bell(text) for text in texts if text]
    if field.shape == "grid":
        return sorted(_slot(text) for text in texts)
    if field.shape == "periods":
        return sorted({cells.period(text) for text in texts})
    text = texts[0] if texts else ""
    if field.shape == "reference":
        return next(iter(sent.getlist(field.name)), "").strip()
    if field.optional and not text:
        return [] if field.name in ("grades", "levels") else ""
    return MEANINGS[field.meaning].read(text)


def others(field: Field, sent: Sent) -> list[tuple[str, str]]:
    """The days and the bells of other days, as they were filled in."""
    days, bells = (sent.getlist(f"{field.name}-{part}") for part in ("days", "bells"))
    return [(cells.tidy(one), cells.tidy(listed)) for one, listed in zip(days, bells, strict=False)]


def _others(days: str, bells: str) -> list[dict[str, Any]]:
    found = [_bell(text) for text in cells.words(bells)]
    return [{**when, "bells": found} for when in cells.bell_days(days)]


def others_said(other_bells: Sequence[Mapping[str, Any]], weekdays: Sequence[Any]) -> list[tuple[str, str]]:
    """Bells of other days as people write them."""
    return [(_days_said(one, weekdays), "\n".join(map(span, one["bells"]))) for one in other_bells]


def _days_said(one: Mapping[str, Any], weekdays: Sequence[Any]) -> str:
    if not one.get("from"):
        return ", ".join(str(weekdays[number - 1]) for number in one["weekdays"])
    return one["from"] if one["from"] == one["to"] else f"{one['from']}–{one['to']}"


def _bell(text: str) -> dict[str, Any]:
    """08:20-09:00, or only when it begins. Raises NotUnderstood."""
    found = cells.clocks(text)
    length = VALUES["bell.minutes"].usual
    if len(found) > 1:
        length = cells.minutes_of(found[1]) - cells.minutes_of(found[0])
        if length <= 0:
            raise NotUnderstood("ends_before_start", text)
    return {"start": found[0], "minutes": length}


def _slot(text: str) -> list[int]:
    """2-5: the fifth period of Tuesday. Raises NotUnderstood."""
    weekday, _dash, period = text.partition("-")
    return [cells.whole(weekday), cells.whole(period)]


def span(bell: Mapping[str, Any]) -> str:
    """08:20-09:00."""
    ends = cells.minutes_of(str(bell["start"])) + int(bell["minutes"])
    return f"{bell['start']}–{ends // 60:02}:{ends % 60:02}"


def _subject(code: str) -> str:
    """A subject in words, where these are read as the subject again."""
    said = str(words.subject(code))
    return said if cells.subject(cells.tidy(said)) == code else code


_SAYS: dict[str, Callable[[Any], str]] = {
    "grades": lambda value: ", ".join(map(str, value)),
    "levels": "\n".join,
    "subject": _subject,
    "priority": lambda value: f"{value:g}",
}


def text_of(field: Field, value: Any) -> str:
    """What a field holds, as it is filled in."""
    return _SAYS.get(field.name, str)(value)


def is_as_before(field: Field, value: Any, sent: Sent) -> bool:
    """Whether a field says what it said before: then it holds what it held, however that would be read today."""
    if field.shape not in ("text", "number", "lines", "scope"):
        return False
    return [cells.tidy(text) for text in sent.getlist(field.name)] == [cells.tidy(text_of(field, value))]


@dataclass(frozen=True)
class Line:
    """A period of a grid: its number, when it is, and for each weekday its value, whether it is ticked or taken."""

    period: int
    span: str
    cells: tuple[tuple[str, bool, bool], ...]


def grid(bells: Sequence[Mapping[str, Any]], ticked: Slots, taken: Slots) -> list[Line]:
    """The week of a place with its slots. Those that its bells do not know any more are shown as well."""
    most = max([len(bells), *(slot[1] for slot in ticked)])
    return [
        Line(
            period,
            span(bells[period - 1]) if period <= len(bells) else "",
            tuple(
                (f"{weekday}-{period}", [weekday, period] in ticked, [weekday, period] in taken)
                for weekday in range(1, WEEKDAYS + 1)
            ),
        )
        for period in range(1, most + 1)
    ]
