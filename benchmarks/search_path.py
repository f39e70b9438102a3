"""What the way to the cluster adds to a search: `python -m benchmarks.search_path`, into results/search-path.{json,md}.

Asks the queries of a shared collection through the product's own selector against a real cluster, one after the other
as one thread of a server does, and sets the whole time beside what the cluster itself says it took (`took`, in whole
milliseconds). The bar: the 95th percentile of the whole is at most 1.2 times that of `took` plus 2 ms.
"""

import argparse
import json
import os
import random
import sys
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from typing import Any

from benchmarks.search import NoCluster, as_document, read_collection, throw_away
from search.engines.elasticsearch import ElasticsearchEngine
from search.errors import EngineAway
from search.queries import parse

RESULTS = Path(__file__).parent / "results"
WARM_UP = 3000  # queries before anything is counted: the server compiles what it does often
ROUNDS = 3


def took_by(engine: ElasticsearchEngine) -> Callable[[], float]:
    """What the cluster took since this was last asked, in ms, over all requests."""
    taken: list[float] = []
    perform = type(engine.cluster._connected(patiently=False).transport).perform_request

    def noted(self: Any, *args: Any, **kwargs: Any) -> Any:
        answer = perform(self, *args, **kwargs)
        if isinstance(answer.body, dict) and "took" in answer.body:
            taken.append(answer.body["took"])
        return answer

    # Below the client and above the network: what is counted is exactly what was sent.
    type(engine.cluster._connected(patiently=False).transport).perform_request = noted  # type: ignore[method-assign]

    def since() -> float:
        total = sum(taken)
        taken.clear()
        return total

    return since


def measure(folder: Path, limit: int) -> dict[str, Any]:
    """The times of all queries of a collection."""
    records, queries, _ = read_collection(folder)
    documents = {item.key: item for item in map(as_document, records)}
    whole, took = [], []
    with throw_away("elasticsearch") as engine:
        assert isinstance(engine, ElasticsearchEngine)
        engine.rebuild(documents, lambda key: [documents[key]])
        since = took_by(engine)
        texts = [text for _ in range(ROUNDS) for text in queries.values()]
        random.Random(0).shuffle(texts)
        for place, text in enumerate([*islice(cycle(texts), WARM_UP), *texts]):
            since()
            began = time.perf_counter()
            engine.search(parse(text), language="zh-hans", limit=limit)
            elapsed = 1000 * (time.perf_counter() - began)
            if place >= WARM_UP:
                whole.append(elapsed)
                took.append(since())
    p50, p95 = (quantiles(whole, n=20)[at] for at in (9, 18))
    took_p50, took_p95 = (quantiles(took, n=20)[at] for at in (9, 18))
    return {
        "collection": folder.name,
        "documents": len(documents),
        "searches": len(whole),
        "limit": limit,
        "p50_ms": round(p50, 2),
        "p95_ms": round(p95, 2),
        "took_p50_ms": round(took_p50, 2),
        "took_p95_ms": round(took_p95, 2),
        "bar_p95_ms": round(1.2 * took_p95 + 2, 2),
        "within_bar": p95 <= 1.2 * took_p95 + 2,
    }


def write(rows: list[dict[str, Any]]) -> None:
    """The table and its figures."""
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "search-path.json").write_text(json.dumps(rows, indent=1) + "\n")
    columns = list(rows[0])
    lines = [
        "# What the way to the cluster adds to a search",
        "",
        "`python -m benchmarks.search_path`: one search after the other, through the engine as pages use it, against a "
        "cluster of one node on the same machine.",
        "`took` is the cluster's own word, in whole ms. The bar: p95 at most 1.2 times that of `took` + 2 ms.",
        "",
        "| " + " | ".join(columns) + " |",
        "|---" * len(columns) + "|",
        *("| " + " | ".join(str(row[name]) for name in columns) + " |" for row in rows),
    ]
    (RESULTS / "search-path.md").write_text("\n".join([*lines, ""]))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.search_path", description=__doc__)
    parser.add_argument("collections", nargs="*", default=["zh-agrieval-qa", "en-cranfield"])
    parser.add_argument("--limit", type=int, default=10, help="results a page (10)")
    options = parser.parse_args()
    folder = Path(os.environ.get("SHARED_DIR", "../shared")) / "data" / "search"
    try:
        rows = [measure(folder / name, options.limit) for name in options.collections]
    except (OSError, NoCluster, EngineAway) as error:
        print(f"error: not_measured: {error}", file=sys.stderr)
        return 1
    write(rows)
    print((RESULTS / "search-path.md").read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
