"""Texts cut for where room is short: at the end of a sentence, else between words where a script has spaces."""

import re

_ENDS = "。！？.!?"
# What is written without spaces may be cut anywhere: Han and kana (Unicode's blocks).
_WORD = r"[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
_WITHIN_A_WORD = re.compile(rf"{_WORD}+(?:['’-]{_WORD}+)*\Z")


def first_words(text: str, length: int) -> str:
    """The beginning of `text`, at most `length` characters and an ellipsis."""
    if len(text) <= length:
        return text
    cut = text[:length]
    ends = [at + 1 for at, mark in enumerate(cut) if mark in _ENDS and _is_end(text, at)]
    if ends and ends[-1] > length // 2:
        return cut[: ends[-1]]
    if re.match(_WORD, text[length]):
        # One word that is longer than all the room is cut all the same.
        cut = _WITHIN_A_WORD.sub("", cut) or cut
    return f"{cut.rstrip(' ，、,;；：:')}…"


def _is_end(text: str, at: int) -> bool:
    """True for a mark that ends a sentence: a point within "3.5" does not."""
    return text[at] in "。！？" or text[at + 1 : at + 2].isspace() or at + 1 == len(text)
