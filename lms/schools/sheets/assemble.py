"""What rows say becomes the document of FORMAT.md; everything that is wrong is told with its sheet, row and column."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from lms.schools.scheduling.reading import find_problems
from lms.schools.scheduling.types import FORMAT, WEEKDAYS, BadInput
from lms.schools.sheets import cells, rows
from lms.schools.sheets.cells import AFTERNOON, ALL_DAY, MORNING, plain
from lms.schools.sheets.rows import Asked, Bell, Entry, LeftOut, Said, Told
from lms.schools.sheets.types import Group, Meant, NotUnderstood, Place, Problem, Table

MOST_ROUNDS = 30
_NOON = 12 * 60
Document = dict[str, Any]
Listed = tuple[Document, Told, Place]
"""A row of the document, what its sheets say of it, and where it stands."""


@dataclass(frozen=True)
class Value:
    """Something that holds for all rows that do not say it. Without `usual` it is asked for."""

    read: Any
    usual: Any = None


def _swapped(text: str) -> dict[date, int]:
    """2026-10-10=4, 2026-10-11=周五: dates with the weekday whose lessons they have. Raises NotUnderstood."""
    found: dict[date, int] = {}
    for part in text.replace(",", " ").replace("、", " ").replace(";", " ").split():
        day, equals, weekday = part.partition("=")
        number = int(weekday) if weekday in {"1", "2", "3", "4", "5"} else cells.weekday(weekday)
        if not equals or number > WEEKDAYS:
            raise NotUnderstood("bad_weekday", part)
        found[cells.day(day)] = number
    return found


def _holidays(text: str) -> list[date]:
    return cells.days("\n".join(text.split()))


VALUES: dict[str, Value] = {
    "county.name": Value(str),
    "county.max_concurrent": Value(cells.whole),
    "term.name": Value(str, ""),
    "term.starts": Value(cells.day),
    "term.ends": Value(cells.day),
    "request.lessons": Value(cells.whole),
    "days.holidays": Value(_holidays, ()),
    "days.swapped": Value(_swapped, {}),
    "school.rooms": Value(cells.whole, 1),
    "site.studios": Value(cells.whole, 1),
    "teacher.most_lessons": Value(cells.whole, 12),
    "teacher.most_classes": Value(cells.whole, 3),
    "bell.minutes": Value(cells.whole, 40),
    "place.timezone": Value(str, "Asia/Shanghai"),
    "rules.tolerance": Value(cells.whole, 5),
}


@dataclass(frozen=True)
class Assembled:
    """The document, and what is wrong with it: when there is anything, it is not to be used."""

    document: Document
    starts_on: date | None
    ends_on: date | None
    holidays: tuple[date, ...]
    swapped: Mapping[date, int]
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    said: Mapping[str, int] = field(default_factory=dict)
    """How many the rows name of what each list of the document has."""

    @property
    def counts(self) -> dict[str, int]:
        """How many rows each list of the document has."""
        return {name: len(self.document[name]) for name in self.said}


def wanted(meant: Sequence[Meant]) -> tuple[str, ...]:
    """The values of VALUES that no column of these sheets has; those without a usual one come first."""
    said = {name for one in meant for name in one.columns.values()}
    kinds = {one.kind for one in meant}
    found = []
    for name in VALUES:
        if name in said:
            continue
        if name == "request.lessons" and "request.subject" not in said:
            continue
        if name.startswith("days.") and "days" in kinds:
            continue
        if name == "school.rooms" and "rooms" in kinds:
            continue
        if name == "place.timezone" and {"school.timezone", "site.timezone"} <= said:
            continue
        if name == "bell.minutes" and "bell.end" in said:
            continue
        found.append(name)
    return tuple(found)


def assemble(
    tables: Sequence[Table],
    groups: Sequence[Group],
    meant: Sequence[Meant],
    given: Mapping[str, Any],
    name: str = "",
    left_out: LeftOut = frozenset(),
) -> Assembled:
    """The document of all sheets, without the rows left out. `given` are values of VALUES, read."""
    said = rows.read(tables, groups, meant, left_out)
    values = {key: one.usual for key, one in VALUES.items()} | dict(given)
    order = {table.name: number for number, table in enumerate(tables, 1)}
    return _Assembly(said, values, values["term.name"] or name, order).made()


def without_bad_rows(
    tables: Sequence[Table], groups: Sequence[Group], meant: Sequence[Meant], given: Mapping[str, Any], name: str = ""
) -> tuple[Assembled, LeftOut]:
    """The document without the rows that have problems, nor those that refer to them; and which rows these are.

    Problems remain when they belong to no row.
    """
    left_out: LeftOut = frozenset()
    made = assemble(tables, groups, meant, given, name)
    for _round in range(MOST_ROUNDS):
        bad = {(one.place.sheet, one.place.row) for one in made.problems if one.place.row} - left_out
        if not bad:
            break
        left_out |= bad
        made = assemble(tables, groups, meant, given, name, left_out)
    return made, left_out


@dataclass
class _Assembly:
    said: Said
    given: Mapping[str, Any]
    name: str
    order: Mapping[str, int]  # sheets by name
    problems: list[Problem] = field(default_factory=list)
    document: Document = field(default_factory=dict)
    ids: dict[int, str] = field(default_factory=dict)  # by the identity of an entry
    places: dict[tuple[str, int], tuple[Told, Place]] = field(default_factory=dict)

    def made(self) -> Assembled:
        starts, ends = (self.said.term.get(one) or self.given.get(f"term.{one}") for one in ("starts", "ends"))
        monday = starts - timedelta(days=starts.weekday()) if starts else date(2026, 9, 7)
        self.problems += self.said.problems
        self.document = {
            "format": FORMAT,
            "name": self.name,
            "term": {"week_start": monday.isoformat()},
            "rules": {"start_tolerance_minutes": self.given["rules.tolerance"], "one_lesson_per_day": True},
        }
        for thing in ("county", "school", "site", "class", "teacher"):
            self._name(thing)
        self._list("counties", self._counties())
        self._list("schools", self._schools())
        self._list("classes", self._classes())
        self._list("requests", self._requests())
        self._list("lead_sites", self._sites())
        self._list("teachers", self._teachers())
        for one in ("starts", "ends"):
            if not (starts, ends)[one == "ends"]:
                self.problems.append(Problem("missing_value", Place(""), {"meaning": f"term.{one}"}))
        swapped = {**self.given["days.swapped"], **self.said.swapped}
        if not self.problems:
            self.problems += [self._from_reader(error) for error in find_problems(self.document)]
        return Assembled(
            self.document,
            starts,
            ends,
            tuple(sorted({*self.said.holidays, *self.given["days.holidays"]} - swapped.keys())),
            swapped,
            self._in_order(self.problems),
            self._in_order(self.said.notes),
            self._counted(),
        )

    def _counted(self) -> dict[str, int]:
        things = {
            "counties": "county",
            "schools": "school",
            "classes": "class",
            "lead_sites": "site",
            "teachers": "teacher",
        }
        counts = {name: len(self.said.entries[thing]) for name, thing in things.items()}
        return counts | {"requests": max(len(self.said.asked), len(self.document["requests"]))}

    def _in_order(self, problems: Sequence[Problem]) -> tuple[Problem, ...]:
        """As they stand in the sheets, each kind once for a cell."""
        told: dict[tuple[Place, str, str], Problem] = {}
        for one in problems:
            about = str(one.values.get("template") or one.values.get("meaning") or "")
            told.setdefault((one.place, one.code, about), one)
        return tuple(
            sorted(told.values(), key=lambda one: (self.order.get(one.place.sheet, 0), one.place.row, one.place.column))
        )

    def _from_reader(self, error: BadInput) -> Problem:
        """What the reader of documents refuses, at the cell that it came from."""
        fields, place = self.places.get(error.row, ({}, Place(""))) if error.row else ({}, Place(""))
        names = {error.field, *_COLUMNS_OF.get(error.field, ())}
        at = next((fields[name][1] for name in fields if name in names), place)
        said = dict(error.values)
        if error.row and "where" in said:  # the name, not the way through the document
            said["where"] = f"“{self.document[error.row[0]][error.row[1]]['id']}”"
        return Problem("as_read", at, {"template": error.template, "said": said})

    def _list(self, name: str, found: Iterator[Listed]) -> None:
        listed = self.document[name] = []
        for number, (row, fields, place) in enumerate(found):
            listed.append(row)
            self.places[name, number] = (fields, place)

    def _missing(self, entry: Entry, meaning: str) -> None:
        self.problems.append(Problem("missing", entry.place, {"meaning": meaning}))

    def _name(self, thing: str) -> None:
        """An id for each entry: its name, below its owner's where classes are concerned, with its code where needed."""
        names = Counter(self._called(one) for one in self.said.entries[thing])
        for one in self.said.entries[thing]:
            called = self._called(one)
            self.ids[id(one)] = called if names[called] == 1 else f"{called} {one.code}".strip()

    def _called(self, entry: Entry) -> str:
        if not entry.name:
            return entry.code
        if entry.thing != "class":
            return entry.name
        school = self.ids[id(entry.owner)] if entry.owner and plain(entry.owner.name) not in plain(entry.name) else ""
        return " ".join(part for part in (school, _with_grades(entry)) if part)

    def _id(self, entry: Entry) -> str:
        return self.ids[id(entry)]

    def _counties(self) -> Iterator[Listed]:
        entries = self.said.entries["county"]
        if not entries:
            if self.given.get("county.name"):
                entries.append(Entry("county", str(self.given["county.name"]), "", Place("")))
                self._name("county")
            else:
                self.problems.append(Problem("missing_value", Place(""), {"meaning": "county.name"}))
        for one in entries:
            most = one.value("max_concurrent", self.given.get("county.max_concurrent"))
            if most is None and "max_concurrent" not in one.bad:
                self._missing(one, "county.max_concurrent")
            own = self._id(one)
            yield {"id": own, "cluster": one.value("cluster", own), "max_concurrent": most or 0}, one.fields, one.place

    def _place(self, entry: Entry) -> Document:
        zone = entry.value("timezone", self.given["place.timezone"])
        bells, others = self._bells(entry)
        row = {"id": self._id(entry), "timezone": zone, "bells": bells}
        return row | {"other_bells": others} if others else row

    def _bells(self, entry: Entry) -> tuple[list[Document], list[Document]]:
        """The bells of a school or lead site: its own, those it refers to, those by its name, or the only ones.

        And those of other days.
        """
        schedules = self.said.bells
        called = {cells.schedule(text) for text in (entry.value("bells", ""), entry.name, entry.code)}
        if called & self.said.bad_bells:
            return [], []  # told where they stand
        found: Sequence[Bell] = entry.value("periods", ())
        if not found and "bells" in entry.fields:
            named = cells.schedule(entry.value("bells"))
            found = schedules.get(named) or (schedules[""] if schedules.keys() == {""} else ())
            if not found:
                self.problems.append(Problem("unknown", entry.at("bells"), {"text": entry.value("bells")}))
                return [], []
        for name in (entry.name, entry.code):
            found = found or (schedules.get(cells.schedule(name), ()) if name else ())
        if not found and len(schedules) == 1:
            found = next(iter(schedules.values()))
        if not found:
            if not entry.bad & {"periods", "bells"}:
                self._missing(entry, f"{entry.thing}.bells")
            return [], []
        bells = self._periods(found)
        entry.fields["bells"] = (entry.value("bells", ""), min(found, key=lambda bell: bell.period).place)
        own = next((name for name, listed in schedules.items() if listed is found), "")
        others = [
            {**when, "bells": self._periods(listed)}
            for days, listed in self.said.other_bells.get(own, {}).items()
            for when in cells.bell_days(days)
        ]
        if others:
            first = next(iter(self.said.other_bells[own].values()))[0]
            entry.fields["other_bells"] = (others, first.place)
        return bells, others

    def _periods(self, found: Sequence[Bell]) -> list[Document]:
        """Bells in order; a period that is not there is told."""
        ordered = sorted(found, key=lambda bell: bell.period)
        for number, bell in enumerate(ordered, 1):
            if bell.period != number:
                self.problems.append(Problem("period_out_of_order", bell.place, {"period": bell.period, "due": number}))
                break
        return [{"start": bell.start, "minutes": bell.minutes or self.given["bell.minutes"]} for bell in ordered]

    def _slots(self, found: Sequence[tuple[int, Any, Place]], bells: Sequence[Document]) -> list[list[int]]:
        """Slots as [weekday, period]: mornings and whole days by the bells; each that there is not is told."""
        slots: dict[tuple[int, int], None] = {}
        for weekday, span, place in found:
            if weekday > WEEKDAYS:
                self.problems.append(Problem("weekend", place, {"text": f"{weekday}"}))
            elif isinstance(span, int):
                if bells and not 1 <= span <= len(bells):
                    self.problems.append(Problem("no_such_period", place, {"period": span, "periods": len(bells)}))
                slots[weekday, span] = None
            else:
                slots |= {(weekday, number): None for number in _numbers(span, bells)}
        return [list(slot) for slot in sorted(slots)]

    def _schools(self) -> Iterator[Listed]:
        counties = self.document["counties"]
        for one in self.said.entries["school"]:
            county = one.value("county")
            if county is None and len(counties) != 1:
                if counties and "county" not in one.bad:
                    self._missing(one, "county.name")
                continue
            row = self._place(one)
            row |= {
                "county": self._id(county) if county else counties[0]["id"],
                "remote_rooms": one.value("rooms", self.given["school.rooms"]),
                "avoid_periods": sorted({n for span in one.value("avoid", []) for n in _numbers(span, row["bells"])}),
            }
            yield row, one.fields, one.place

    def _classes(self) -> Iterator[Listed]:
        bells = {row["id"]: row["bells"] for row in self.document["schools"]}
        only = self.said.entries["school"]
        for one in self.said.entries["class"]:
            school = one.owner or (only[0] if len(only) == 1 else None)
            if school is None:
                self._missing(one, "school.name")
                continue
            if "open" not in one.fields:
                if "open" not in one.bad:
                    self._missing(one, "class.open")
                continue
            grades = self._grades(one)
            row: Document = {"id": self._id(one), "school": self._id(school)}
            row |= {"grade": grades[0] if grades else None, "grades": list(grades)}
            row["open"] = self._slots(one.value("open"), bells.get(row["school"], ()))
            yield row, one.fields, one.place

    def _grades(self, entry: Entry) -> Sequence[int]:
        return entry.value("grade") or cells.grades_in_name(entry.name)

    def _requests(self) -> Iterator[Listed]:
        numbers: Counter[str] = Counter()
        for asked in self.said.asked:
            for school_class in self._classes_of(asked):
                lessons = asked.fields["lessons_per_week"][0]
                lessons = self.given.get("request.lessons") if lessons is None else lessons
                if lessons is None:
                    self.problems.append(Problem("missing", asked.place, {"meaning": "request.lessons"}))
                    continue
                level = asked.fields["level"][0] if "level" in asked.fields else self._level(school_class, asked)
                if level is None:
                    continue
                own = f"{self._id(school_class)} {asked.subject}"
                if asked.school_class is not None and "code" in asked.fields:
                    own = asked.fields["code"][0]
                numbers[own] += 1
                row = {
                    "id": own if numbers[own] == 1 else f"{own} {numbers[own]}",
                    "class": self._id(school_class),
                    "subject": asked.subject,
                    "level": level,
                    "lessons_per_week": lessons,
                    "priority": asked.fields["priority"][0] if "priority" in asked.fields else 1,
                }
                row |= {name: asked.fields[name][0] for name in ("edition", "unit") if name in asked.fields}
                yield row, asked.fields, asked.place

    def _classes_of(self, asked: Asked) -> Sequence[Entry]:
        if asked.school_class is not None:
            return [asked.school_class]
        found = [one for one in self.said.entries["class"] if set(asked.grades) & set(self._grades(one))]
        if not found:
            self.problems.append(Problem("no_class_of_grade", asked.place))
        return found

    def _level(self, school_class: Entry, asked: Asked) -> str | None:
        """The level of a request that names none: by the grades of its class."""
        grades = self._grades(school_class)
        if not grades:
            self.problems.append(Problem("missing", asked.place, {"meaning": "request.level"}))
            return None
        return cells.band(list(grades))

    def _sites(self) -> Iterator[Listed]:
        counties = {plain(row["id"]): row["id"] for row in self.document["counties"]}
        clusters = {plain(row["cluster"]): row["cluster"] for row in self.document["counties"]}
        for one in self.said.entries["site"]:
            serves = plain(str(one.value("serves", "")))
            scope = one.value("scope") or (
                "county" if serves in counties or len(counties) == 1 else "cluster" if serves in clusters else None
            )
            if scope is None:
                self._missing(one, "site.scope")
                continue
            row = self._place(one) | {"scope": scope, "studios": one.value("studios", self.given["site.studios"])}
            if scope != "national":
                among = counties if scope == "county" else clusters
                if not serves and len(among) == 1:
                    serves = next(iter(among))
                if serves not in among:
                    code = "unknown" if serves else "missing"
                    values = {"text": one.value("serves", ""), "meaning": "site.serves"}
                    self.problems.append(Problem(code, one.at("serves"), values))
                    continue
                row[scope] = among[serves]
            yield row, one.fields, one.place

    def _teachers(self) -> Iterator[Listed]:
        bells = {row["id"]: row["bells"] for row in self.document["lead_sites"]}
        asked: dict[str, dict[str, None]] = {}
        for row in self.document["requests"]:
            asked.setdefault(row["subject"], {})[row["level"]] = None
        sites = self.said.entries["site"]
        for one in self.said.entries["teacher"]:
            site = one.owner or (sites[0] if len(sites) == 1 else None)
            lacks = [
                meaning
                for name, meaning in (("subject", "teacher.subject"), ("free", "teacher.free"))
                if name not in one.fields and name not in one.bad
            ] + (["site.name"] if site is None else [])
            for meaning in lacks:
                self._missing(one, meaning)
            if site is None or "subject" not in one.fields or "free" not in one.fields:
                continue
            periods = bells.get(self._id(site), ())
            row = {
                "id": self._id(one),
                "site": self._id(site),
                "subject": one.value("subject"),
                "levels": one.value("levels") or sorted(asked.get(one.value("subject"), {})),
                "free": self._slots(one.value("free"), periods),
                "max_weekly_lessons": one.value("most_lessons", self.given["teacher.most_lessons"]),
                "max_receivers": one.value("most_classes", self.given["teacher.most_classes"]),
                "fixed_streams": list(self._fixed(one, periods)),
            }
            yield row, one.fields, one.place

    def _fixed(self, teacher: Entry, bells: Sequence[Document]) -> Iterator[Document]:
        number = 0
        for owner, fields, _place in self.said.fixed:
            if owner is teacher:
                number += 1
                at = fields["slots"][1]
                slots = self._slots([(weekday, span, at) for weekday, span in fields["slots"][0]], bells)
                own = fields["code"][0] if "code" in fields else f"{self._id(teacher)} {number}"
                teacher.fields.setdefault("fixed_streams", ([], at))
                yield {"id": own, "level": fields["level"][0], "slots": slots}


_COLUMNS_OF = {
    "id": ("name", "code"),
    "remote_rooms": ("rooms",),
    "avoid_periods": ("avoid",),
    "max_weekly_lessons": ("most_lessons",),
    "max_receivers": ("most_classes",),
    "county": ("serves",),
    "cluster": ("serves",),
}
"""Fields of the document by the columns that they come from."""


def _with_grades(entry: Entry) -> str:
    """A class's name with its grades, where these are another column: 三年级1班 of 三年级 and 1班."""
    if "grade" not in entry.fields or cells.grades_in_name(entry.name):
        return entry.name
    grades = entry.value("grade")
    if re.search("[\u4e00-\u9fff]", entry.name):
        return f"{'、'.join(map(cells.chinese, grades))}年级{entry.name}"
    return f"Grade {'-'.join(map(str, grades))} {entry.name}"


def _numbers(span: Any, bells: Sequence[Document]) -> list[int]:
    """The periods of a span by the bells of a place."""
    if isinstance(span, int):
        return [span]
    starts = [cells.minutes_of(bell["start"]) for bell in bells]
    return [
        number
        for number, start in enumerate(starts, 1)
        if span == ALL_DAY or (span == MORNING and start < _NOON) or (span == AFTERNOON and start >= _NOON)
    ]
