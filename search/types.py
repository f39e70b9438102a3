"""What search says and is told: frozen values that every engine shares."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Kind = Literal["course", "lesson"]


@dataclass(frozen=True)
class Cue:
    """One caption of a transcript."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class CueHit:
    """Where in a lesson the words are spoken."""

    start_s: float
    text: str


@dataclass(frozen=True)
class Result:
    """One course or lesson that was found.

    `highlight` is plain text as written; `marks` are the (start, end) spans of it that were found.
    """

    kind: Kind
    key: UUID
    language: str
    title: str
    title_marks: tuple[tuple[int, int], ...]
    url: str
    score: float
    highlight: str
    marks: tuple[tuple[int, int], ...]
    course_key: UUID
    course_title: str
    course_url: str
    topics: tuple[str, ...]
    cue: CueHit | None = None


@dataclass(frozen=True)
class TopicCount:
    """A topic among the results, for the filter."""

    slug: str
    title: str
    count: int


@dataclass(frozen=True)
class SearchResults:
    """One page of results."""

    query: str
    total: int
    took_ms: float
    results: tuple[Result, ...]
    topics: tuple[TopicCount, ...] = ()
    corrected: str | None = None
