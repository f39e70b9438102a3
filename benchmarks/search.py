"""Search quality and speed on a test collection: `python -m benchmarks.search COLLECTION_DIR --json`.

Indexes `corpus.jsonl` with the product's own document builder, analyzer and query code into a throw-away index, asks
every query that has judgements, and scores what comes back as trec_eval does (linear gain, log2 discount).
"""

import argparse
import contextlib
import json
import math
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import fmean, quantiles
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import opencc

from courses.types import SearchSubject
from search.documents import Document, document
from search.engines import Engine
from search.engines.embedded import EmbeddedEngine
from search.errors import EngineAway
from search.queries import parse

DEPTH = 100
Judgements = dict[str, dict[str, int]]


def read_collection(folder: Path) -> tuple[list[dict[str, Any]], dict[str, str], Judgements]:
    """Documents, the texts of the queries that have judgements, and the judgements."""
    judgements: Judgements = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text().splitlines():
        query, _, found, grade = line.split("\t")
        judgements[query][found] = int(grade)
    documents = [json.loads(line) for line in (folder / "corpus.jsonl").open()]
    queries = [json.loads(line) for line in (folder / "queries.jsonl").open()]
    texts = {str(query["id"]): query["text"] for query in queries if str(query["id"]) in judgements}
    return documents, texts, judgements


def as_document(record: dict[str, Any]) -> Document:
    """A record of a collection as the product would see it: a lesson of title and body."""
    key = uuid5(NAMESPACE_URL, str(record["id"]))
    return document(
        SearchSubject(
            kind="lesson",
            key=key,
            language="zh-hans",
            title=record.get("title") or "",
            summary="",
            body=record["text"],
            url="",
            topic_slugs=(),
            topic_titles=(),
            audience_titles=(),
            transcript=(),
            course_key=key,
            course_title="",
            course_url="",
        )
    )


class NoCluster(Exception):
    """ELASTICSEARCH_URL is not set."""


@contextlib.contextmanager
def throw_away(backend: str) -> Iterator[Engine]:
    """An engine without an index; what it makes is gone afterwards. Raises NoCluster."""
    if backend == "embedded":
        with tempfile.TemporaryDirectory() as folder:
            yield EmbeddedEngine(Path(folder) / "index.sqlite3")
        return
    from search.engines.cluster import Address
    from search.engines.elasticsearch import ElasticsearchEngine, Options

    if not (url := os.environ.get("ELASTICSEARCH_URL")):
        raise NoCluster("set ELASTICSEARCH_URL to measure Elasticsearch")
    name = f"bench-{uuid4().hex}"
    engine = ElasticsearchEngine(Address(url, timeout_s=60), Options(name), alone=contextlib.nullcontext)
    try:
        yield engine
    finally:
        engine.delete_all()


def flip(texts: Sequence[str]) -> list[str]:
    """Each text in the other Chinese script: simplified ones traditional, traditional ones simplified."""
    to_simplified, to_traditional = opencc.OpenCC("t2s"), opencc.OpenCC("s2t")
    flipped = []
    for text in texts:
        simplified = to_simplified.convert(text)
        flipped.append(simplified if simplified != text else to_traditional.convert(text))
    return flipped


def score(ranking: Sequence[str], relevant: dict[str, int]) -> dict[str, float]:
    """The measures of one query."""
    good = {found for found, grade in relevant.items() if grade > 0}
    gains = sum(relevant.get(found, 0) / math.log2(place + 2) for place, found in enumerate(ranking[:10]))
    best = sum(grade / math.log2(place + 2) for place, grade in enumerate(sorted(relevant.values(), reverse=True)[:10]))
    places = [place for place, found in enumerate(ranking, 1) if found in good]
    return {
        "ndcg@10": gains / best if best else 0.0,
        "recall@100": len(places) / len(good) if good else 0.0,
        "mrr@10": 1 / places[0] if places and places[0] <= 10 else 0.0,
        "map": sum(number / place for number, place in enumerate(places, 1)) / len(good) if good else 0.0,
        "success@1": float(bool(places) and places[0] == 1),
        "success@10": float(bool(places) and places[0] <= 10),
    }


def measure(folder: Path, engine: Engine, *, flip_script: bool) -> dict[str, Any]:
    """Index a collection with `engine` and ask all its queries."""
    records, queries, judgements = read_collection(folder)
    names = {uuid5(NAMESPACE_URL, str(record["id"])): str(record["id"]) for record in records}
    documents = {item.key: item for item in map(as_document, records)}
    reading: Callable[[UUID], Sequence[Document]] = lambda key: [documents[key]]  # noqa: E731
    began = time.perf_counter()
    engine.rebuild(documents, reading)
    index_seconds = time.perf_counter() - began
    texts = list(queries.values())
    scores, times = [], []
    for query, text in zip(queries, flip(texts) if flip_script else texts, strict=True):
        began = time.perf_counter()
        found = engine.search(parse(text), language="zh-hans", limit=DEPTH)
        times.append(1000 * (time.perf_counter() - began))
        scores.append(score([names[hit.document.key] for hit in found.hits], judgements[query]))
    cuts = quantiles(times, n=20)
    return {
        "collection": folder.name,
        "backend": engine.name,
        "documents": len(documents),
        "queries": len(queries),
        **{name: round(fmean(one[name] for one in scores), 4) for name in scores[0]},
        "p50_ms": round(cuts[9], 2),
        "p95_ms": round(cuts[18], 2),
        "index_seconds": round(index_seconds, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search", description=__doc__)
    parser.add_argument("collection", type=Path, metavar="COLLECTION_DIR")
    parser.add_argument("--backend", choices=["embedded", "elasticsearch"], default="embedded")
    parser.add_argument("--flip-script", action="store_true", help="ask in the other Chinese script")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args()
    try:
        with throw_away(options.backend) as engine:
            figures = measure(options.collection, engine, flip_script=options.flip_script)
    except (OSError, ValueError, KeyError) as error:
        print(f"error: collection: {options.collection} cannot be read: {error!r}", file=sys.stderr)
        return 1
    except (EngineAway, NoCluster) as error:
        print(f"error: search_away: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(json.dumps(figures))
    else:
        for name, figure in figures.items():
            print(f"{name:14} {figure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
