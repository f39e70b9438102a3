"""A query in Elasticsearch's words, and its answer in ours. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from search.documents import from_record
from search.engines import Found, Hit
from search.engines.mapping import SEPARATOR
from search.queries import Weighed, WeighedTerm

MOST_TOPICS = 1000


def search_body(
    weighed: Weighed, *, languages: Sequence[str], topic: str | None, offset: int, limit: int
) -> dict[str, Any]:
    """The body of `_search`: an entry scores as its best language does."""
    body: dict[str, Any] = {
        "query": {"dis_max": {"queries": [_in_language(weighed, language) for language in languages]}},
        "from": offset,
        "size": limit,
        "track_total_hits": True,
        "sort": ["_score", "key"],
        "aggs": {"topics": {"terms": {"field": "named_topics", "size": MOST_TOPICS}}},
    }
    if topic is not None:
        body["post_filter"] = {"term": {"topics": topic}}
    return body


def _in_language(weighed: Weighed, language: str) -> dict[str, Any]:
    field = f"tokens.{language}"
    query: dict[str, Any] = {"must": [{"bool": {"should": _matches(weighed.telling, field)}}], "_name": language}
    if weighed.others:
        query["should"] = _matches(weighed.others, field)
    return {"bool": query}


def _matches(terms: Iterable[WeighedTerm], field: str) -> list[dict[str, Any]]:
    """One clause a weight: the scores of its terms are added up and multiplied by it."""
    groups: defaultdict[float, list[str]] = defaultdict(list)
    for term in terms:
        groups[term.weight].append(term.text)
    return [{"match": {field: {"query": " ".join(texts), "boost": weight}}} for weight, texts in groups.items()]


def statistics_body(texts: Sequence[str], languages: Sequence[str]) -> dict[str, Any]:
    """The body of `_termvectors`: how many entries have each of `texts`, asked with a document that is not kept."""
    return {
        "doc": {"tokens": dict.fromkeys(languages, " ".join(texts))},
        "fields": [f"tokens.{language}" for language in languages],
        "term_statistics": True,
        "positions": False,
        "offsets": False,
    }


def read_statistics(answer: Mapping[str, Any]) -> tuple[dict[str, int], int]:
    """How many documents have each term, and how many there are, of all languages together."""
    frequencies: defaultdict[str, int] = defaultdict(int)
    documents = 0
    for field in answer.get("term_vectors", {}).values():
        documents += max(field.get("field_statistics", {}).get("doc_count", 0), 0)
        for text, term in field["terms"].items():
            frequencies[text] += term.get("doc_freq", 0)
    return dict(frequencies), documents


def read_found(answer: Mapping[str, Any], weighed: Weighed, *, language: str) -> Found:
    """The page of hits, each in `language` where the words are in it."""
    topics, titles = _topics(answer["aggregations"]["topics"]["buckets"], language)
    return Found(
        total=answer["hits"]["total"]["value"],
        hits=tuple(_hit(hit, language) for hit in answer["hits"]["hits"]),
        topics=topics,
        topic_titles=titles,
        worths=weighed.worths(),
    )


def _hit(hit: Mapping[str, Any], language: str) -> Hit:
    matched = hit["matched_queries"]
    record = hit["_source"]["documents"][language if language in matched else matched[0]]
    return Hit(from_record(record), hit["_score"])


def _topics(buckets: Iterable[Mapping[str, Any]], language: str) -> tuple[dict[str, int], dict[str, str]]:
    """How many entries each topic has, most first, and what it is called in `language`, or in another."""
    counts: defaultdict[str, int] = defaultdict(int)
    titles: dict[str, str] = {}
    for bucket in buckets:
        slug, *named = bucket["key"].split(SEPARATOR)
        counts[slug] += bucket["doc_count"]
        for theirs, title in zip(named[::2], named[1::2], strict=True):
            if theirs == language or slug not in titles:
                titles[slug] = title
    return dict(sorted(counts.items(), key=lambda item: -item[1])), titles
