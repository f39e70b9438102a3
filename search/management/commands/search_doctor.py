"""`manage.py search_doctor`: compares the index with the database, and repairs it."""

import json
from typing import Any, NoReturn, get_args

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from lms.core.errors import FieldschoolError
from search import doctor
from search.selectors import BACKENDS

_SHOWN = 10
FAULTS: tuple[doctor.Fault, ...] = get_args(doctor.Fault)


class Command(BaseCommand):
    help = "Says what is missing, stale or superfluous in the search index, or changed in its shape; --repair does it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--backend", choices=BACKENDS, default=settings.SEARCH_BACKEND)
        parser.add_argument("--repair", action="store_true", help="write what differs; build anew where that is needed")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = doctor.examine(options["backend"])
            after = doctor.repair(found) if options["repair"] and not found.healthy else found
        except FieldschoolError as error:
            self._fail(error.code, str(error))
        if options["json"]:
            self.stdout.write(json.dumps({**_record(found), "healthy": after.healthy}))
        else:
            self._tell(found)
            if after is not found:
                self.stdout.write("repaired" if after.healthy else "not repaired:")
                if not after.healthy:
                    self._tell(after)
        if not after.healthy:
            advice = "run it again" if options["repair"] else "search_doctor --repair puts it right"
            self._fail("index_differs", f"the index differs from the database; {advice}.")

    def _fail(self, code: str, reason: str) -> NoReturn:
        self.stderr.write(f"error: {code}: {reason}")
        raise SystemExit(1)

    def _tell(self, report: doctor.Report) -> None:
        if not report.ready:
            self.stdout.write(f"{report.backend}: there is no whole index of this version")
            return
        for name in report.shape:
            self.stdout.write(f"{report.backend}: changed by hand: {name}")
        for fault in FAULTS:
            keys = report.keys(fault)
            more = f" and {len(keys) - _SHOWN} more" if len(keys) > _SHOWN else ""
            names = ": " + ", ".join(map(str, keys[:_SHOWN])) + more if keys else ""
            self.stdout.write(f"{report.backend}: {len(keys)} {fault}{names}")
        self.stdout.write(f"{report.checked} compared; {report.waiting} changes wait, {report.parked} were given up")


def _record(report: doctor.Report) -> dict[str, Any]:
    faults: dict[str, list[str]] = {fault: [str(key) for key in report.keys(fault)] for fault in FAULTS}
    return {
        "backend": report.backend,
        "ready": report.ready,
        "changed_by_hand": list(report.shape),
        "checked": report.checked,
        **faults,
        "waiting": report.waiting,
        "parked": report.parked,
    }
