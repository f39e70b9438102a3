"""What WebVTT and SubRip share: lines parted by empty ones, times around an arrow. Pure."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from courses.captions.faults import CaptionsError, Fault, at
from courses.types import Cue

_TIME = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)[.,](\d{3})"
_TIMING = re.compile(rf"^\s*{_TIME}\s+-->\s+{_TIME}(?:\s+\S.*)?\s*$")
ARROW = "-->"


@dataclass(frozen=True)
class Block:
    """A run of lines between empty ones."""

    line: int  # of its first line, from 1
    lines: tuple[str, ...]

    @property
    def has_times(self) -> bool:
        """True when an arrow stands in one of its lines."""
        return any(ARROW in line for line in self.lines)


def lines_of(text: str) -> list[str]:
    """The lines of a text, whatever ends them."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def blocks(lines: list[str], *, first_line: int = 1) -> Iterator[Block]:
    """The blocks of `lines`, the first of which is line `first_line` of the text."""
    start: int | None = None
    for place, line in enumerate([*lines, ""]):
        if line.strip() and start is None:
            start = place
        elif not line.strip() and start is not None:
            yield Block(start + first_line, tuple(lines[start:place]))
            start = None


def seconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> float:
    """Seconds of a time in its parts."""
    # Divided once, at the end: 1.118 is to be the same number whoever wrote it.
    return ((int(hours or 0) * 60 + int(minutes)) * 60_000 + int(seconds) * 1000 + int(thousandths)) / 1000


def timed(block: Block) -> tuple[float, float, list[str]]:
    """Start and end in seconds, and the lines of words. Raises CaptionsError."""
    place = 0 if ARROW in block.lines[0] else 1  # a caption may begin with its name or number
    if place >= len(block.lines) or ARROW not in block.lines[place]:
        raise at(block.line, _("A caption needs a line with its times, such as 00:01.000 --> 00:04.500."))
    match = _TIMING.match(block.lines[place])
    if not match:
        raise at(block.line + place, _("The times are not readable: write them as 00:01.000 --> 00:04.500."))
    fields = match.groups()
    start_s, end_s = seconds(*fields[:4]), seconds(*fields[4:])
    if end_s <= start_s:
        raise at(block.line + place, ENDS_EARLY)
    words = list(block.lines[place + 1 :])
    for below, line in enumerate(words, start=place + 1):
        if ARROW in line:
            raise at(block.line + below, _("An empty line is missing before this caption's times."))
    return start_s, end_s, words


ENDS_EARLY = _("The caption ends before it begins: the second time must be later.")


class Collected:
    """Captions as they are read: those that are right, and everything that is wrong."""

    def __init__(self) -> None:
        self.cues: list[Cue] = []
        self.faults: list[Fault] = []

    def add(self, start_s: float, end_s: float, text: str) -> None:
        """Note a caption; one without words is left out."""
        if text:
            self.cues.append(Cue(start_s=start_s, end_s=end_s, text=text))

    def add_block(self, block: Block, plain: Callable[[str], str]) -> None:
        """Note the caption of a block, its lines made `plain`, or what is wrong with it."""
        try:
            start_s, end_s, words = timed(block)
        except CaptionsError as error:
            self.wrong(error)
        else:
            self.add(start_s, end_s, "\n".join(plain(line).strip() for line in words).strip())

    def wrong(self, error: CaptionsError) -> None:
        """Note what is wrong, and go on."""
        self.faults += error.faults

    def in_order(self) -> tuple[Cue, ...]:
        """The captions by their time. Raises CaptionsError with all faults."""
        if self.faults:
            raise CaptionsError(self.faults)
        return tuple(sorted(self.cues, key=lambda cue: (cue.start_s, cue.end_s)))
