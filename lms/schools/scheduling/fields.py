"""Reading one value of a JSON document at a time: each refusal names the place, what stands there and what should."""

import re
from collections.abc import Callable, Container, Iterator
from typing import Any

from lms.schools.scheduling.types import N_, WEEKDAYS, BadInput, Slot

_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_SHOWN_CHARS = 60
MISSING: Any = object()
Report = Callable[[BadInput], None]
"""What is done with a problem: refuse the document at once, or note it and go on."""


def refuse(problem: BadInput) -> None:
    raise problem


def shown(value: Any) -> str:
    """A value as a sentence can carry it."""
    text = value if isinstance(value, str) else repr(value)
    text = text if len(text) <= _SHOWN_CHARS else text[: _SHOWN_CHARS - 3] + "..."
    return f"“{text}”" if isinstance(value, str) else text


class Fields:
    """An object of the document, and the words that lead to it (`teachers[3] “T0004”`)."""

    def __init__(self, value: Any, where: str, row: tuple[str, int] | None = None, field: str = "") -> None:
        if not isinstance(value, dict):
            raise BadInput(
                "wrong_type",
                N_("%(where)s should be an object, not %(value)s."),
                row=row,
                field=field,
                where=where or N_("the document"),
                value=shown(value),
            )
        self._values: dict[str, Any] = value
        self.where = where
        self._row = row
        self._field = field

    def at(self, name: str) -> str:
        return f"{self.where}.{name}" if self.where else name

    def bad(self, code: str, name: str, template: str, **values: object) -> BadInput:
        """What is wrong with a field; `%(where)s` in the template is the way to it."""
        return BadInput(code, template, row=self._row, field=self._field or name, where=self.at(name), **values)

    def raw(self, name: str, default: Any = MISSING) -> Any:
        value = self._values.get(name, default)
        if value is MISSING:
            raise self.bad("missing_field", name, N_("%(where)s is missing."))
        return value

    def text(self, name: str) -> str:
        value = self.raw(name)
        if not isinstance(value, str) or not value:
            raise self.bad(
                "wrong_type",
                name,
                N_("%(where)s should be a text that is not empty, not %(value)s."),
                value=shown(value),
            )
        return value

    def known(self, name: str, among: Container[str], what: str) -> str:
        """The id of a thing that the document has described."""
        value = self.text(name)
        if value not in among:
            raise self.bad(
                "unknown_name",
                name,
                N_("%(where)s is %(value)s, but there is no %(what)s of that id."),
                value=shown(value),
                what=what,
            )
        return value

    def whole(self, name: str, least: int, most: int = 1_000_000) -> int:
        value = self.raw(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.bad(
                "wrong_type", name, N_("%(where)s should be a whole number, not %(value)s."), value=shown(value)
            )
        if not least <= value <= most:
            raise self.bad(
                "out_of_range",
                name,
                N_("%(where)s is %(value)s; it should lie between %(least)s and %(most)s."),
                value=value,
                least=least,
                most=most,
            )
        return value

    def number(self, name: str, default: Any = MISSING) -> float:
        """A number from 0 to a million."""
        value = self.raw(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.bad("wrong_type", name, N_("%(where)s should be a number, not %(value)s."), value=shown(value))
        if not 0 <= value <= 1_000_000:
            raise self.bad(
                "out_of_range", name, N_("%(where)s is %(value)s; it should lie between 0 and a million."), value=value
            )
        return value

    def listed(self, name: str, default: Any = MISSING) -> list[Any]:
        value = self.raw(name, default)
        if not isinstance(value, list):
            raise self.bad("wrong_type", name, N_("%(where)s should be a list, not %(value)s."), value=shown(value))
        return value

    def object(self, name: str, default: Any = MISSING) -> "Fields":
        return Fields(self.raw(name, default), self.at(name), self._row, self._field or name)

    def objects(self, name: str, default: Any = MISSING) -> "Iterator[Fields]":
        for number, value in enumerate(self.listed(name, default)):
            yield Fields(value, f"{self.at(name)}[{number}]", self._row, self._field or name)

    def named(self, name: str, report: Report) -> "Iterator[tuple[str, Fields]]":
        """The objects of a list, each with its `id`; what has none, or one that stands twice, goes to `report`."""
        seen: dict[str, str] = {}
        try:
            values = self.listed(name)
        except BadInput as error:
            report(error)
            return
        for number, value in enumerate(values):
            try:
                one = Fields(value, f"{self.at(name)}[{number}]", (name, number))
                own = one.text("id")
                if own in seen:
                    raise BadInput(
                        "duplicate_id",
                        N_("%(where)s has the id %(value)s, which %(other)s has already."),
                        row=(name, number),
                        field="id",
                        where=one.where,
                        value=shown(own),
                        other=seen[own],
                    )
            except BadInput as error:
                report(error)
                continue
            seen[own] = one.where
            one.where += f" {shown(own)}"
            yield own, one

    def texts(self, name: str) -> list[str]:
        values = self.listed(name)
        for value in values:
            if not isinstance(value, str) or not value:
                raise self.bad(
                    "wrong_type", name, N_("%(where)s should hold texts, not %(value)s."), value=shown(value)
                )
        return values

    def slots(self, name: str, periods: int) -> tuple[Slot, ...]:
        """Slots of a place that has `periods` periods a day, in the order given."""
        return tuple(self._slot(name, value, periods) for value in self.listed(name))

    def _slot(self, name: str, value: Any, periods: int) -> Slot:
        if (
            not isinstance(value, list)
            or len(value) != 2
            or not all(isinstance(part, int) and not isinstance(part, bool) for part in value)
        ):
            raise self.bad(
                "wrong_type", name, N_("%(where)s should hold [weekday, period], not %(value)s."), value=shown(value)
            )
        weekday, period = value
        if not 1 <= weekday <= WEEKDAYS:
            raise self.bad(
                "no_such_slot",
                name,
                N_("%(where)s has %(value)s: weekdays go from 1 (Monday) to %(last)s."),
                value=value,
                last=WEEKDAYS,
            )
        if not 1 <= period <= periods:
            raise self.bad(
                "no_such_slot",
                name,
                N_("%(where)s has %(value)s: the bells there know periods 1 to %(last)s."),
                value=value,
                last=periods,
            )
        return weekday, period

    def clock(self, name: str) -> int:
        """A local time HH:MM, in minutes after midnight."""
        value = self.text(name)
        found = _TIME.fullmatch(value)
        if not found:
            raise self.bad(
                "bad_time",
                name,
                N_("%(where)s is %(value)s; it should be a time from 00:00 to 23:59."),
                value=shown(value),
            )
        return int(found[1]) * 60 + int(found[2])
