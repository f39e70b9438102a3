"""`manage.py search`: asks as the site does."""

import argparse
import json
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from search.errors import BackendUnknown, EngineAway
from search.selectors import BACKENDS, engine, search
from search.types import Result, SearchResults


class Command(BaseCommand):
    help = "Finds courses and lessons as the site does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("query", metavar="QUERY")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
        parser.add_argument("--limit", type=_count, default=10, metavar="N", help="results, 1 to 100 (10)")
        parser.add_argument("--backend", choices=BACKENDS, help="ask this engine and no other")
        codes = [code for code, _ in settings.WAGTAIL_CONTENT_LANGUAGES]
        parser.add_argument("--language", choices=codes, default=settings.LANGUAGE_CODE, help="the reader's language")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            results = self._search(options)
        except (EngineAway, BackendUnknown) as error:
            self.stderr.write(f"error: {error.code}: {error}")
            raise SystemExit(1) from None
        if options["json"]:
            self.stdout.write(json.dumps(_record(results), ensure_ascii=False).encode("utf-8", "replace").decode())
            return
        for number, result in enumerate(results.results, 1):
            self.stdout.write(f"{number:3} {result.score:8.3f} {result.title}  {result.url}")
            if result.highlight:
                self.stdout.write(f"             {result.highlight}")
        self.stdout.write(f"{results.total} found in {results.took_ms:.0f} ms")

    def _search(self, options: dict[str, Any]) -> SearchResults:
        backend = options["backend"]
        with suppress(EngineAway):
            if not engine(backend).ready():
                self.stderr.write("note: the index is not built yet; a worker builds it, or: manage.py rebuild_index")
        return search(options["query"], language=options["language"], limit=options["limit"], backend=backend)


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 100:
        raise argparse.ArgumentTypeError("choose 1 to 100")
    return number


def _record(results: SearchResults) -> dict[str, Any]:
    return {
        "query": results.query,
        "total": results.total,
        "took_ms": results.took_ms,
        "corrected": results.corrected,
        "results": [_result(result) for result in results.results],
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "kind": result.kind,
        "key": str(result.key),
        "title": result.title,
        "url": result.url,
        "score": result.score,
        "highlight": result.highlight,
        "cue": asdict(result.cue) if result.cue else None,
    }
