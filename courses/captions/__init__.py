"""Captions of lessons: kept as WebVTT, read from WebVTT, SubRip and ASS. Pure: no models, no files."""

from django.utils.translation import gettext_lazy as _

from courses.captions import subrip, substation, webvtt
from courses.captions.decoding import MAX_BYTES, decode
from courses.captions.faults import CaptionsError, Fault, at
from courses.captions.webvtt import write
from courses.types import Cue

__all__ = ["MAX_BYTES", "CaptionsError", "Fault", "as_webvtt", "decode", "parse", "read", "write"]


def parse(text: str) -> tuple[Cue, ...]:
    """The captions of a text in any of the formats, in their order of time; none for a text of spaces.

    Raises CaptionsError with every line that is wrong.
    """
    if not text.strip():
        return ()
    if len(text) > MAX_BYTES:
        raise at(1, _("The text is too long for captions: at most 2 MB."))
    for form in (webvtt, substation, subrip):
        if form.HEAD.search(text):
            return form.parse(text)
    raise at(1, _("These are no captions that can be read: save them as WebVTT (.vtt), SubRip (.srt) or ASS (.ass)."))


def read(text: str) -> tuple[str, tuple[Cue, ...]]:
    """A text in any of the formats as it is kept, and its captions. Raises CaptionsError.

    It is kept as WebVTT, in its own words where it is that already; without captions it is kept as it is.
    """
    cues = parse(text)
    return text if not cues or webvtt.HEAD.search(text) else write(cues), cues


def as_webvtt(text: str) -> str:
    """The text as it is kept: see `read`. Raises CaptionsError."""
    return read(text)[0]
