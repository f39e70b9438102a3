"""SubRip (.srt): numbered captions, times with a comma, a few tags of HTML and of ASS that players take away.

Source: the format has no standard; this reads what SubRip, Aegisub, ffmpeg and Chinese editors write. Pure.
"""

import re

from courses.captions.blocks import Collected, blocks, lines_of
from courses.types import Cue

HEAD = re.compile(r"^\s*\d{1,3}:\d{1,2}:\d{2},\d{3}\s+-->", re.MULTILINE)
_TAG = re.compile(r"</?(?:i|b|u|s|font)(?:\s[^<>]{0,200})?>|\{\\[^{}]{0,200}\}", re.IGNORECASE)


def parse(text: str) -> tuple[Cue, ...]:
    """The captions in their order of time, those without words left out.

    Raises CaptionsError with every line that is wrong.
    """
    found = Collected()
    for block in blocks(lines_of(text)):
        if len(block.lines) == 1 and block.lines[0].strip().isdecimal():
            continue  # a number without a caption: what editors leave of an empty one
        found.add_block(block, lambda line: _TAG.sub("", line))
    return found.in_order()
