"""The text of a captions file."""

from django.utils.translation import gettext_lazy as _

from courses.captions.faults import at
from lms.core.encodings import text_of

MAX_BYTES = 2_000_000


def decode(data: bytes) -> str:
    """The text of `data`: UTF-8, UTF-16 with its mark, GB18030 or Big5.

    Raises CaptionsError when it is larger than `MAX_BYTES`, or in none of them (naming the line).
    """
    if len(data) > MAX_BYTES:
        raise at(1, _("The file is too large for captions: at most 2 MB."))
    try:
        return text_of(data)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise at(line, _("The text is not in UTF-8. Save the captions again with the encoding UTF-8.")) from error
