"""The text of a captions file, in whatever encoding people's programs save Chinese. Pure."""

import codecs

from django.utils.translation import gettext_lazy as _

from courses.captions.faults import at

MAX_BYTES = 2_000_000
# About half of what is said and written in Chinese is these, in one script or the other: the right decoding has them.
_FREQUENT = frozenset(
    "的一是了我不人在他有这上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开"
    "這們來時為說國著裡後會過對於學麼當沒還樣種開發"
)
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_WITHOUT_A_MARK = ("gb18030", "big5hkscs")


def decode(data: bytes) -> str:
    """The text of `data`: UTF-8, UTF-16 with its mark, GB18030 or Big5.

    Raises CaptionsError when it is larger than `MAX_BYTES`, or in none of them (naming the line).
    """
    if len(data) > MAX_BYTES:
        raise at(1, _("The file is too large for captions: at most 2 MB."))
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(marked)
    except UnicodeDecodeError as error:
        chinese = _chinese(data) if marked == "utf-8" else None
        if chinese is not None:
            return chinese
        line = data[: error.start].count(b"\n") + 1
        raise at(line, _("The text is not in UTF-8. Save the captions again with the encoding UTF-8.")) from error


def _chinese(data: bytes) -> str | None:
    found = (text for text in (_decoded(data, name) for name in _WITHOUT_A_MARK) if text is not None)
    best = max(found, key=_frequent, default=None)
    return best if best is not None and _frequent(best) else None


def _decoded(data: bytes, name: str) -> str | None:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def _frequent(text: str) -> int:
    return sum(character in _FREQUENT for character in text)
