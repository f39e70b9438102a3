"""`manage.py check_timetable INPUT OUT [--repair REPAIR.json]`: whether a timetable keeps every rule."""

import argparse
import gzip
import json
import sys
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from lms.schools import naming
from lms.schools.checking.report import Report, check
from lms.schools.checking.world import N_, Unreadable

SHOWN = 20
MOST_BYTES = 64 * 1024 * 1024


class Command(BaseCommand):
    help = "Checks a timetable against its input, rule by rule. Exits with 1 when it breaks any."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("input", type=Path, metavar="INPUT")
        parser.add_argument("timetable", type=Path, metavar="OUT")
        parser.add_argument("--repair", type=Path, metavar="REPAIR.json")
        parser.add_argument("--json", action="store_true", help="print the report as JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            repair = load(options["repair"]) if options["repair"] else None
            report = check(load(options["input"]), load(options["timetable"]), repair)
        except Unreadable as error:
            sys.stderr.write(f"error: {error.code}: {naming.as_read(error.template, error.values)}\n")
            sys.exit(1)
        self.stdout.write(json.dumps(described(report), ensure_ascii=False) if options["json"] else told(report))
        if not report.valid:
            sys.exit(1)


def load(path: Path) -> Any:
    """The document of a file that may be gzipped. Raises Unreadable."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path) if packed else path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise Unreadable(N_("%(name)s is too large."), name=path)
        return json.loads(data)
    except (OSError, EOFError, zlib.error, ValueError, RecursionError) as error:
        raise Unreadable(N_("%(name)s cannot be read (%(error)s)."), name=path, error=error) from error


def described(report: Report) -> dict[str, Any]:
    return {
        "valid": report.valid,
        "violations": [asdict(one) for one in report.violations],
        "claims": list(report.claims),
        "coverage_percent": report.coverage_percent,
        "cost": report.costs.total if report.costs else None,
        "costs": asdict(report.costs) if report.costs else None,
        "changes": asdict(report.changes) if report.changes else None,
    }


def told(report: Report) -> str:
    lines = [f"{one.rule}: {one.where}: {one.sentence}" for one in report.violations[:SHOWN]]
    if len(report.violations) > SHOWN:
        lines.append(f"... and {len(report.violations) - SHOWN} more")
    lines += report.claims
    lines.append(f"{len(report.violations)} violations, {report.coverage_percent:.2f} % covered")
    if report.costs:
        lines.append(f"cost {report.costs.total:.0f}")
    if report.changes:
        lines.append(", ".join(f"{name} {value}" for name, value in asdict(report.changes).items()))
    return "\n".join(lines)
