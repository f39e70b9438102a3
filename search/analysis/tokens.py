"""Cuts folded text into tokens.

A run of Chinese gives each character, each pair of neighbours and each word; a word is marked with a `w` before it
so that it does not meet the pairs. Other scripts give their words, Latin ones stemmed (Snowball, Porter 2).
"""

import functools
import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, NamedTuple

from search.analysis.folding import fold
from search.analysis.stop_words import STOP_WORDS


class Kind(Enum):
    """What a token is, for its weight in a query."""

    CHARACTER = "character"  # one Chinese character
    PAIR = "pair"  # two neighbours
    WORD = "word"  # a Chinese word
    TERM = "term"  # a stem, name or number of any other script


class Token(NamedTuple):
    """A token and the span of the text as written that it stands for."""

    text: str
    start: int
    end: int
    kind: Kind


_Piece = tuple[str, int, int, Kind]
_LONGEST = 64  # letters of one word that count; nobody types more
# Scripts without spaces between words: Han with its marks, kana, Bopomofo, Hangul syllables.
_CJK = (
    "\u3005-\u3007\u3041-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)


@functools.cache
def _runs() -> re.Pattern[str]:
    letter = rf"[^\W_{_CJK}]"
    marks = "".join(chr(code) for code in range(0x300, 0x1F000) if unicodedata.category(chr(code)) in {"Mn", "Mc"})
    word = rf"{letter}(?:{letter}|[{marks}])*"
    return re.compile(
        rf"(?P<cjk>[{_CJK}]+)"
        rf"|(?P<number>(?:[0-9]{{1,3}}(?:,[0-9]{{3}})+(?![0-9])|[0-9]+)(?:\.[0-9]+)*(?:[a-z](?!{letter}))?)"
        rf"|(?P<word>{word}(?:['’]{word})*)"
    )


_stemmer_lock = threading.Lock()  # a stemmer keeps the word it works on in itself


# The dictionaries are loaded by the first text that needs them: most commands read none.
@functools.cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


@functools.cache
def _cut() -> Callable[[str], list[str]]:
    import rjieba

    return rjieba.cut


@functools.lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    with _stemmer_lock:
        return str(_stemmer().stemWord(word))


def analyze(text: str) -> Iterator[Token]:
    """The tokens of any text with their places. English stop words are left out."""
    folded = fold(text)
    for token, start, end, kind in _pieces(folded.text):
        yield Token(token, *folded.span(start, end), kind)


def terms(text: str) -> list[str]:
    """The texts of the tokens of `analyze`, without their places: for the index."""
    return [piece[0] for piece in _pieces(fold(text).text)]


def spaced(text: str, *, pairs_only: bool = False) -> str:
    """Folded text with its Chinese written apart, for engines that cut at spaces and do the rest themselves.

    A run gives its characters and then its pairs; with `pairs_only`, as a query wants it, characters only where a run
    has no pair.
    """

    def apart(run: re.Match[str]) -> str:
        letters = run["cjk"]
        pairs = [letters[place : place + 2] for place in range(len(letters) - 1)]
        return f" {' '.join(pairs if pairs and pairs_only else [*letters, *pairs])} "

    return _cjk_runs().sub(apart, fold(text).text)


@functools.cache
def _cjk_runs() -> re.Pattern[str]:
    return re.compile(rf"(?P<cjk>[{_CJK}]+)")


def _pieces(text: str) -> Iterator[_Piece]:
    previous: tuple[str, int, int] | None = None
    for run in _runs().finditer(text):
        start, end = run.span()
        if run.lastgroup == "cjk":
            yield from _chinese(run[0], start)
            previous = None
            continue
        token = run[0].replace(",", "")[:_LONGEST] if run.lastgroup == "number" else _latin(run[0])
        if token not in STOP_WORDS:
            yield token, start, end, Kind.TERM
        # e-commerce, Wi-Fi: also as one word.
        if previous and len(previous[0]) <= 2 and previous[2] == start - 1 and text[start - 1] == "-":
            yield _stem(previous[0] + run[0])[:_LONGEST], previous[1], end, Kind.TERM
        previous = (run[0], start, end) if run.lastgroup == "word" else None


def _chinese(run: str, start: int) -> Iterator[_Piece]:
    for place, character in enumerate(run, start):
        yield character, place, place + 1, Kind.CHARACTER
    for place in range(len(run) - 1):
        yield run[place : place + 2], start + place, start + place + 2, Kind.PAIR
    if len(run) > 1:
        for word in _cut()(run):
            end = start + len(word)
            if len(word) > 1:
                yield "w" + word, start, end, Kind.WORD
            start = end


def _latin(run: str) -> str:
    word = run.replace("’", "'").removesuffix("'s").replace("'", "")[:_LONGEST]
    return _stem(word) if word.isascii() and word not in STOP_WORDS else word
