"""Writes text one way: NFKC, lower case, simplified characters, plain Latin letters, ASCII digits.

Sources: Unicode Standard Annex 15 (normalisation forms), OpenCC's table from traditional to simplified.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import opencc

# What is written but not read: soft hyphens, zero-width and direction marks, variation selectors, byte order marks.
_UNREAD = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")
# Blocks with characters that normalisation, lower case or the digits' table change, Han and Hangul left out.
_CHANGING = (
    range(0x0080, 0x3400),
    range(0xA000, 0xAC00),
    range(0xF900, 0x10000),
    range(0x10400, 0x12000),
    range(0x16A00, 0x16F00),
    range(0x1D100, 0x1EF00),
    range(0x1F100, 0x1F300),
    range(0x1FBF0, 0x1FC00),
    range(0x2F800, 0x2FA20),
)
_LATIN = (range(0x00C0, 0x0250), range(0x1E00, 0x1F00))
_HAN = (range(0x3400, 0xA000), range(0xF900, 0xFB00), range(0x20000, 0x32000))


@dataclass(frozen=True)
class Folded:
    """Folded text and, where characters were joined, parted or left out, the places they came from."""

    text: str
    _starts: tuple[int, ...] | None = None
    _ends: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text as written that became `text[start:end]`; it must not be empty."""
        if self._starts is None or self._ends is None:
            return start, end
        return self._starts[start], self._ends[end - 1]


def fold(text: str) -> Folded:
    """Fold any text; what a letter means is kept, how it was written is not."""
    text = _SURROGATES.sub("\ufffd", text)
    rules = _rules()
    if rules.unsteady.isdisjoint(text):
        return Folded(text.translate(rules.table))
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end, grows in _pieces(text, rules.growing):
        piece = text[start:end]
        if grows:
            piece = unicodedata.normalize("NFKC", _UNREAD.sub("", piece)).lower()
            starts.extend([start] * len(piece))
            ends.extend([end] * len(piece))
        else:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        parts.append(piece)
    return Folded("".join(parts).translate(rules.table), tuple(starts), tuple(ends))


def _pieces(text: str, growing: re.Pattern[str]) -> Iterator[tuple[int, int, bool]]:
    """Spans that can be folded each on its own, and whether their length may change."""
    done = 0
    for match in growing.finditer(text):
        if match.start() > done:
            yield done, match.start(), False
        yield match.start(), match.end(), True
        done = match.end()
    if done < len(text):
        yield done, len(text), False


@dataclass(frozen=True)
class _Rules:
    table: dict[int, str]  # one character for one
    unsteady: frozenset[str]  # characters that are not folded one for one
    growing: re.Pattern[str]  # runs of them, with the character that they join


@functools.cache
def _rules() -> _Rules:
    """Made once a process, in about 60 ms.

    Chinese characters are folded one by one, not by phrases as people would write them: so a character folds the same
    way in every neighbourhood, and a query of one word meets it in any sentence.
    """
    table = {code: chr(code).lower() for code in range(0x80)} | {0: " "}
    splits, joins = [], []
    for code in (code for block in _CHANGING for code in block):
        letter = chr(code)
        normal = unicodedata.normalize("NFKC", letter).lower()
        if _joins(letter) or _UNREAD.match(letter):
            joins.append(letter)
        elif len(normal) != 1:
            splits.append(letter)
        elif normal.isdecimal():
            table[code] = str(unicodedata.decimal(normal))
        elif normal != letter:
            table[code] = normal
    for code in (code for block in _LATIN for code in block):
        base = unicodedata.normalize("NFD", chr(code))[0].lower()
        if base.isascii() and unicodedata.category(chr(code)) != "Sm":
            table[code] = base
    table.update(_simplified(table))
    joins.extend(chr(code) for code in range(0xE0000, 0xE0200))
    join = _class(joins)
    growing = re.compile(f"[{_class(splits)}][{join}]*|.?[{join}]+", re.DOTALL)
    return _Rules(table, frozenset(splits + joins), growing)


def _simplified(table: dict[int, str]) -> dict[int, str]:
    """Traditional to simplified, for characters of `table` too (compatibility forms)."""
    codes = [code for block in _HAN for code in block if unicodedata.category(chr(code)) == "Lo"]
    old = [table.get(code) or unicodedata.normalize("NFKC", chr(code)) for code in codes]
    converter = opencc.OpenCC("t2s")
    # The second pass follows characters whose simplified form is itself simplified further.
    new = converter.convert(converter.convert("\n".join(old))).split("\n")
    return {code: to for code, to in zip(codes, new, strict=True) if to != chr(code) and len(to) == 1}


def _class(letters: list[str]) -> str:
    """The inside of a character class: ranges of neighbours."""
    codes = sorted(map(ord, letters))
    starts = [code for before, code in zip([-2, *codes], codes, strict=False) if code != before + 1]
    ends = [code for code, after in zip(codes, [*codes[1:], -2], strict=True) if code != after - 1]
    return "".join(f"\\U{start:08x}-\\U{end:08x}" for start, end in zip(starts, ends, strict=True))


def _joins(letter: str) -> bool:
    """True when `letter` may grow into the one before it: marks, Hangul vowels and finals, half-width sound marks."""
    return (
        "\u1160" <= letter <= "\u11ff"
        or "\uff9e" <= letter <= "\uff9f"
        or "\uffa0" <= letter <= "\uffdc"
        or unicodedata.category(letter)[0] == "M"
    )
