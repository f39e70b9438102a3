"""Progress on the terminal: a bar a lesson with rate and time left; plain lines where there is no terminal."""

import sys
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

BAR = 18
TITLE = 34  # columns


@dataclass(frozen=True)
class Row:
    """One lesson: `fraction` of all its work, `speed` in seconds of lesson a second, `left_s` until it is done."""

    title: str
    what: str  # waiting, drawing, encoding, playable, ready, failed
    fraction: float
    speed: float | None = None
    left_s: float | None = None
    note: str = ""


def columns(text: str) -> int:
    """How many columns `text` takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def fitted(text: str, width: int) -> str:
    """`text` cut or filled to `width` columns."""
    while columns(text) > width:
        text = text[:-1]
    return text + " " * (width - columns(text))


def minutes(seconds: float) -> str:
    """M:SS."""
    whole = max(0, round(seconds))
    return f"{whole // 60}:{whole % 60:02}"


def line(row: Row) -> str:
    """The lesson on one line."""
    full = round(BAR * row.fraction)
    parts = [fitted(row.title, TITLE), f"[{'#' * full}{'.' * (BAR - full)}]", f"{row.fraction:4.0%}", f"{row.what:<9}"]
    if row.what not in ("ready", "failed") and row.speed:
        parts.append(f"{row.speed:4.1f}x")
    if row.what not in ("ready", "failed") and row.left_s is not None:
        parts.append(f"{minutes(row.left_s)} left")
    return " ".join([*parts, row.note]).rstrip()


class Screen:
    """Shows rows again and again, and sentences above them."""

    def __init__(self, output: TextIO = sys.stdout) -> None:
        self.output = output
        self.is_terminal = output.isatty()
        self._drawn = 0
        self._told: dict[str, tuple[str, int]] = {}
        self._last = 0.0

    def say(self, text: str = "") -> None:
        """A sentence that stays."""
        self._erase()
        self.output.write(f"{text}\n")
        self.output.flush()

    def show(self, rows: Sequence[Row], summary: str) -> None:
        """Draw the rows; without a terminal, a line when a lesson moved on by a quarter or changed its state."""
        if not self.is_terminal:
            for row in rows:
                now = (row.what, int(row.fraction * 4))
                if self._told.get(row.title, ("waiting", 0)) != now:
                    self._told[row.title] = now
                    self.output.write(f"{line(row)}\n")
            self.output.flush()
            return
        self._erase()
        lines = [*(line(row) for row in rows), summary]
        self.output.write("".join(f"{text}\n" for text in lines))
        self.output.flush()
        self._drawn, self._last = len(lines), time.monotonic()

    def _erase(self) -> None:
        if self._drawn:
            self.output.write(f"\x1b[{self._drawn}F\x1b[J")
            self._drawn = 0
