"""What others ask of search."""

import time
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from lms.core.languages import readers_address
from search.documents import Document
from search.engines import Engine, Found, Hit
from search.engines.embedded import EmbeddedEngine
from search.engines.locks import builder
from search.errors import BackendUnknown, EngineAway
from search.highlights import Finder
from search.queries import Query, parse
from search.types import Result, SearchResults, TopicCount

if TYPE_CHECKING:
    from search.engines.elasticsearch import ElasticsearchEngine

BACKENDS = ("embedded", "elasticsearch")
MOST_RESULTS = 100


def engine(backend: str | None = None) -> Engine:
    """The engine named `backend`, or the one the settings name."""
    backend = backend or settings.SEARCH_BACKEND
    if backend == "embedded":
        return _embedded(Path(settings.SEARCH_INDEX_PATH))
    if backend == "elasticsearch" and settings.ELASTICSEARCH_URL:
        return elasticsearch()
    raise BackendUnknown(backend)


@cache
def _embedded(path: Path) -> EmbeddedEngine:
    return EmbeddedEngine(path)


def elasticsearch() -> "ElasticsearchEngine":
    """The engine of the cluster that the settings name."""
    return _elasticsearch(
        settings.ELASTICSEARCH_URL,
        settings.ELASTICSEARCH_CA_CERTS,
        settings.ELASTICSEARCH_TIMEOUT_S,
        settings.ELASTICSEARCH_INDEX,
        settings.ELASTICSEARCH_SHARDS,
        settings.ELASTICSEARCH_REPLICAS,
    )


@cache
def _elasticsearch(
    url: str, ca_certs: str | None, timeout_s: float, index: str, shards: int, replicas: int
) -> "ElasticsearchEngine":
    # The client takes a second to import: only where it is used.
    from search.engines.cluster import Address
    from search.engines.elasticsearch import ElasticsearchEngine, Options

    options = Options(index, tuple(code for code, _ in settings.WAGTAIL_CONTENT_LANGUAGES), shards, replicas)
    lock = Path(settings.SEARCH_INDEX_PATH).with_name(f"{index}.rebuild.lock")
    return ElasticsearchEngine(Address(url, ca_certs, timeout_s), options, alone=partial(builder, lock))


def standby() -> Engine | None:
    """The embedded engine, where it is kept for when the cluster is away."""
    return engine("embedded") if settings.SEARCH_BACKEND == "elasticsearch" and settings.SEARCH_STANDBY else None


def _ask(query: Query, *, backend: str | None = None, **how: Any) -> Found:
    """What the engine finds; while it is away or not whole, what the standby does. Raises EngineAway."""
    other = standby() if backend is None else None
    try:
        chosen = engine(backend)
        if other is None or chosen.ready() or not other.ready():
            return chosen.search(query, **how)
    except EngineAway:
        if other is None or not other.ready():
            raise
    return other.search(query, **how)


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
    no results. Raises EngineAway when the cluster is, and no standby can answer.
    """
    began = time.perf_counter()
    parsed = parse(query)
    limit = max(0, min(limit, MOST_RESULTS))
    offset = (max(page, 1) - 1) * limit
    found = _ask(parsed, backend=backend, language=language, topic=topic, offset=offset, limit=limit)
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
    return _results(parsed, _ask(parsed, language=language, limit=limit, loose=True))


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
        url=readers_address(document.url, document.language),
        score=round(hit.score, 4),
        highlight=passage.text,
        marks=passage.marks,
        course_key=document.course_key,
        course_title=document.course_title,
        course_url=readers_address(document.course_url, document.language),
        topics=document.topic_slugs,
        cue=cue,
    )


def _passages(document: Document) -> Sequence[str]:
    return document.summary, document.body
