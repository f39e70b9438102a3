"""Every shared collection, or those named, into benchmarks/results/search.{json,md,svg}: `make bench-search`."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from benchmarks.search import measure, throw_away

RESULTS = Path(__file__).parent / "results"
KEPT = RESULTS / "search.json"
COLUMNS = ("ndcg@10", "recall@100", "mrr@10", "success@1", "success@10", "p50_ms", "p95_ms", "index_seconds")
BACKENDS = ("embedded", "elasticsearch")
FLIPPED = {"zh-agrieval-qa", "zh-wiki-mixed"}


def run(folder: Path, names: list[str]) -> None:
    """Measure the collections that have judgements; what was measured before stays in the table."""
    known = json.loads(KEPT.read_text()) if KEPT.exists() else []
    rows: dict[tuple[str, str], dict[str, Any]] = {(row["collection"], row["backend"]): row for row in known}
    backends = BACKENDS if os.environ.get("ELASTICSEARCH_URL") else BACKENDS[:1]
    if len(backends) < len(BACKENDS):
        print("ELASTICSEARCH_URL is not set. Not run: Elasticsearch.", file=sys.stderr)
    for collection in sorted(path.parent for path in folder.glob("*/qrels.tsv")):
        if names and collection.name not in names:
            continue
        for flip_script in [False, True] if collection.name in FLIPPED else [False]:
            for backend in backends:
                with throw_away(backend) as engine:
                    row = measure(collection, engine, flip_script=flip_script)
                row["collection"] += " (flipped)" if flip_script else ""
                rows[row["collection"], backend] = row
                figures = f"nDCG@10 {row['ndcg@10']:.4f}  p95 {row['p95_ms']:.0f} ms"
                print(f"{row['collection']:28} {backend:14} {figures}", file=sys.stderr)
                write([rows[name] for name in sorted(rows, key=lambda one: (one[0], BACKENDS.index(one[1])))])


def write(rows: list[dict[str, Any]]) -> None:
    RESULTS.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(rows, indent=1) + "\n")
    write_table(rows)
    write_plot(rows)


def write_table(rows: list[dict[str, Any]]) -> None:
    lines = [
        "# Search on the shared collections",
        "",
        "`make bench-search`; scores as trec_eval, times on this machine.",
        "",
    ]
    lines.append("| collection | backend | documents | queries | " + " | ".join(COLUMNS) + " |")
    lines.append("|---" * (4 + len(COLUMNS)) + "|")
    for row in rows:
        values = [row["collection"], row["backend"], row["documents"], row["queries"], *(row[name] for name in COLUMNS)]
        lines.append("| " + " | ".join(map(str, values)) + " |")
    (RESULTS / "search.md").write_text("\n".join([*lines, "", "![nDCG@10 of every collection](search.svg)", ""]))


def write_plot(rows: list[dict[str, Any]]) -> None:
    figure, axes = plt.subplots(figsize=(8, 0.4 * len(rows) + 1))
    names = [f"{row['collection']}, {row['backend']}" for row in rows]
    colors = ["#1F6B3B" if row["backend"] == "embedded" else "#8FB59B" for row in rows]
    axes.barh(names, [row["ndcg@10"] for row in rows], color=colors)
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("nDCG@10")
    figure.tight_layout()
    figure.savefig(RESULTS / "search.svg", metadata={"Date": None})
    plt.close(figure)


def main() -> int:
    folder = Path(os.environ.get("SHARED_DIR", "../shared")) / "data" / "search"
    if not folder.is_dir():
        print(f"error: no_data: {folder} is not there: set SHARED_DIR. Not run: search quality.", file=sys.stderr)
        return 1
    run(folder, sys.argv[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main())
