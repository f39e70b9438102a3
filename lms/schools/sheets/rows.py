"""From cells to things: counties, schools, classes, teachers and what they ask for, each with where it was read."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from lms.schools.scheduling.types import WEEKDAYS
from lms.schools.sheets import cells, layout
from lms.schools.sheets.cells import plain
from lms.schools.sheets.columns import is_blank
from lms.schools.sheets.meanings import GRIDS, KINDS, MEANINGS
from lms.schools.sheets.types import Group, Meant, NotUnderstood, Place, Problem, Table

MOST_LETTERS = 60
"""Of a name: those of a school, a class and a subject together are the id of a request."""
MOST_CELL_LETTERS = 500
MOST_SUGGESTED = 50
"""Names that are not known for which a like one is looked for: each is compared with all."""
_TOTALS = {"合计", "小计", "总计", "共计", "total", "sum"}
_OWNERS = {"class": "school", "teacher": "site"}  # names below these are known apart by them
_NO_LESSONS = "早读 晨读 晨会 课间 午休 午餐 午饭 眼保健操 升旗 放学 延时 课后服务 自习 break lunch recess"
_BREAKS = tuple(_NO_LESSONS.split())
_WORKS = (
    "上课",
    "补",
    "上班",
    "按",
    "made up",
    "make-up",
    "lessons",
)  # what is said of days that have another's lessons
_FREE = ("放假", "休假", "假期", "休息", "holiday", "closed", "day off")
_WEEKDAYS = "平日 工作日 周一至周五 周一到周五 周一-周五 每天 全周 正常 日常 weekdays weekday everyday all"
_EVERY_DAY = frozenset(_WEEKDAYS.split())
Row = dict[str, tuple[str, Place]]
"""What a row says: text and place by meaning."""
Told = dict[str, tuple[Any, Place]]
"""What is said of a thing: value and place by field."""
LeftOut = frozenset[tuple[str, int]]
"""Rows that are not looked at: sheet and row, as people number it."""


@dataclass
class Entry:
    """A thing that rows describe. `fields` have a value each, and where it stands."""

    thing: str
    name: str
    code: str
    place: Place
    owner: "Entry | None" = None
    fields: Told = field(default_factory=dict)
    bad: set[str] = field(default_factory=set)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Its code and its name, as they are looked up."""
        return tuple(key for key in (plain(self.code), plain(self.name)) if key)

    def value(self, name: str, default: Any = None) -> Any:
        return self.fields[name][0] if name in self.fields else default

    def at(self, name: str) -> Place:
        """Where a field stands, or else where the thing does."""
        return self.fields[name][1] if name in self.fields else self.place


@dataclass
class Bell:
    period: int
    start: str
    minutes: int
    place: Place


@dataclass
class Asked:
    """A row of requests: for a class, or for all classes of some grades."""

    school_class: Entry | None
    grades: tuple[int, ...]
    subject: str
    fields: Told
    place: Place


@dataclass
class Said:
    """All that the sheets say, as yet without what refers to what being complete."""

    entries: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    bells: dict[str, list[Bell]] = field(default_factory=lambda: defaultdict(list))
    other_bells: dict[str, dict[str, list[Bell]]] = field(default_factory=dict)  # by schedule and days
    bad_bells: set[str] = field(default_factory=set)
    asked: list[Asked] = field(default_factory=list)
    fixed: list[tuple[Entry, Told, Place]] = field(default_factory=list)
    term: dict[str, Any] = field(default_factory=dict)
    holidays: set[Any] = field(default_factory=set)
    swapped: dict[Any, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)


def read(tables: Sequence[Table], groups: Sequence[Group], meant: Sequence[Meant], left_out: LeftOut) -> Said:
    """Everything that the rows say, those left out aside."""
    reader = _Reader(tables, left_out, {KINDS[one.kind].thing for one in meant if one.kind in KINDS})
    order = list(KINDS)
    pairs = sorted(
        zip(groups, meant, strict=True), key=lambda pair: order.index(pair[1].kind) if pair[1].kind in order else 99
    )
    for group, means in pairs:
        if means.kind in KINDS:
            for number, heading_row in group.heading_rows.items():
                reader.rows(number, heading_row, means)
    for group, means in pairs:
        if means.kind in GRIDS:
            for number in group.sheets:
                reader.grids(number, GRIDS[means.kind], means.open)
    reader.choose_bells()
    return reader.said


class _Reader:
    def __init__(self, tables: Sequence[Table], left_out: LeftOut, described: set[str]) -> None:
        self.tables = tables
        self.left_out = left_out
        self.described = described  # things that have a sheet of their own: others may only name them
        self.said = Said()
        self._suggested = 0
        self._known: dict[tuple[str, str], list[Entry]] = defaultdict(list)

    def rows(self, number: int, heading_row: int, means: Meant) -> None:
        """Read a sheet with a row for each thing."""
        table = self.tables[number]
        for line in range(heading_row + 1, len(table.rows)):
            place = table.place(line)
            texts = [text for text in table.rows[line] if not is_blank(text)]
            if not texts or plain(texts[0]) in _TOTALS:
                continue
            row = {
                meaning: (text, table.place(line, column))
                for column, meaning in means.columns.items()
                if not is_blank(text := table.at(line, column))
            }
            if (place.sheet, place.row) in self.left_out:
                # A schedule that lacks a period would be another schedule: whoever has it is left out as well.
                self.said.bad_bells.update(
                    cells.schedule(one) for one in cells.words(row.get("bell.place", ("", place))[0])
                )
            elif row:
                getattr(self, f"_{KINDS[means.kind].thing}")(row, place)

    # A method for each kind of row.

    def _county(self, row: Row, place: Place) -> None:
        self._entry("county", row, place, own=True)

    def _school(self, row: Row, place: Place) -> None:
        school = self._entry("school", row, place, own=True)
        if school:
            self._wide_bells("school", row, school)

    def _room(self, row: Row, place: Place) -> None:
        school = self._entry("school", row, place)
        if school:
            school.fields["rooms"] = (school.value("rooms", 0) + 1, place)

    def _bell(self, row: Row, place: Place) -> None:
        names = cells.words(row["bell.place"][0]) if "bell.place" in row else [""]
        days, days_at = row.get("bell.days", ("", place))
        when = ""
        if days and plain(days) not in _EVERY_DAY:
            try:
                cells.bell_days(days)
            except NotUnderstood:
                self.said.notes.append(Problem("other_days", days_at, {"text": days}))
                return
            when = days
        if any(word in plain(row.get("bell.period", ("", place))[0]) for word in _BREAKS):
            return
        found = list(self._wide(row, "bell"))
        if "bell.start" in row:
            period = self._read("bell.period", row) if "bell.period" in row else None
            times = self._read("bell.start", row)
            end = self._read("bell.end", row) if "bell.end" in row else None
            minutes = self._read("bell.minutes", row) if "bell.minutes" in row else None
            if times is None or ("bell.period" in row and period is None):
                self.said.bad_bells.update(cells.schedule(name) for name in names)
                return
            before = max((one.period for one in self._bells_of(names[0], when)), default=0)
            ends = [end] if end else times[1:]
            found.append(self._bell_of(period or before + 1, [times[0], *ends], minutes, row["bell.start"][1]))
        for name in names:
            self._bells_of(name, when).extend(found)

    def _bells_of(self, name: str, when: str) -> list[Bell]:
        """The bells of a schedule, on certain days if any are said."""
        own = cells.schedule(name)
        return self.said.other_bells.setdefault(own, {}).setdefault(when, []) if when else self.said.bells[own]

    def choose_bells(self) -> None:
        """Where a schedule has bells of certain days only, plans are made by those of the most weekdays."""
        for name, others in self.said.other_bells.items():
            if not self.said.bells.get(name):
                usual = max(others, key=lambda when: sum(len(one["weekdays"]) for one in cells.bell_days(when)))
                self.said.bells[name] = others.pop(usual)

    def _class(self, row: Row, place: Place) -> None:
        found = self._entry("class", row, place, own=True)
        if found:
            self._hours(row, found, (), place)

    def _request(self, row: Row, place: Place) -> None:
        grades: tuple[int, ...] = ()
        found = None
        if "class.name" in row or "class.code" in row:
            found = self._entry("class", row, place)
            if found is None:
                return
        elif "class.grade" in row:
            grades = tuple(self._read("class.grade", row) or ())
        if found is None and not grades:
            self.said.problems.append(Problem("whose_request", place))
            return
        self._hours(row, found, grades, place)
        if "request.subject" in row:
            lessons = self._read("request.lessons", row) if "request.lessons" in row else None
            if "request.lessons" in row and lessons is None:
                return
            subject = self._read("request.subject", row)
            self._ask(found, grades, subject, lessons, row, place)

    def _hours(self, row: Row, found: Entry | None, grades: tuple[int, ...], place: Place) -> None:
        """Columns that are subjects, with lessons a week in their cells."""
        for meaning in row:
            if meaning.startswith("hours."):
                lessons = self._read(meaning, row)
                if lessons:
                    self._ask(found, grades, meaning.removeprefix("hours."), lessons, row, row[meaning][1])

    def _ask(
        self, found: Entry | None, grades: tuple[int, ...], subject: str, lessons: int | None, row: Row, place: Place
    ) -> None:
        fields: Told = {
            name: (value, row[f"request.{name}"][1])
            for name in ("code", "level", "priority", "edition", "unit")
            if f"request.{name}" in row and (value := self._read(f"request.{name}", row)) is not None
        }
        fields["lessons_per_week"] = (lessons, row.get("request.lessons", ("", place))[1])
        self.said.asked.append(Asked(found, grades, subject, fields, place))

    def _site(self, row: Row, place: Place) -> None:
        site = self._entry("site", row, place, own=True)
        if site:
            self._wide_bells("site", row, site)

    def _teacher(self, row: Row, place: Place) -> None:
        self._entry("teacher", row, place, own=True)

    def _fixed(self, row: Row, place: Place) -> None:
        teacher = self._entry("teacher", row, place)
        if teacher is None:
            return
        fields = {
            name: (value, row[f"fixed.{name}"][1])
            for name in ("code", "level", "slots")
            if f"fixed.{name}" in row and (value := self._read(f"fixed.{name}", row)) is not None
        }
        missing = [name for name in ("level", "slots") if f"fixed.{name}" not in row]
        for name in missing:
            self.said.problems.append(Problem("missing", place, {"meaning": f"fixed.{name}"}))
        if "level" in fields and "slots" in fields:
            self.said.fixed.append((teacher, fields, place))

    def _term(self, row: Row, place: Place) -> None:
        for name in ("starts", "ends"):
            if f"term.{name}" in row:
                value = self._read(f"term.{name}", row)
                if value is not None and self.said.term.setdefault(name, value) != value:
                    self.said.problems.append(
                        Problem("contradiction", row[f"term.{name}"][1], {"had": self.said.term[name].isoformat()})
                    )

    def _day(self, row: Row, place: Place) -> None:
        dates = self._read("day.date", row) if "day.date" in row else None
        if dates is None:
            return
        said = [row[name] for name in ("day.follows", "day.what") if name in row]
        text = " ".join(one for one, _place in said)
        weekdays = {one for one in cells.weekdays_in(text) if one <= WEEKDAYS}
        works = any(word in text.casefold() for word in _WORKS)
        if not works and any(word in text.casefold() for word in _FREE):
            self.said.holidays.update(dates)  # a weekday beside it is its own
        elif len(weekdays) == 1:
            self.said.swapped |= dict.fromkeys(dates, weekdays.pop())
        elif weekdays or works or "调" in text or "swap" in text.casefold():
            self.said.problems.append(Problem("which_weekday", said[0][1], {"text": text}))
        else:
            self.said.holidays.update(dates)

    # What rows have in common.

    def _read(self, meaning: str, row: Row) -> Any:
        """The value of a cell, None with a problem when it cannot be read."""
        text, place = row[meaning]
        if len(text) > MOST_CELL_LETTERS:
            self.said.problems.append(Problem("too_long", place, {"most": MOST_CELL_LETTERS}))
            return None
        try:
            value = MEANINGS[meaning].read(text)
        except NotUnderstood as error:
            self.said.problems.append(Problem(error.code, place, {"text": text, "part": error.text}))
            return None
        if isinstance(value, str) and len(value) > MOST_LETTERS:
            self.said.problems.append(Problem("too_long", place, {"most": MOST_LETTERS}))
            return None
        if MEANINGS[meaning].read in (cells.slots, cells.periods) and cells.odd_or_even(text):
            self.said.notes.append(Problem("odd_or_even", place, {"text": text}))
        return value

    def _entry(self, thing: str, row: Row, place: Place, *, own: bool = False) -> Entry | None:
        """The thing that a row names, with what the row says of it. None when it names none, or one not known."""
        name, name_at = row.get(f"{thing}.name", ("", place))
        code, code_at = row.get(f"{thing}.code", ("", place))
        owner = self._entry(_OWNERS[thing], row, place) if thing in _OWNERS else None
        if thing in _OWNERS and owner is None and any(f"{_OWNERS[thing]}.{one}" in row for one in ("name", "code")):
            return None
        at = name_at if name else code_at
        if len(name) > MOST_LETTERS or len(code) > MOST_LETTERS:
            self.said.problems.append(Problem("too_long", at, {"most": MOST_LETTERS}))
            return None
        if not name and not code:
            if own:
                self.said.problems.append(Problem("nameless", place))
            return None
        found = self._find(thing, name, code, owner)
        if thing == "class":
            found = self._of_grade(found, name, row)
        if len(found) > 1:
            self.said.problems.append(Problem("ambiguous", at, {"text": name or code}))
            return None
        if not found and thing in self.described and not own:
            self._unknown(thing, name or code, at)
            return None
        entry = found[0] if found else self._new(thing, name, code, owner, at)
        for meaning in row:
            if meaning.startswith(f"{thing}.") and meaning not in (f"{thing}.name", f"{thing}.code"):
                self._take(entry, meaning, row)
        if thing == "school" and "county.name" in row:
            county = self._entry("county", row, place)
            if county:
                self._set(entry, "county", county, row["county.name"][1])
            else:
                entry.bad.add("county")
        return entry

    def _unknown(self, thing: str, name: str, place: Place) -> None:
        near: list[str] = []
        if self._suggested < MOST_SUGGESTED:
            self._suggested += 1
            near = get_close_matches(name, [one.name or one.code for one in self.said.entries[thing]], 1, 0.5)
        values = {"text": name, "near": near[0] if near else ""}
        self.said.problems.append(Problem("unknown_near" if near else "unknown", place, values))

    def _new(self, thing: str, name: str, code: str, owner: Entry | None, place: Place) -> Entry:
        entry = Entry(thing, name, code, place, owner)
        self.said.entries[thing].append(entry)
        for key in dict.fromkeys(entry.keys):
            self._known[thing, key].append(entry)
        return entry

    def _find(self, thing: str, name: str, code: str, owner: Entry | None) -> list[Entry]:
        by_code = [one for one in self._known[thing, plain(code)] if plain(one.code) == plain(code)] if code else []
        if by_code:
            return by_code
        named = [one for one in self._known[thing, plain(name or code)] if owner is None or one.owner in (None, owner)]
        return [one for one in named if not code or not one.code or plain(one.code) == plain(code)]

    def _of_grade(self, found: list[Entry], name: str, row: Row) -> list[Entry]:
        """Those of the row's grade, where it is half of the name: a third and a fourth grade have a class 1 each."""
        if "class.grade" not in row or cells.grades_in_name(name):
            return found
        with suppress(NotUnderstood):  # told when the cell is taken
            grades = cells.grades(row["class.grade"][0])
            return [one for one in found if one.value("grade", grades) == grades]
        return found

    def _take(self, entry: Entry, meaning: str, row: Row) -> None:
        field_name = meaning.partition(".")[2]
        if ".period_" in meaning:
            return
        value = self._read(meaning, row)
        if value is None:
            entry.bad.add("open" if ".on_" in meaning else field_name)
            return
        if ".on_" in meaning:
            weekday = int(field_name.removeprefix("on_"))
            slots, _place = entry.fields.setdefault(_OPEN[entry.thing], ([], row[meaning][1]))
            slots += [(weekday, span, row[meaning][1]) for span in value]
        elif field_name in ("open", "free"):
            place = row[meaning][1]
            self._set(entry, field_name, [(weekday, span, place) for weekday, span in value], place)
        else:
            self._set(entry, field_name, value, row[meaning][1])

    def _set(self, entry: Entry, name: str, value: Any, place: Place) -> None:
        had = entry.fields.setdefault(name, (value, place))
        same = _without_places(had[0]) == _without_places(value)
        if not same:
            values = {"sheet": had[1].sheet, "row": had[1].row, "letter": had[1].letter}
            self.said.problems.append(Problem("contradiction_at", place, values))

    def _wide(self, row: Row, thing: str) -> Iterator[Bell]:
        for meaning in row:
            own, _dot, name = meaning.partition(".")
            if own == thing and name.startswith("period_"):
                times = self._read(meaning, row)
                if times:
                    yield self._bell_of(int(name.removeprefix("period_")), times, None, row[meaning][1])

    def _wide_bells(self, thing: str, row: Row, entry: Entry) -> None:
        found = list(self._wide(row, thing))
        if found:
            entry.fields["periods"] = (found, found[0].place)

    def _bell_of(self, period: int, times: Sequence[str], minutes: int | None, place: Place) -> Bell:
        length = cells.minutes_of(times[1]) - cells.minutes_of(times[0]) if len(times) > 1 else minutes
        if length is not None and length <= 0:
            self.said.problems.append(Problem("ends_before_start", place))
            length = None
        return Bell(period, times[0], length or 0, place)

    def grids(self, number: int, thing: str, opened: str) -> None:
        """Read the timetables of a sheet: whose each is by the words above it or the sheet's name."""
        table = self.tables[number]
        for block in layout.blocks(table):
            place = table.place(block.row)
            if (place.sheet, place.row) in self.left_out:
                continue
            found = self._titled(thing, f"{block.title} {table.name}")
            if len(found) != 1:
                code = "whose_grid" if not found else "ambiguous_grid"
                self.said.problems.append(Problem(code, place, {"text": block.title or table.name}))
                continue
            slots = [
                (weekday, period, table.place(*at))
                for (weekday, period), at in block.slots.items()
                if (table.name, at[0] + 1) not in self.left_out and _is_open(table.at(*at), opened)
            ]
            self._set(found[0], _OPEN[thing], slots, place)

    def _titled(self, thing: str, title: str) -> list[Entry]:
        """The things of whom a title may speak; of names within each other the longest."""
        text, dense = title.casefold(), plain(title)
        best: dict[int, list[Entry]] = defaultdict(list)
        for entry in self.said.entries[thing]:
            if not any(key in dense for key in entry.keys):
                continue
            length = _named_in(text, entry.code) or _named_in(text, entry.name)
            if length and not _named_in(text, entry.code) and entry.owner:
                length += 100 * max(_named_in(text, entry.owner.name), _named_in(text, entry.owner.code))
            if length:
                best[length].append(entry)
        return best[max(best)] if best else []


_OPEN = {"class": "open", "teacher": "free"}


def _named_in(text: str, name: str) -> int:
    """How long a name is that stands in a text on its own, else 0: 一年级 is not in 十一年级, G1 not in G12."""
    name = name.casefold()
    return len(name) if name and (_stands_in(text, name) or _stands_in(plain(text), plain(name))) else 0


def _stands_in(text: str, name: str) -> bool:
    at = text.find(name)
    while at >= 0:
        before, after = text[:at][-1:], text[at + len(name) :][:1]
        if not (before and _same_sort(before, name[0])) and not (after and _same_sort(after, name[-1])):
            return True
        at = text.find(name, at + 1)
    return False


def _same_sort(one: str, other: str) -> bool:
    """Whether two characters belong to one number or one code."""
    if one.isascii() and other.isascii():
        return one.isalnum() and other.isalnum()
    numerals = "零〇一二两三四五六七八九十"
    return one in numerals and (other in numerals)


def _is_open(text: str, opened: str) -> bool:
    if opened == layout.EMPTY:
        return is_blank(text)
    return plain(text) == plain(opened.removeprefix(layout.MARKED))


def _without_places(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        return sorted((str(one[0]), str(one[1])) for one in value)
    return value


def texts_of(tables: Sequence[Table]) -> Mapping[str, None]:
    """All that is written anywhere, as names are looked up."""
    return {plain(text): None for table in tables for row in table.rows for text in row if text}
