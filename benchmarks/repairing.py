"""Paired classes: a school off line for a day, and what becomes of its lessons.

`python -m benchmarks.repairing [n100 n500]` plans the instances of $SHARED_DIR/data/pairing (or takes the timetables of
--plans, a folder of NAME.json), repeats the week four times, and has every school off line on each weekday of the
second week on which it has lessons, in turn.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.pairing import RESULTS, command, instance_path
from lms.schools.repairing.diary import Diary
from lms.schools.repairing.fixes import find
from lms.schools.repairing.types import CANCEL, MAKE_UP, RECORDING, SCHOOL, Happening, Lesson, Seat
from lms.schools.scheduling.reading import parse, read_instance
from lms.schools.scheduling.types import Instance

WEEKS, OFF = 4, 1
HEAD = """# Paired classes: a school off line for a day

`python -m benchmarks.repairing`. Each school of an instance with lessons on a weekday is off line on it in turn, in the
second of four equal weeks. A lesson is one of a class, and *made up* means live within 5 school days. *Beyond* are
those with which a teacher gives more in that week than agreed (two at most), *twice* those with which the class has
the subject twice on a day, *others* lessons of other classes that were moved to make room.

| instance | times | lessons | made up | % | beyond | twice | others | recording | not at all | s, mean | most |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
"""


def school_days(monday: date) -> list[tuple[date, int]]:
    days = (monday + timedelta(days=at) for at in range(7 * WEEKS))
    return [(day, day.isoweekday()) for day in days if day.isoweekday() <= 5]


def lessons(instance: Instance, plan: Any, diary: Diary) -> Iterator[Lesson]:
    """The dated lessons of a timetable."""
    rooms: Counter[tuple[str, datetime]] = Counter()
    for number, stream in enumerate(plan["streams"]):
        teacher = instance.teachers[stream["teacher"]]
        fixed = not {tuple(slot) for slot in stream["slots"]} <= teacher.free
        for day, weekday in diary.days:
            for place, (on, period) in enumerate(stream["slots"]):
                if on != weekday:
                    continue
                lead = diary.hours(diary.site_of(teacher.id), day)[period - 1]
                seats = []
                for one in stream["receivers"]:
                    school = diary.school_of(one["class"])
                    hour = diary.hours(school, day)[one["slots"][place][1] - 1]
                    rooms[school.id, hour.starts_at] += 1
                    room = rooms[school.id, hour.starts_at]
                    seats.append(Seat(f"{one['request']} {day}", one["class"], room, hour.starts_at, hour.ends_at))
                own = f"{number}-{place} {day}"
                yield Lesson(
                    own,
                    teacher.id,
                    stream["subject"],
                    stream["level"],
                    lead.starts_at,
                    lead.ends_at,
                    tuple(seats),
                    fixed=fixed,
                )


def row(name: str, plan: Any) -> str:
    instance = read_instance(parse(instance_path(name).read_bytes(), name))
    monday = date(2026, 9, 7)
    days = school_days(monday)
    dated = list(lessons(instance, plan, Diary(instance, days, ())))
    many: Counter[str] = Counter()
    seconds: list[float] = []
    for school in instance.schools.values():
        for at in range(5):
            day = monday + timedelta(days=7 * OFF + at)
            begins = datetime.combine(day, datetime.min.time(), school.timezone).astimezone(UTC)
            happening = Happening(SCHOOL, school.id, begins, begins + timedelta(days=1))
            diary = Diary(instance, days, dated, [happening])
            began = time.monotonic()
            found = find(diary, happening, begins)
            if not found.troubles:
                continue
            seconds.append(time.monotonic() - began)
            best = found.ways[0]
            many["times"] += 1
            many["lessons"] += sum(len(one.seats) for one in found.troubles)
            for how in (MAKE_UP, RECORDING, CANCEL):
                many[how] += best.many(how)
            many["others"] += best.shifted
            for one in best.moves:
                many["beyond"] += len(one.seats) * one.extra
                many["twice"] += len(one.seats) * one.twice
    share = 100 * many[MAKE_UP] / many["lessons"]
    return (
        f"| {name} | {many['times']} | {many['lessons']} | {many[MAKE_UP]} | {share:.1f} | {many['beyond']} |"
        f" {many['twice']} | {many['others']} | {many[RECORDING]} |"
        f" {many[CANCEL]} | {sum(seconds) / len(seconds):.2f} | {max(seconds):.2f} |"
    )


def planned(name: str, plans: Path | None, folder: Path) -> Any:
    made = (plans or folder) / f"{name}.json"
    if plans is None:
        command(instance_path(name), made)
    return json.loads(made.read_bytes())


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("names", nargs="*", default=["n100", "n500"])
    ask.add_argument("--plans", type=Path, help="a folder with timetables of these names")
    options = ask.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.names:
            rows.append(row(name, planned(name, options.plans, Path(folder))))
            print(rows[-1], flush=True)
    (RESULTS / "repairing.md").write_text(HEAD + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
