"""Text of files in whatever encoding people's programs save Chinese. Pure."""

import codecs

# About half of what is said and written in Chinese is these, in one script or the other: the right decoding has them.
_FREQUENT = frozenset(
    "的一是了我不人在他有这上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开"
    "這們來時為說國著裡後會過對於學麼當沒還樣種開發"
)
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_WITHOUT_A_MARK = ("gb18030", "big5hkscs")


def text_of(data: bytes) -> str:
    """The text of `data`: UTF-8, UTF-16 with its mark, GB18030 or Big5. Raises UnicodeDecodeError when in none."""
    marked = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        return data.decode(marked)
    except UnicodeDecodeError:
        chinese = _chinese(data) if marked == "utf-8" else None
        if chinese is None:
            raise
        return chinese


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
