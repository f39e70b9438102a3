"""What others ask of search."""

import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from django.conf import settings

from search.documents import Document
from search.engines import Engine, Found, Hit
from search.engines.embedded import EmbeddedEngine
from search.highlights import Finder
from search.queries import Query, parse
from search.types import Result, SearchResults, TopicCount

BACKENDS = ("embedded",)
MOST_RESULTS = 100


def engine(backend: str | None = None) -> Engine:
    """The engine named `backend`, or the one the settings name."""
    if (backend or settings.SEARCH_BACKEND) not in BACKENDS:
        raise ValueError(f"unknown search backend {backend!r}")
    return _embedded(Path(settings.SEARCH_INDEX_PATH))


@cache
def _embedded(path: Path) -> EmbeddedEngine:
    return EmbeddedEngine(path)


def search(
    query: str,
    *,
    language: str,
    topic: str | None = None,
    page: int = 1,
    limit: int = 10,
    backend: str | None = None,
) -> SearchResults:
    """Courses and lessons for `query` (any text), in `language` where they are; `page` counts from 1.

    Topics are counted over all results, whatever `topic` narrows them to. Nothing to look for, or no index yet:
    no results.
    """
    began = time.perf_counter()
    parsed = parse(query)
    limit = max(0, min(limit, MOST_RESULTS))
    found = engine(backend).search(
        parsed, language=language, topic=topic, offset=(max(page, 1) - 1) * limit, limit=limit
    )
    results = _results(parsed, found)
    return SearchResults(
        query=parsed.text,
        total=found.total,
        took_ms=round(1000 * (time.perf_counter() - began), 2),
        results=results,
        topics=tuple(TopicCount(slug, found.topic_titles.get(slug, slug), n) for slug, n in found.topics.items()),
    )


def near(query: str, *, language: str, limit: int = 5) -> tuple[Result, ...]:
    """Courses and lessons that share a little with `query`, for a reader whose search found nothing."""
    parsed = parse(query)
    return _results(parsed, engine().search(parsed, language=language, limit=limit, loose=True))


def _results(query: Query, found: Found) -> tuple[Result, ...]:
    finder = Finder(query, found.worths)
    return tuple(_result(finder, hit) for hit in found.hits)


def _result(finder: Finder, hit: Hit) -> Result:
    document = hit.document
    cue = finder.cue(document.transcript)
    passage = finder.passage(_passages(document))
    return Result(
        kind=document.kind,
        key=document.key,
        language=document.language,
        title=document.title,
        title_marks=finder.spans(document.title),
        url=document.url,
        score=round(hit.score, 4),
        highlight=passage.text,
        marks=passage.marks,
        course_key=document.course_key,
        course_title=document.course_title,
        course_url=document.course_url,
        topics=document.topic_slugs,
        cue=cue,
    )


def _passages(document: Document) -> Sequence[str]:
    return document.summary, document.body
