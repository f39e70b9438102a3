"""Paired classes: coverage, proven bound, wall time and memory of whole commands, and what repairs move.

`python -m benchmarks.pairing [n20 n100 n500 n2000]` reads the instances of $SHARED_DIR/data/pairing, each with the
command's own limit, and checks each timetable with the independent checker.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import matplotlib

from lms.schools.checking.report import check
from lms.schools.management.commands.timetable import REPAIR_LIMIT_S
from lms.schools.scheduling.board import empty_board, fill, lay
from lms.schools.scheduling.documents import read_repair, timetable_document
from lms.schools.scheduling.patterns import find_patterns
from lms.schools.scheduling.planning import plan
from lms.schools.scheduling.reading import parse, read_instance
from lms.schools.scheduling.repairs import find_repair
from lms.schools.scheduling.tables import LESSONS
from lms.schools.scheduling.types import Events, Instance, Stream

matplotlib.use("svg")
from matplotlib import pyplot

RESULTS = Path(__file__).with_name("results")
NAMES = ["n20", "n100", "n500", "n2000"]
HEAD = """# Paired classes: plans, bounds, repairs

`python -m benchmarks.pairing`; {cores} processors. Wall time is that of the whole command, Python's start included;
violations are those the independent checker finds, untrue reasons and requests that could simply be added among them.

| instance | lessons | covered % | proven bound % | gap | cost S1 to S8 | wall s | peak memory MB | violations |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
"""
REPAIR = """
## One teacher away, {name}

Each of {many} teachers in turn is away for the week; solving alone, {limit} s at most. *Greedy* puts forced lessons
wherever one fits, and moves nobody.

| forced lessons | given again | by greedy | others moved, mean | most | lost | solving s, mean | most | violations |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def instance_path(name: str) -> Path:
    folder = Path(os.environ.get("SHARED_DIR", "../shared")) / "data" / "pairing"
    plain = folder / f"{name}.json"
    return plain if plain.exists() else folder / f"{name}.json.gz"


def command(source: Path, made: Path) -> tuple[float, float]:
    """Run the command. Returns its wall seconds and its peak memory in MB."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "timetable", str(source), "--output", str(made)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"timetable failed on {source}")
    return time.monotonic() - began, usage.ru_maxrss / 1024


def row(name: str, folder: Path) -> tuple[str, dict[str, Any]]:
    made = folder / f"{name}.json"
    wall_s, memory_mb = command(instance_path(name), made)
    document, timetable = parse(instance_path(name).read_bytes(), name), json.loads(made.read_bytes())
    report = check(document, timetable)
    lessons = sum(one["lessons_per_week"] for one in document["requests"])
    gap = timetable["bound_percent"] - report.coverage_percent
    wrong = len(report.violations) + len(report.claims)
    line = (
        f"| {name} | {lessons} | {report.coverage_percent:.2f} | {timetable['bound_percent']:.2f} | {gap:.2f} |"
        f" {timetable['cost']:.0f} | {wall_s:.1f} | {memory_mb:.0f} | {wrong} |"
    )
    return line, timetable


def repairs(name: str, previous: dict[str, Any], many: int) -> str:
    """Every so many-th teacher that gives anything, away."""
    document = parse(instance_path(name).read_bytes(), name)
    instance = read_instance(document)
    giving = sorted({stream["teacher"] for stream in previous["streams"]})
    chosen = giving[:: max(1, len(giving) // many)][:many]
    forced = again = simply = moved = most = lost = wrong = 0
    seconds = []
    for teacher in chosen:
        repair = {"previous": previous, "events": [{"type": "teacher_away", "teacher": teacher}]}
        streams, events = read_repair(repair, instance)
        began = time.monotonic()
        made = plan(instance, time_limit_s=REPAIR_LIMIT_S, previous=streams, events=events)
        seconds.append(time.monotonic() - began)
        simply += greedy(instance, streams, events)
        report = check(document, timetable_document(made), repair)
        assert report.changes is not None
        forced += report.changes.forced_lessons
        again += report.changes.forced_replaced
        moved += report.changes.other_moved
        most = max(most, report.changes.other_moved)
        lost += report.changes.other_lost
        wrong += len(report.violations) + len(report.claims)
    return (
        f"| {forced} | {again} | {simply} | {moved / len(chosen):.1f} | {most} | {lost} |"
        f" {sum(seconds) / len(seconds):.2f} | {max(seconds):.2f} | {wrong} |"
    )


def greedy(instance: Instance, streams: tuple[Stream, ...], events: Events) -> int:
    """Forced lessons that fit somewhere one after the other, everybody else staying where they are."""
    patterns = find_patterns(instance, events)
    repair = find_repair(patterns, streams, events)
    board = empty_board(repair.tables)
    lay(repair.tables, board, repair.kept)
    fill(repair.tables, board)
    lessons = patterns.tables.requests[:, LESSONS]
    met = [row for row, own in enumerate(patterns.requests) if own in repair.forced and board.places[row, 0] >= 0]
    return int(lessons[met].sum())


def draw(made: dict[str, dict[str, Any]]) -> None:
    names = list(made)
    figure, axes = pyplot.subplots(figsize=(6, 3.2))
    places = range(len(names))
    axes.bar([at - 0.2 for at in places], [made[name]["coverage_percent"] for name in names], 0.4, label="covered")
    axes.bar([at + 0.2 for at in places], [made[name]["bound_percent"] for name in names], 0.4, label="proven bound")
    axes.set_xticks(list(places), names)
    axes.set_ylim(60, 100)
    axes.set_ylabel("% of requested lessons")
    axes.legend(loc="lower right")
    figure.tight_layout()
    figure.savefig(RESULTS / "pairing.svg", metadata={"Date": None})


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("names", nargs="*", default=NAMES)
    ask.add_argument("--repairs", type=int, default=12, help="how many teachers of n500 are away in turn")
    options = ask.parse_args()
    lines, made = [], {}
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names:
            line, made[name] = row(name, Path(folder))
            lines.append(line)
            print(line, flush=True)
    text = HEAD.format(cores=os.cpu_count()) + "\n".join(lines) + "\n"
    if "n500" in made and options.repairs:
        text += REPAIR.format(name="n500", many=options.repairs, limit=REPAIR_LIMIT_S)
        text += repairs("n500", made["n500"], options.repairs) + "\n"
    text += "\n![Coverage and bound](pairing.svg)\n"
    print(text)
    print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    if options.names == NAMES:
        (RESULTS / "pairing.md").write_text(text)
        draw(made)


if __name__ == "__main__":
    main()
