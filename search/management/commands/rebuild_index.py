"""`manage.py rebuild_index`: builds the index beside the live one and swaps."""

import json
import time
from dataclasses import asdict
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from lms.core.errors import FieldschoolError
from search import doctor, services
from search.selectors import BACKENDS


class Command(BaseCommand):
    help = "Builds the search index anew from the database; searching goes on meanwhile."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--backend", choices=BACKENDS, default=settings.SEARCH_BACKEND)
        parser.add_argument("--rollback", action="store_true", help="go back to the index before, without building")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.perf_counter()
        try:
            if options["rollback"]:
                self._go_back(options)
                return
            rebuilt = services.rebuild(backend=options["backend"], report=self._report)
        except FieldschoolError as error:
            self._fail(error.code, str(error))
        seconds = round(time.perf_counter() - began, 2)
        if options["json"]:
            self.stdout.write(json.dumps({**asdict(rebuilt), "seconds": seconds}))
        else:
            self.stdout.write(
                f"{rebuilt.keys} courses and lessons, {rebuilt.documents} documents, "
                f"{rebuilt.replayed} changes replayed, {seconds:.1f} s"
            )

    def _go_back(self, options: dict[str, Any]) -> None:
        """The index before is searched at once; then what changed since is written to it."""
        if not services.go_back(backend=options["backend"]):
            self._fail("no_previous_index", "there is no index of this version before the live one.")
        found = doctor.examine(options["backend"])
        after = found if found.healthy else doctor.repair(found)
        if not after.healthy:
            self._fail("index_differs", "the index before is searched, but differs; run search_doctor --repair.")
        if options["json"]:
            self.stdout.write(json.dumps({"rolled_back": True, "repaired": len(found.wrong)}))
        else:
            self.stdout.write(f"the index before is searched again; {len(found.wrong)} entries brought up to date")

    def _fail(self, code: str, reason: str) -> NoReturn:
        self.stderr.write(f"error: {code}: {reason}")
        raise SystemExit(1) from None

    def _report(self, done: int) -> None:
        self.stderr.write(f"{done} courses and lessons indexed", ending="\r" if self.stderr.isatty() else "\n")
