"""`manage.py import_catalogue FILE.jsonl [--publish]`: courses of a catalogue, one a line."""

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from courses import services
from courses.catalogue import RecordRefused
from lms.core.clock import now
from lms.core.errors import FieldschoolError


class Command(BaseCommand):
    help = "Takes courses over from a file with one JSON object a line. Safe to repeat: the same id is the same course."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE.jsonl")
        parser.add_argument("--publish", action="store_true", help="publish the courses; otherwise they stay drafts")
        parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            lines = path.read_bytes().splitlines()
        except OSError as error:
            self._fail("file_not_readable", f"{path} cannot be read: {error.strerror}.")
        courses: list[dict[str, Any]] = []
        rejected: list[dict[str, Any]] = []
        try:
            for number, line in _numbered(lines):
                try:
                    imported = services.import_course(
                        record=_record(line), publish=options["publish"], base=path.parent, now=now()
                    )
                except FieldschoolError as error:
                    rejected.append({"line": number, "code": error.code, "reason": str(error)})
                    self.stderr.write(f"line {number}: {error.code}: {error}")
                else:
                    key, status = str(imported.key), imported.status
                    courses.append({"line": number, "key": key, "language": imported.language, "status": status})
                    self.stderr.write(f"line {number}: {status}")
        except KeyboardInterrupt:
            self.stderr.write(f"Stopped after {len(courses)} courses; the line at work was not taken over.")
            sys.exit(130)
        counts = {status: sum(course["status"] == status for course in courses) for status in STATUSES}
        if options["json"]:
            document = {"file": str(path), **counts, "courses": courses, "rejected": rejected}
            self.stdout.write(json.dumps(document, ensure_ascii=False))
        else:
            self.stdout.write(", ".join(f"{count} {status}" for status, count in counts.items()))
        if rejected:
            where = ", ".join(str(item["line"]) for item in rejected)
            self._fail("lines_rejected", f"{len(rejected)} of {len(rejected) + len(courses)} lines (line {where}).")

    def _fail(self, code: str, reason: str) -> None:
        self.stderr.write(f"error: {code}: {reason}")
        sys.exit(1)


STATUSES = ("created", "updated", "unchanged")


def _numbered(lines: list[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, line


def _record(line: bytes) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RecordRefused("The line is not UTF-8.", code="not_utf8") from error
    except (ValueError, RecursionError) as error:  # also for a number of thousands of digits
        raise RecordRefused(f"The line is not JSON: {error}.", code="not_json") from error
    if not isinstance(record, dict):
        raise RecordRefused("The line must be a JSON object with the fields of a course.", code="not_an_object")
    return record
