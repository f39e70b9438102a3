"""WebVTT, parsed strictly enough to name every line that is wrong, and written.

Source: W3C, WebVTT: The Web Video Text Tracks Format (2019), sections 4 and 6. Pure: no models, no files.
"""

import html
import re
from collections.abc import Iterable

from courses.captions.blocks import Collected, blocks, lines_of
from courses.types import Cue

HEAD = re.compile(r"^\ufeff?WEBVTT(?:[ \t\r\n]|$)")
# A tag ends before the next one begins: text of nothing but openings is read in one pass.
_TAG = re.compile(r"</?(?:c|i|b|u|v|lang|ruby|rt)(?:[.\s][^<>]{0,200})?>|<\d[\d:.]*>")
_NO_CAPTION = re.compile(r"^(NOTE|STYLE|REGION)(\s|$)")


def parse(text: str) -> tuple[Cue, ...]:
    """The captions in their order of time, those without words left out; `text` begins with WEBVTT.

    Raises CaptionsError with every line that is wrong.
    """
    found = Collected()
    seen = False
    for block in blocks(lines_of(text)[1:], first_line=2):
        if not block.has_times and (_NO_CAPTION.match(block.lines[0].strip()) or (not seen and block.line == 2)):
            continue  # notes, styles, and header lines directly below WEBVTT, such as "Language: zh"
        if re.match(r"^NOTE(\s|$)", block.lines[0].strip()):
            continue
        seen = True
        found.add_block(block, lambda line: html.unescape(_TAG.sub("", line)))
    return found.in_order()


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
