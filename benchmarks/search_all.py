"""Every shared collection in one run, into benchmarks/results/search.{json,md,svg}: `make bench-search`."""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from benchmarks.search import measure
from search.engines.embedded import EmbeddedEngine

RESULTS = Path(__file__).parent / "results"
COLUMNS = ("ndcg@10", "recall@100", "mrr@10", "success@1", "success@10", "p50_ms", "p95_ms", "index_seconds")
FLIPPED = {"zh-agrieval-qa", "zh-wiki-mixed"}


def run(folder: Path) -> list[dict[str, Any]]:
    """The figures of every collection that has judgements."""
    rows = []
    for collection in sorted(path.parent for path in folder.glob("*/qrels.tsv")):
        for flip_script in [False, True] if collection.name in FLIPPED else [False]:
            with tempfile.TemporaryDirectory() as place:
                engine = EmbeddedEngine(Path(place) / "index.sqlite3")
                row = measure(collection, engine, flip_script=flip_script)
            row["collection"] += " (flipped)" if flip_script else ""
            rows.append(row)
            print(f"{row['collection']:28} nDCG@10 {row['ndcg@10']:.4f}  p95 {row['p95_ms']:.0f} ms", file=sys.stderr)
    return rows


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
    names = [row["collection"] for row in rows]
    axes.barh(names, [row["ndcg@10"] for row in rows], color="#1F6B3B")
    axes.invert_yaxis()
    axes.set_xlim(0, 1)
    axes.set_xlabel("nDCG@10")
    figure.tight_layout()
    figure.savefig(RESULTS / "search.svg", metadata={"Date": None})


def main() -> int:
    folder = Path(os.environ.get("SHARED_DIR", "../shared")) / "data" / "search"
    if not folder.is_dir():
        print(f"error: no_data: {folder} is not there: set SHARED_DIR. Not run: search quality.", file=sys.stderr)
        return 1
    RESULTS.mkdir(exist_ok=True)
    rows = run(folder)
    (RESULTS / "search.json").write_text(json.dumps(rows, indent=1) + "\n")
    write_table(rows)
    write_plot(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
