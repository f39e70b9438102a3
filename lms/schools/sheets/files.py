"""Files as counties have them (xlsx, csv) into tables of text. What is hostile or broken is refused early."""

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from posixpath import join, normpath
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from openpyxl.utils.cell import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

from lms.schools.sheets.cells import tidy
from lms.schools.sheets.types import BadFile, Table

MOST_UNPACKED_BYTES = 32 * 1024 * 1024
MOST_TAGS = 600_000
MOST_OTHER_TAGS = 100_000
"""Of rows, cells and texts, and of all else in a workbook: a small file may unpack to millions that cost a minute."""
MOST_PARTS = 2000
MOST_SHEETS = 300
MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_WIDE_ROWS = 1000
"""With cells beyond MOST_COLUMNS that are there and empty: each costs time."""
MOST_CELLS = 400_000
MOST_LETTERS = 2000
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_CELL = re.compile(rb"<(?:\w+:)?(?:c|row|si)[\s/>]")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\b[^<>]*?\bref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
Area = tuple[int, int, int, int]
"""First column and row, last column and row, from 1."""
Decode = Callable[[bytes], str | None]
"""The text of a csv file, in whatever encoding it is; None when in none that is known."""


def tables(files: list[tuple[str, bytes]], decode: Decode) -> tuple[Table, ...]:
    """The sheets of some files in their order, without empty and hidden ones. Raises BadFile."""
    found: list[Table] = []
    for name, data in files:
        if data.startswith(b"PK\x03\x04"):
            found += _workbook(name, data)
        elif data.startswith(b"\xd0\xcf\x11\xe0"):
            raise BadFile("old_workbook", file=name)
        else:
            found.append(_csv(name, data, decode))
        if len(found) > MOST_SHEETS or sum(len(row) for table in found for row in table.rows) > MOST_CELLS:
            raise BadFile("too_large_table", file=name, cells=MOST_CELLS, sheets=MOST_SHEETS)
    filled = [table for table in found if table.rows]
    if not filled:
        raise BadFile("empty", file=files[0][0] if files else "")
    return tuple(_named(filled))


def _named(found: list[Table]) -> Iterator[Table]:
    """The tables, each by a name of its own: two files may have a sheet of one name."""
    seen: dict[str, int] = {}
    for table in found:
        seen[table.name] = seen.get(table.name, 0) + 1
        yield table if seen[table.name] == 1 else Table(f"{table.name} ({seen[table.name]})", table.rows)


def _csv(name: str, data: bytes, decode: Decode) -> Table:
    text = decode(data)
    if text is None or "\0" in text:
        raise BadFile("unknown_encoding", file=name)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter):
            rows.append(row)
            if len(rows) > MOST_ROWS or len(row) > MOST_COLUMNS:
                raise BadFile("too_large_sheet", sheet=name, rows=MOST_ROWS, columns=MOST_COLUMNS)
    except csv.Error as error:
        raise BadFile("damaged", file=name) from error
    return Table(name.rpartition(".")[0] or name, _trimmed(rows))


def _workbook(name: str, data: bytes) -> Iterator[Table]:
    """The visible sheets of an xlsx file: values as last calculated, merged cells filled."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
                raise BadFile("too_large_unpacked", file=name, megabytes=MOST_UNPACKED_BYTES // 1024 // 1024)
            if any(part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
                raise BadFile("damaged", file=name)
            _count_tags(name, archive)
            merged = _merged(archive)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            if len(book.worksheets) > MOST_SHEETS:
                raise BadFile("too_large_table", file=name, cells=MOST_CELLS, sheets=MOST_SHEETS)
            for sheet in book.worksheets:
                if sheet.sheet_state == "visible":
                    yield Table(tidy(sheet.title), _trimmed(_filled(_rows(sheet), merged.get(sheet.title, ()))))
        finally:
            book.close()
    except (
        zipfile.BadZipFile,
        zlib.error,
        InvalidFileException,
        ParseError,
        DefusedXmlException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        EOFError,
        OverflowError,
        NotImplementedError,  # a kind of zip that Python does not know
        RuntimeError,  # a password
    ) as error:
        raise BadFile("damaged", file=name) from error


def _rows(sheet: Any) -> list[list[str]]:
    sheet.reset_dimensions()  # what the file says of its own size may be wrong
    too_large = BadFile("too_large_sheet", sheet=sheet.title, rows=MOST_ROWS, columns=MOST_COLUMNS)
    rows: list[list[str]] = []
    wide = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True)):
        wide += len(values) > MOST_COLUMNS
        if wide > MOST_WIDE_ROWS:
            raise too_large
        texts = [_text(value) for value in values]
        while texts and not texts[-1].strip():
            texts.pop()
        if len(texts) > MOST_COLUMNS or (texts and number >= MOST_ROWS):
            raise too_large
        if number < MOST_ROWS:
            rows.append(texts)
    return rows


def _text(value: Any) -> str:
    """A cell's value as a person would type it. Formulas have what they were calculated to last."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return str(value)


def _trimmed(rows: list[list[str]] | tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], ...]:
    """Tidy texts, without the empty cells and rows that follow the last full one."""
    tidied: list[tuple[str, ...]] = []
    for row in rows:
        texts = [tidy(text[:MOST_LETTERS]) if text else "" for text in row]
        while texts and not texts[-1]:
            texts.pop()
        tidied.append(tuple(texts))
    while tidied and not tidied[-1]:
        tidied.pop()
    return tuple(tidied)


def _filled(rows: list[list[str]], merged: Sequence[Area]) -> list[list[str]]:
    """The rows with each merged cell's text in all of its cells."""
    for left, top, right, bottom in merged:
        if top > len(rows) or left > len(rows[top - 1]):
            continue
        text = rows[top - 1][left - 1]
        for row in rows[top - 1 : bottom]:
            row += [""] * (right - len(row))
            row[left - 1 : right] = [text] * (right - left + 1)
    return rows


def _count_tags(name: str, archive: zipfile.ZipFile) -> None:
    """Refuse a workbook of more elements than can be read in seconds, before any is read."""
    cells, others = 0, 0
    for part in archive.namelist():
        data = archive.read(part)
        if part.startswith("xl/worksheets/") or part == "xl/sharedStrings.xml":
            cells += sum(1 for _tag in _CELL.finditer(data))
        elif part.endswith((".xml", ".rels")):
            others += data.count(b"<")
    if cells > MOST_TAGS or others > MOST_OTHER_TAGS:
        raise BadFile("too_large_table", file=name, cells=MOST_CELLS, sheets=MOST_SHEETS)


def _merged(archive: zipfile.ZipFile) -> dict[str, list[Area]]:
    """The merged cells of each sheet, which a reader that goes row by row does not tell."""
    book = fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    related = fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {one.get("Id"): one.get("Target", "") for one in related}
    found: dict[str, list[Area]] = {}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATION), "")
        path = target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))
        if path in archive.namelist():
            found[sheet.get("name", "")] = list(_merges(sheet.get("name", ""), archive.read(path)))
    return found


def _merges(sheet: str, part: bytes) -> Iterator[Area]:
    filled = 0
    for found in _MERGE.finditer(part):
        left, top, right, bottom = range_boundaries(found[1].decode())
        right, bottom = min(right, MOST_COLUMNS), min(bottom, MOST_ROWS)
        filled += max(0, right - left + 1) * max(0, bottom - top + 1)
        if filled > MOST_CELLS:
            raise BadFile("too_large_sheet", sheet=sheet, rows=MOST_ROWS, columns=MOST_COLUMNS)
        if left <= right:
            yield left, top, right, bottom
