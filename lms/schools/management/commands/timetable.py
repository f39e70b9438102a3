"""`manage.py timetable INPUT.json[.gz] --output OUT.json`: a week of paired classes, or its repair."""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from lms.schools import naming
from lms.schools.scheduling.documents import read_repair, timetable_document
from lms.schools.scheduling.planning import Progress, plan
from lms.schools.scheduling.reading import MOST_BYTES, parse, read_instance
from lms.schools.scheduling.types import N_, BadInput, SchedulingError

LIMIT_S, REPAIR_LIMIT_S = 44.0, 1.3


class Command(BaseCommand):
    help = "Plans a week of paired remote classes, with a proven bound and the reasons for what is left out."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("input", type=Path, metavar="INPUT.json[.gz]")
        parser.add_argument("--output", type=Path, required=True, metavar="OUT.json")
        parser.add_argument(
            "--time-limit", type=_seconds, metavar="S", help=f"seconds: {LIMIT_S:g}, for a repair {REPAIR_LIMIT_S:g}"
        )
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same timetable")
        parser.add_argument("--repair", type=Path, metavar="REPAIR.json", help="the previous timetable and the events")
        parser.add_argument("--json", action="store_true", help="print figures as JSON and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _interrupted)
        try:
            figures = timetable(**{name: options[name] for name in ("input", "output", "time_limit", "seed", "repair")})
        except SchedulingError as error:
            sys.stderr.write(f"error: {error.code}: {naming.as_read(error.template, error.values)}\n")
            sys.exit(1)
        except KeyboardInterrupt:
            self.stderr.write(_("Stopped; nothing was written."))
            sys.exit(130)
        if options["json"]:
            self.stdout.write(json.dumps(figures, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(f"{name:<18} {value}" for name, value in figures.items()))


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 86_400:
        raise argparse.ArgumentTypeError("seconds, more than 0 and a day at most")
    return value


def _interrupted(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def timetable(*, input: Path, output: Path, time_limit: float | None, seed: int, repair: Path | None) -> dict[str, Any]:
    """Plan and write. Returns the figures. Raises SchedulingError; `output` is whole or as it was before."""
    began = time.monotonic()
    if not output.parent.is_dir() or output.is_dir():
        raise SchedulingError("output_unusable", N_("%(name)s cannot be written: its folder must exist."), name=output)
    instance = read_instance(parse(read(input), input.name))
    previous, events = read_repair(parse(read(repair), repair.name), instance) if repair else (None, None)
    limit_s = time_limit or (REPAIR_LIMIT_S if repair else LIMIT_S)
    made = plan(
        instance,
        time_limit_s=limit_s,
        spent_s=0 if repair else time.monotonic() - began,
        seed=seed,
        previous=previous,
        events=events,
        watch=_show(),
    )
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    document = timetable_document(made)
    document["seconds"] = round(time.monotonic() - began, 2)
    _write(output, document)
    told = {name: value for name, value in document.items() if name not in ("streams", "unmet")}
    return {**told, "streams": len(made.streams), "unmet": len(made.unmet), "proven": made.proven}


def read(path: Path) -> bytes:
    """The bytes of a file, no more than could be of use."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(
            "unreadable", N_("%(name)s cannot be read (%(error)s)."), name=path, error=error.strerror
        ) from error


def _write(output: Path, document: dict[str, Any]) -> None:
    """Whole or not at all, and on the disk before it takes the name."""
    try:
        handle, name = tempfile.mkstemp(prefix=".part-", dir=output.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(document, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(output)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SchedulingError(
            "output_unusable", N_("%(name)s cannot be written (%(error)s)."), name=output, error=error.strerror
        ) from error


def _show() -> Any:
    """Progress on stderr: one line that is written over on a terminal, a line every five seconds elsewhere."""
    told = -1

    def watch(now: Progress) -> None:
        nonlocal told
        line = f"{now.seconds:5.1f} s: {now.coverage_percent:.2f} % covered, no more than {now.bound_percent:.2f} %"
        step = int(now.seconds * 5) if sys.stderr.isatty() else int(now.seconds / 5)
        if step != told:
            told = step
            sys.stderr.write(f"\r\x1b[K{line}" if sys.stderr.isatty() else line + "\n")
            sys.stderr.flush()

    return watch
