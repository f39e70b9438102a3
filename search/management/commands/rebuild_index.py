"""`manage.py rebuild_index`: builds the index beside the live one and swaps."""

import json
import time
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from search import services
from search.errors import RebuildRunning
from search.selectors import BACKENDS


class Command(BaseCommand):
    help = "Builds the search index anew from the database; searching goes on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--backend", choices=BACKENDS, default=settings.SEARCH_BACKEND)
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.perf_counter()
        try:
            rebuilt = services.rebuild(backend=options["backend"], report=self._report)
        except RebuildRunning as error:
            self.stderr.write(f"error: {error.code}: {error}")
            raise SystemExit(1) from None
        seconds = round(time.perf_counter() - began, 2)
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(rebuilt), "seconds": seconds}))
        else:
            self.stdout.write(
                f"{rebuilt.keys} courses and lessons, {rebuilt.documents} documents, "
                f"{rebuilt.replayed} changes replayed, {seconds:.1f} s"
            )

    def _report(self, done: int) -> None:
        self.stderr.write(f"{done} courses and lessons indexed", ending="\r" if self.stderr.isatty() else "\n")
