"""The Elasticsearch index in code: settings and mappings, their version, and a key's documents as one entry. Pure.

One entry a key, with the texts of each language in a field of their own. So counts are of keys without counting twice,
and one external version guards everything that is known of a key.

A text is stored as the analyzer's tokens with spaces between, all fields of the document in one: a token stands there
as often as its field weighs. BM25 over the one field is then BM25 over weighted fields (Robertson, Zaragoza and Taylor
2004, "Simple BM25 extension to multiple weighted fields"), as the embedded engine has it.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from elasticsearch_dsl import Keyword, Mapping, Object, Text

from search.analysis import ANALYZER_VERSION, terms
from search.documents import FIELD_WEIGHTS, Document, field_texts, to_record

# A token of the body stands there REPEATS times, so that less weighty fields can be told from it; BM25's k1 follows.
REPEATS = 3
FIELD_REPEATS = {field: round(REPEATS * weight) for field, weight in FIELD_WEIGHTS.items()}
K1, B = 1.2, 0.75
SEPARATOR = "\x1f"  # between the parts of a topic's name; no title has it

SETTINGS: dict[str, Any] = {
    "similarity": {"tokens": {"type": "BM25", "k1": K1 * REPEATS, "b": B}},
    # How long the version of something deleted is kept: an older message that comes later than this could win.
    "gc_deletes": "1h",
}


def mapping(languages: Sequence[str]) -> dict[str, Any]:
    """The mapping for texts in `languages`. Anything else is refused by the cluster."""
    tokens = Text(analyzer="whitespace", similarity="tokens", index_options="freqs")
    built = Mapping()
    built.meta("dynamic", "strict")
    built.meta("_source", {"excludes": ["tokens"]})
    built.field("key", Keyword())
    built.field("tokens", Object(properties=dict.fromkeys(languages, tokens)))
    built.field("languages", Keyword())
    built.field("topics", Keyword())
    built.field("named_topics", Keyword())
    built.field("documents", Object(enabled=False))
    return built.to_dict()


def version(languages: Sequence[str]) -> str:
    """A name for this shape of index: another one whenever an index of before could not be searched as it is now."""
    shape = [SETTINGS, mapping(languages), FIELD_REPEATS, ANALYZER_VERSION]
    return hashlib.sha256(json.dumps(shape, sort_keys=True).encode()).hexdigest()[:8]


def differences(settings: dict[str, Any], found: dict[str, Any], languages: Sequence[str]) -> list[str]:
    """Where an index is not as it was made, by the names of its settings and fields."""
    wanted = _flat({"settings": SETTINGS, "mappings": mapping(languages)})
    there = _flat({"settings": settings, "mappings": found})
    changed = [name for name, value in wanted.items() if there.get(name) != value]
    added = [name for name in there if name.startswith("mappings.") and name not in wanted]
    return sorted(changed + added)


def _flat(value: Any, name: str = "") -> dict[str, str]:
    """The leaves of a tree by their paths, as the cluster writes them: all text."""
    if not isinstance(value, dict):
        return {name: str(value).lower() if isinstance(value, bool) else str(value)}
    if value.get("type") == "object":  # said of some objects only
        value = {part: inner for part, inner in value.items() if part != "type"}
    leaves: dict[str, str] = {}
    for part, inner in value.items():
        leaves |= _flat(inner, f"{name}.{part}" if name else part)
    return leaves


def entry(documents: Sequence[Document]) -> dict[str, Any]:
    """What is stored of a key: its documents, one a language, and what they are found by."""
    names: defaultdict[str, list[str]] = defaultdict(list)
    for document in documents:
        for slug, title in zip(document.topic_slugs, document.topics, strict=False):
            names[slug] += [document.language, title]
    return {
        "key": str(documents[0].key),
        "tokens": {document.language: " ".join(_tokens(document)) for document in documents},
        "languages": [document.language for document in documents],
        "topics": sorted({slug for document in documents for slug in document.topic_slugs}),
        # One name a topic, with its titles in all languages: to count these tells how many entries it has, too.
        "named_topics": sorted(SEPARATOR.join([slug, *titles]) for slug, titles in names.items()),
        "documents": {document.language: to_record(document) for document in documents},
    }


def _tokens(document: Document) -> Iterator[str]:
    texts = field_texts(document)
    for field, repeats in FIELD_REPEATS.items():
        if texts[field]:
            for token in terms(texts[field]):
                yield from [token] * repeats
