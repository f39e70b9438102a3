"""What goes through the sheets' room: tables of text, what their columns mean, and what is wrong with a cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SHEET_NAME = -1
"""The number of the column that is no column: the sheet's own name, the same in every row."""


@dataclass(frozen=True)
class Place:
    """Where something stands, as the spreadsheet's program names it. Row and column are 0 where they name nothing."""

    sheet: str
    row: int = 0
    column: int = 0

    @property
    def letter(self) -> str:
        """The column's letters: A for 1, AA for 27."""
        letters, left = "", self.column
        while left > 0:
            left, digit = divmod(left - 1, 26)
            letters = chr(65 + digit) + letters
        return letters


@dataclass(frozen=True)
class Problem:
    """What is wrong, for people to put right: the words for `code` have room for `values`."""

    code: str
    place: Place
    values: Mapping[str, Any] = field(default_factory=dict)


class NotUnderstood(Exception):
    """A cell that cannot be read; `code` says what it should have held, `text` what could not be read of it."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class BadFile(Exception):
    """A file that is no spreadsheet that can be opened."""

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


@dataclass(frozen=True)
class Table:
    """A sheet as text, in usual width; all of a merged cell holds its text; rows end with their last full cell."""

    name: str
    rows: tuple[tuple[str, ...], ...]

    def at(self, row: int, column: int) -> str:
        """The text of a cell, both numbered from 0. Empty outside of the table; SHEET_NAME is the sheet's name."""
        if column == SHEET_NAME:
            return self.name
        return self.rows[row][column] if row < len(self.rows) and column < len(self.rows[row]) else ""

    def place(self, row: int, column: int = SHEET_NAME) -> Place:
        """Where a cell is, for people."""
        return Place(self.name, row + 1, column + 1)


@dataclass(frozen=True)
class Column:
    """A column of sheets that are alike. `guess` is a meaning or empty; when not `sure` a person is asked."""

    number: int
    heading: str
    samples: tuple[str, ...]
    guess: str
    sure: bool


@dataclass(frozen=True)
class Group:
    """Sheets with the same headings: they are asked about once. `signature` is what is remembered them by.

    `heading_rows` has the number (from 0) of the row of headings by sheet; grids have none.
    """

    signature: str
    sheets: tuple[int, ...]
    kind: str
    sure: bool
    columns: tuple[Column, ...] = ()
    heading_rows: Mapping[int, int] = field(default_factory=dict)
    marks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meant:
    """What a group of sheets is and means: `columns` by number; for grids, whether `open` cells are empty or marked."""

    kind: str
    columns: Mapping[int, str] = field(default_factory=dict)
    open: str = ""
