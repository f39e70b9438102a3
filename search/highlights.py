"""What to show of a document: the passage with the words that were looked for, and where they are spoken. Pure.

Spans are places in the text as written, whatever script or form it was written in.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from search.analysis import Kind, analyze, fold
from search.queries import Query
from search.types import Cue, CueHit

Span = tuple[int, int]
PASSAGE = 120  # characters shown of a document
_LEAD = 16  # characters shown before the first word found, when its sentence begins further ahead
_STEM_LETTERS = 3  # that every form of a Latin word begins with
_SENTENCE_END = re.compile(r"[。！？!?；;\n]|\.\s")
_PARAGRAPHS = re.compile(r"[^\n]+")


@dataclass(frozen=True)
class Mark:
    """A token that was looked for, in a text."""

    start: int
    end: int
    token: str


@dataclass(frozen=True)
class Passage:
    """A part of a text, as written but on one line, with the spans that were found in it."""

    text: str
    marks: tuple[Span, ...]
    worth: float


class Finder:
    """Finds the tokens of a query in texts. `worths` says how much each token tells; unknown ones tell 1."""

    def __init__(self, query: Query, worths: Mapping[str, float]) -> None:
        kinds = {term.kind for term in query.terms}
        # Single characters stand all over a text: they are shown only when nothing more telling was asked for.
        telling = kinds - {Kind.CHARACTER} or kinds
        self._worths = {term.text: worths.get(term.text, 1.0) for term in query.terms if term.kind in telling}
        needles = {
            term.text.removeprefix("w")
            if term.kind is Kind.WORD
            else term.text[:_STEM_LETTERS]
            if term.kind is Kind.TERM
            else term.text
            for term in query.terms
            if term.kind in telling
        }
        self._needles = re.compile("|".join(map(re.escape, sorted(needles)))) if needles else None

    def marks(self, text: str) -> list[Mark]:
        """Every token of the query in `text`, by place. Only paragraphs that can hold one are analyzed."""
        found: list[Mark] = []
        if self._needles is None:
            return found
        for paragraph in _PARAGRAPHS.finditer(text):
            if self._needles.search(fold(paragraph[0]).text):
                found += [
                    Mark(paragraph.start() + token.start, paragraph.start() + token.end, token.text)
                    for token in analyze(paragraph[0])
                    if token.text in self._worths
                ]
        return sorted(found, key=lambda mark: (mark.start, mark.end))

    def worth(self, marks: Iterable[Mark]) -> float:
        """How much different tokens tell together."""
        return sum(self._worths[token] for token in {mark.token for mark in marks})

    def spans(self, text: str) -> tuple[Span, ...]:
        """What to mark in a text that is shown whole."""
        return _merged((mark.start, mark.end) for mark in self.marks(text))

    def passage(self, texts: Sequence[str]) -> Passage:
        """The best passage of several texts, of the earlier one when two are as good; else where the first begins."""
        best = Passage("", (), 0.0)
        for text in texts:
            passage = self._best_passage(text)
            if passage.worth > best.worth:
                best = passage
        if best.worth:
            return best
        first = next((text for text in texts if text.strip()), "")
        return _cut(first, 0, ())

    def _best_passage(self, text: str) -> Passage:
        marks = self.marks(text)
        best, best_worth = 0, -1.0
        for place, mark in enumerate(marks):
            if place and mark.start == marks[place - 1].start:
                continue
            worth = self.worth(
                later for later in marks[place : place + 200] if later.end <= mark.start + PASSAGE - _LEAD
            )
            if worth > best_worth:
                best, best_worth = place, worth
        if not marks:
            return Passage("", (), 0.0)
        start = _sentence_start(text, marks[best].start)
        passage = _cut(text, start, _merged((mark.start, mark.end) for mark in marks))
        return Passage(passage.text, passage.marks, best_worth)

    def cue(self, cues: Sequence[Cue]) -> CueHit | None:
        """The caption that tells most, the earliest of equals; None when no caption has a word of the query."""
        best: CueHit | None = None
        best_worth = 0.0
        for cue in cues:
            worth = self.worth(self.marks(cue.text))
            if worth > best_worth:
                best, best_worth = CueHit(cue.start_s, " ".join(cue.text.split())), worth
        return best


def _sentence_start(text: str, place: int) -> int:
    """Where to begin so that the word at `place` is read in its sentence, not too far ahead of it."""
    earliest = max(0, place - 3 * _LEAD)
    ends = [match.end() for match in _SENTENCE_END.finditer(text, earliest, place)]
    start = ends[-1] if ends else earliest if earliest == 0 else place - _LEAD
    while start < place and text[start].isspace():
        start += 1
    return start


def _cut(text: str, start: int, spans: Iterable[Span]) -> Passage:
    """PASSAGE characters from `start`, with an ellipsis where text is left out."""
    end = min(len(text), start + PASSAGE)
    head = "…" if start else ""
    tail = "…" if end < len(text) else ""
    shift = len(head) - start
    marks = tuple(
        (max(first, start) + shift, min(last, end) + shift) for first, last in spans if first < end and last > start
    )
    return Passage(head + re.sub(r"\s", " ", text[start:end]) + tail, marks, 0.0)


def _merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
