"""`python -m tests.contract.movers careful | careless`: fifty people move and cancel the same few lessons at once.

`careful` asks the service; `careless` writes rows without asking anyone: what is left then is the database. Prints how
many moves were made and how many refused, and every pair of lessons that met: there must be none.
"""

import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import django

PEOPLE, TURNS = 50, 6
MONDAY = date(2036, 9, 1)
SLOTS = [(day, period) for day in range(5) for period in range(1, 6)]


def county() -> dict[str, Any]:
    """Five schools with a room and two classes each, five teachers: many ways to meet."""
    from tests.lms.schools.factories import instance, request, school, site, teacher

    bells = [{"start": f"{hour:02}:00", "minutes": 40} for hour in (8, 9, 10, 11, 14)]
    every = [[day + 1, period] for day, period in SLOTS]
    return instance(
        schools=[school(f"S{at}", bells=bells, avoid_periods=[]) for at in range(5)],
        classes=[{"id": f"G{at}", "school": f"S{at // 2}", "grade": 3, "open": every} for at in range(10)],
        requests=[request(f"R{at}", f"G{at}") for at in range(10)],
        lead_sites=[site("L", bells=bells, studios=4)],
        teachers=[teacher(f"T{at}", free=every, max_weekly_lessons=9) for at in range(5)],
    )


def fill() -> None:
    """Two lessons of each teacher, each followed by one class."""
    from lms.schools import services
    from lms.schools.models import LeadTeacher, LessonRequest, LessonSeries, Plan, SeriesReceiver
    from tests.lms.schools.test_counties import NOW, brought_in

    term = brought_in(county(), starts_on=MONDAY, ends_on=MONDAY + timedelta(days=6))
    plan = Plan.objects.create(term=term, version=1, state="draft", time_limit_s=1, created_at=NOW)
    for at, one in enumerate(LessonRequest.objects.filter(term=term).order_by("key")):
        slots = [[at % 5 + 1, at // 5 + 1]]
        teacher = LeadTeacher.objects.get(key=f"T{at % 5}")
        series = LessonSeries.objects.create(plan=plan, teacher=teacher, level="a", slots=slots)
        SeriesReceiver.objects.create(series=series, request=one, slots=slots)
    services.publish_plan(plan=plan, now=NOW)


def somebody(seed: int, together: threading.Barrier, moving: Any, done: list[str]) -> None:
    """Moves lessons about; every tenth person cancels one at the end."""
    from django.db import IntegrityError, OperationalError, connection, transaction

    from lms.core.errors import FieldschoolError
    from lms.schools.models import Session

    chance = random.Random(seed)
    lessons = list(Session.objects.order_by("pk"))
    together.wait()
    for _ in range(TURNS):
        day, period = chance.choice(SLOTS)
        try:
            moving(chance.choice(lessons), MONDAY + timedelta(days=day), period)
            done.append("moved")
        except (FieldschoolError, IntegrityError, OperationalError):  # a deadlock undoes one of two careless moves
            done.append("refused")
    if seed % 10 == 0:
        with transaction.atomic():
            one = chance.choice(lessons)
            one.attendances.update(cancelled=True)
            Session.objects.filter(pk=one.pk).update(state="cancelled")
    connection.close()


def careful(session: Any, day: date, period: int) -> None:
    from lms.schools import services
    from tests.lms.schools.test_counties import NOW

    services.move_session(session=session, day=day, period=period, now=NOW)


def careless(session: Any, day: date, period: int) -> None:
    from django.db import transaction

    from lms.schools.days import span
    from lms.schools.models import Session

    site = session.teacher.site
    starts_at, ends_at = span(day, (day.isoweekday(), period), site.bells, site.timezone)
    with transaction.atomic():
        Session.objects.filter(pk=session.pk).update(starts_at=starts_at, ends_at=ends_at)
        session.attendances.update(starts_at=starts_at, ends_at=ends_at)


def meetings() -> Iterator[str]:
    """Every pair of lessons of one teacher, class or room that overlap."""
    from lms.schools.models import Attendance, Session

    spans: dict[tuple[str, Any], list[Any]] = {}
    for one in Session.objects.filter(state="planned"):
        spans.setdefault(("teacher", one.teacher_id), []).append(one)
    for row in Attendance.objects.filter(cancelled=False):
        spans.setdefault(("class", row.school_class_id), []).append(row)
        spans.setdefault(("room", (row.school_id, row.room)), []).append(row)
    for whose, those in spans.items():
        for one, other in combinations(those, 2):
            if one.starts_at < other.ends_at and other.starts_at < one.ends_at:
                yield f"{whose}: {one} {other}"


def studios() -> int:
    """Lessons that are given at the same time, at most."""
    from lms.schools.models import Session

    return max(Counter(Session.objects.filter(state="planned").values_list("starts_at", flat=True)).values())


def main() -> None:
    django.setup()
    fill()
    together, done = threading.Barrier(PEOPLE), list[str]()
    moving = {"careful": careful, "careless": careless}[sys.argv[1]]
    people = [threading.Thread(target=somebody, args=(seed, together, moving, done)) for seed in range(PEOPLE)]
    for one in people:
        one.start()
    for one in people:
        one.join()
    print(done.count("moved"), done.count("refused"), studios())
    for line in meetings():
        print(line)


if __name__ == "__main__":
    main()
