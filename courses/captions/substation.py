"""Advanced SubStation Alpha (.ass, .ssa): the words and times of its events, without its styling.

Source: the ASS file format (libass wiki): `[Events]` has a `Format:` line naming the columns of `Dialogue:` lines, the
last of which takes all commas that are left; override tags stand in braces, `\\N` and `\\n` break lines. Pure.
"""

import re

from django.utils.translation import gettext_lazy as _

from courses.captions.blocks import ENDS_EARLY, Collected, lines_of, seconds
from courses.captions.faults import at
from courses.types import Cue

HEAD = re.compile(r"^\ufeff?\s*(?:;.*\s+)*\[(?:Script Info|Events)\]", re.IGNORECASE)
_COLUMNS = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
_TIME = re.compile(r"^(\d{1,3}):([0-5]?\d):([0-5]\d)[.:](\d{2})$")
_TAGS = re.compile(r"\{[^{}]{0,2000}\}")
_DRAWING = re.compile(r"\{[^{}]{0,2000}\\p[1-9][^{}]{0,2000}\}")


def parse(text: str) -> tuple[Cue, ...]:
    """The captions in their order of time, those without words and drawings left out.

    Raises CaptionsError with every line that is wrong.
    """
    found = Collected()
    columns: tuple[str, ...] = _COLUMNS
    for number, line in enumerate(lines_of(text), start=1):
        kind, _colon, rest = line.partition(":")
        kind = kind.strip().lower()
        if kind == "format" and "text" in rest.lower():
            columns = tuple(name.strip().lower() for name in rest.split(","))
        elif kind == "dialogue":
            _dialogue(found, number, dict(zip(columns, rest.split(",", len(columns) - 1), strict=False)))
    return found.in_order()


def _dialogue(found: Collected, number: int, fields: dict[str, str]) -> None:
    start_s, end_s = _seconds(fields.get("start", "")), _seconds(fields.get("end", ""))
    if start_s is None or end_s is None or "text" not in fields:
        found.wrong(
            at(number, _("The line is not readable: it needs start and end as 0:00:01.00, and the words last."))
        )
    elif end_s <= start_s:
        found.wrong(at(number, ENDS_EARLY))
    elif not _DRAWING.search(fields["text"]):
        words = _TAGS.sub("", fields["text"]).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " ")
        found.add(start_s, end_s, "\n".join(filter(None, (part.strip() for part in words.split("\n")))))


def _seconds(time: str) -> float | None:
    match = _TIME.match(time.strip())
    if not match:
        return None
    hours, minutes, whole, hundredths = match.groups()
    return seconds(hours, minutes, whole, f"{hundredths}0")
