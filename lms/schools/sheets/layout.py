"""What lies where in the sheets: lists below headings, timetables of weekdays and periods, sheets that are alike."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lms.schools.sheets import cells, columns
from lms.schools.sheets.cells import plain
from lms.schools.sheets.columns import COUNTERS, LIKELY, SURE, is_blank, name_score, ways_to_say
from lms.schools.sheets.meanings import GRIDS, KINDS, MEANINGS, NOTHING, Meaning, meanings_of
from lms.schools.sheets.types import SHEET_NAME, Column, Group, Meant, NotUnderstood, Table

EMPTY = "empty"
MARKED = "="
_OPEN = "√ ✓ ✔ ○ 〇 可 可排 可用 空 空闲 远程 同步 接收 free open yes y"
_TAKEN = "× x ✕ ✗ 课 上课 有课 占用 已排 不可 忙 班会 自习 阅读 综合 taken busy lesson class no n"
OPEN_MARKS = frozenset(_OPEN.split())
_TAKEN_MARKS = frozenset(_TAKEN.split())
_HEADINGS_WITHIN = 15  # rows from the top
_SAMPLES = 3
_CLEARLY = 0.25  # better than the kind that fits second
_LONGEST_HEADING = 40
_LONGEST_MARK = 8
_NAMES = frozenset(name for meaning in MEANINGS.values() for name in meaning.names)
_BESIDE = "节次 节 时间 时段 课节 起止时间 period time no 上午 星期 节次星期"
_BESIDE_WEEKDAYS = tuple(_BESIDE.split())
_OF_TEACHERS = ("教师", "老师", "teacher", "主讲")
_OF_CLASSES = ("班", "年级", "class", "grade")
_PLACES = {
    "classes": "school.name",
    "requests": "school.name",
    "rooms": "school.name",
    "teachers": "site.name",
    "bells": "bell.place",
}


@dataclass(frozen=True)
class Block:
    """A timetable in a sheet: the row of weekdays (from 0), the words above it, and cells by (weekday, period)."""

    row: int
    title: str
    slots: Mapping[tuple[int, int], tuple[int, int]]


def look(tables: Sequence[Table]) -> tuple[Group, ...]:
    """The sheets that are alike, each with what it and its columns seem to be."""
    grids: dict[str, list[int]] = defaultdict(list)
    lists: dict[tuple[str, ...], dict[int, int]] = defaultdict(dict)
    for number, table in enumerate(tables):
        found = blocks(table)
        if found:
            grids[_whose(table, found)].append(number)
        else:
            row = _heading_row(table)
            lists[tuple(plain(text) for text in table.rows[row])][number] = row
    made = [_list(tables, rows) for rows in lists.values()]
    made += [_grids(tables, whose, tuple(sheets)) for whose, sheets in grids.items()]
    return tuple(sorted(made, key=lambda group: group.sheets))


def as_kind(tables: Sequence[Table], group: Group, kind: str) -> Group:
    """The group as a person says it is; its columns are guessed anew."""
    if kind in GRIDS or not group.heading_rows:
        return replace(group, kind=kind, sure=True)
    return replace(group, kind=kind, sure=True, columns=_columns(tables, group.heading_rows, kind))


def guessed(group: Group) -> Meant:
    """What the group means when all guesses are right."""
    opened = ""
    if group.kind in GRIDS:
        opened = next((MARKED + mark for mark in group.marks if mark.casefold() in OPEN_MARKS), EMPTY)
    return Meant(group.kind, {column.number: column.guess for column in group.columns if column.guess}, opened)


def blocks(table: Table) -> tuple[Block, ...]:
    """The timetables of a sheet, from top to bottom."""
    headers = [(row, days) for row in range(len(table.rows)) if (days := _weekday_columns(table, row))]
    found: list[Block] = []
    above = 0
    for at, (row, days) in enumerate(headers):
        below = headers[at + 1][0] if at + 1 < len(headers) else len(table.rows)
        column = _period_column(table, row, below, min(days.values()))
        if column is None:
            continue
        slots: dict[tuple[int, int], tuple[int, int]] = {}
        last = row
        for line in range(row + 1, below):
            period = _period(table.at(line, column))
            if period and (min(days), period) not in slots:
                slots |= {(day, period): (line, place) for day, place in days.items()}
                last = line
        title = " ".join(dict.fromkeys(text for line in table.rows[above:row] for text in line if text))
        found.append(Block(row, title, slots))
        above = last + 1
    return tuple(found)


def _weekday_columns(table: Table, row: int) -> dict[int, int]:
    """Columns by weekday, where the row is the head of a timetable."""
    days: dict[int, int] = {}
    for column, text in enumerate(table.rows[row]):
        try:
            days.setdefault(cells.weekday(_first_half(text)), column)
        except NotUnderstood:
            continue
    if len(days) < 4:
        return {}
    left = [text for text in table.rows[row][: min(days.values())] if text]
    return days if all(name_score(text, _BESIDE_WEEKDAYS) >= SURE for text in left) else {}


def _first_half(text: str) -> str:
    """周一 of “周一 Mon” and “周一/Monday”."""
    return text.replace("/", " ").partition(" ")[0]


def _period_column(table: Table, row: int, below: int, weekdays_from: int) -> int | None:
    counts = {
        column: sum(bool(_period(table.at(line, column))) for line in range(row + 1, below))
        for column in range(weekdays_from)
    }
    best = max(counts, key=lambda column: counts[column], default=None)
    return best if best is not None and counts[best] >= 2 else None


def _period(text: str) -> int:
    try:
        return cells.period(_first_half(text))
    except NotUnderstood:
        return 0


def _whose(table: Table, found: Sequence[Block]) -> str:
    """Which grids these are; an empty text where nothing says so."""
    said = plain(" ".join([table.name, *(block.title for block in found)]))
    teachers, classes = (any(word in said for word in words) for words in (_OF_TEACHERS, _OF_CLASSES))
    if teachers == classes:
        return ""
    return "teacher_grids" if teachers else "class_grids"


def _grids(tables: Sequence[Table], whose: str, sheets: tuple[int, ...]) -> Group:
    texts: Counter[str] = Counter()
    for number in sheets:
        for block in blocks(tables[number]):
            texts.update(text for place in block.slots.values() if (text := tables[number].at(*place)))
    marks = tuple(mark for mark, _times in texts.most_common(200) if mark.casefold() in OPEN_MARKS)
    common = tuple(mark for mark, _times in texts.most_common(8) if len(mark) <= _LONGEST_MARK)
    return Group(
        signature=_signature(["grid", whose, *sorted(marks)]),
        sheets=sheets,
        kind=whose or "class_grids",
        sure=bool(whose) and (len(marks) == 1 or (not marks and _are_taken(texts))),
        marks=tuple(dict.fromkeys(marks + common))[:8],
    )


def _are_taken(texts: Counter[str]) -> bool:
    """Whether what stands in cells is, for the greater part, known to be lessons and the like."""
    known = sum(times for text, times in texts.items() if text.casefold() in _TAKEN_MARKS or cells.is_subject(text))
    return 2 * known >= texts.total()


def _heading_row(table: Table) -> int:
    """The row of headings: where most cells are names that columns go by."""

    def fit(row: int) -> tuple[int, bool, int]:
        texts = {text for text in table.rows[row] if text and len(text) < _LONGEST_HEADING}
        return sum(any(one in _NAMES for one in ways_to_say(text)) for text in texts), len(texts) > 1, -row

    return max(range(min(len(table.rows), _HEADINGS_WITHIN)), key=fit, default=0)


def _signature(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def _list(tables: Sequence[Table], rows: Mapping[int, int]) -> Group:
    """Sheets with these headings (rows by sheet), as the kind that fits their headings, cells and name best."""
    number, row = next(iter(rows.items()))
    name = tables[number].name if len(rows) == 1 else ""
    below = list(_cells_below(tables, rows))
    fits = {kind: _fit(kind, name, below) for kind in KINDS}
    best, second = sorted(fits, key=lambda kind: -fits[kind][0])[:2]
    sure = fits[best][1] and fits[best][0] - fits[second][0] >= _CLEARLY
    if fits[best][0] < LIKELY:
        best, sure = NOTHING, len(below) < 2
    signature = _signature(sorted(plain(text) for text in tables[number].rows[row]))
    return Group(signature, tuple(rows), best, sure, _columns(tables, rows, best), dict(rows))


def _fit(kind: str, name: str, below: Sequence[tuple[int, str, list[str]]]) -> tuple[float, bool]:
    """How well columns and a sheet's name fit a kind, and whether what makes it that kind is there for sure."""
    given = columns.assign(below, meanings_of(kind)).values()
    needs = KINDS[kind].needs
    lacking = sum(not _has({meaning for meaning, _fit in given}, need) for need in needs)
    named = name_score(name, KINDS[kind].names) if name else 0.0
    certain = {meaning for meaning, fit in given if fit >= SURE}
    score = sum(fit for _meaning, fit in given) - 1.5 * lacking + (1.2 * named if named >= LIKELY else 0)
    return score, not lacking and (named >= SURE or all(_has(certain, need) for need in needs))


def _has(meant: set[str], need: str) -> bool:
    return any(name.startswith(one) for one in need.split() for name in meant)


def _cells_below(tables: Sequence[Table], rows: Mapping[int, int]) -> Iterator[tuple[int, str, list[str]]]:
    """Each column with its heading and what is in it, without what says nothing and what stands there twice."""
    width = max(len(tables[number].rows[row]) for number, row in rows.items())
    number, row = next(iter(rows.items()))
    for column in range(width):
        found = [
            text
            for sheet, top in rows.items()
            for line in range(top + 1, len(tables[sheet].rows))
            if not is_blank(text := tables[sheet].at(line, column))
        ]
        heading = tables[number].at(row, column)
        if (found or heading) and not any(one in COUNTERS for one in ways_to_say(heading)):
            yield column, heading, list(dict.fromkeys(found))


def _columns(tables: Sequence[Table], rows: Mapping[int, int], kind: str) -> tuple[Column, ...]:
    below = list(_cells_below(tables, rows))
    meanings = meanings_of(kind)
    given = columns.assign(below, meanings)
    used = {name for name, _fit in given.values()}
    lacks = kind in KINDS and not all(_has(used, need) for need in KINDS[kind].needs)
    found: list[Column] = []
    place = _PLACES.get(kind, "")
    if place and not _has(used, f"{place} {place.replace('.name', '.code')}"):
        names = tuple(tables[number].name for number in rows)
        found.append(Column(SHEET_NAME, "", names[:_SAMPLES], place if len(names) > 1 else "", True))
        used.add(place)
    for number, heading, texts in below:
        guess, fit = given.get(number, ("", 0.0))
        sure = fit >= SURE
        if not guess:
            guess = next(
                (name for name, one in meanings.items() if name not in used and one.telling and _tells(one, texts)), ""
            )
            used.add(guess)
            sure = not guess and not (lacks and bool(texts))
        found.append(Column(number, heading, tuple(texts[:_SAMPLES]), guess, sure))
    return tuple(found)


def _tells(meaning: Meaning, texts: Sequence[str]) -> bool:
    """Whether cells alone say what they are; most could be several things."""
    return (
        meaning.read in (cells.slots, cells.subject, cells.scope)
        and len(texts) > 0
        and columns.share_read(meaning, texts) >= 0.9
    )
