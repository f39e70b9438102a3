"""WebVTT captions, parsed strictly enough to name the line that is wrong.

Source: W3C, WebVTT: The Web Video Text Tracks Format (2019), sections 4 and 6. Pure: no Django models, no files.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.types import Cue

MAX_BYTES = 2_000_000
_TIME = r"(?:(\d{2,3}):)?([0-5]\d):([0-5]\d)[.,](\d{3})"
_TIMING = re.compile(rf"^\s*{_TIME}\s+-->\s+{_TIME}(?:\s+\S.*)?\s*$")
_TAG = re.compile(r"</?(?:c|i|b|u|v|lang|ruby|rt)(?:[.\s][^>]{0,200})?>|<\d[\d:.]*>")


class WebVTTError(ValueError):
    """A text that is not WebVTT: `line` (from 1) and a `sentence` that says what to change."""

    def __init__(self, line: int, sentence: str | Promise) -> None:
        super().__init__(f"{line}: {sentence}")
        self.line = line
        self.sentence = sentence


@dataclass(frozen=True)
class _Block:
    line: int  # of its first line, from 1
    lines: tuple[str, ...]


def _blocks(lines: list[str]) -> Iterable[_Block]:
    """The runs of lines between empty lines."""
    start: int | None = None
    for at, line in enumerate([*lines, ""]):
        if line.strip() and start is None:
            start = at
        elif not line.strip() and start is not None:
            yield _Block(start + 1, tuple(lines[start:at]))
            start = None


def _seconds(hours: str | None, minutes: str, seconds: str, thousandths: str) -> float:
    # Divided once, at the end: 1.118 is to be the same number whoever wrote it.
    return ((int(hours or 0) * 60 + int(minutes)) * 60_000 + int(seconds) * 1000 + int(thousandths)) / 1000


def _cue(block: _Block) -> Cue:
    at = 0 if "-->" in block.lines[0] else 1  # a cue may begin with its name
    if at >= len(block.lines) or "-->" not in block.lines[at]:
        raise WebVTTError(block.line, _("A caption needs a line with its times, such as 00:01.000 --> 00:04.500."))
    match = _TIMING.match(block.lines[at])
    if not match:
        raise WebVTTError(block.line + at, _("The times are not readable: write them as 00:01.000 --> 00:04.500."))
    fields = match.groups()
    start_s, end_s = _seconds(*fields[:4]), _seconds(*fields[4:])
    if end_s <= start_s:
        raise WebVTTError(block.line + at, _("The caption ends before it begins: the second time must be later."))
    for below, line in enumerate(block.lines[at + 1 :], start=at + 1):
        if "-->" in line:
            raise WebVTTError(block.line + below, _("An empty line is missing before this caption's times."))
    text = "\n".join(html.unescape(_TAG.sub("", line)).strip() for line in block.lines[at + 1 :]).strip()
    return Cue(start_s=start_s, end_s=end_s, text=text)


def parse(text: str) -> tuple[Cue, ...]:
    """Read the captions in their order of time; captions without words are left out.

    Raises WebVTTError with the line that is wrong.
    """
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.match(r"^WEBVTT(?:[ \t]|$)", lines[0]):
        raise WebVTTError(1, _("The file must begin with the word WEBVTT. Save the captions as WebVTT (.vtt)."))
    cues: list[Cue] = []
    for block in _blocks(["", *lines[1:]]):
        first = block.lines[0].strip()
        if "-->" not in "".join(block.lines) and re.match(r"^(NOTE|STYLE|REGION)(\s|$)", first):
            continue
        if not cues and block.line == 2 and "-->" not in "".join(block.lines):
            continue  # header lines directly below WEBVTT, such as "Language: zh"
        if re.match(r"^NOTE(\s|$)", first):
            continue
        cues.append(_cue(block))
    return tuple(sorted((cue for cue in cues if cue.text), key=lambda cue: (cue.start_s, cue.end_s)))


def decode(data: bytes) -> str:
    """The text of an uploaded file.

    Raises WebVTTError when it is not UTF-8 (naming the line) or larger than `MAX_BYTES`.
    """
    if len(data) > MAX_BYTES:
        raise WebVTTError(1, _("The file is too large for captions: at most 2 MB."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise WebVTTError(
            line, _("The text is not in UTF-8. Save the captions again with the encoding UTF-8.")
        ) from error


def _stamp(seconds: float) -> str:
    thousandths = round(seconds * 1000)
    hours, rest = divmod(thousandths, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"


def write(cues: Iterable[Cue]) -> str:
    """The captions as WebVTT; `parse` gives the same cues again (to the thousandth of a second)."""
    parts = ["WEBVTT\n"]
    for cue in cues:
        words = "\n".join(filter(None, (html.escape(line.strip(), quote=False) for line in cue.text.splitlines())))
        parts.append(f"{_stamp(cue.start_s)} --> {_stamp(cue.end_s)}\n{words}\n")
    return "\n".join(parts)
