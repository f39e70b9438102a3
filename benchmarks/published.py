"""Boards and calendars of a county with 10,000 published lessons: `python -m benchmarks.published`.

Into results/published.md: milliseconds inside the site (SQLite, Django's own test client, without a network), queries,
and bytes before and after compression. Bars: a board of at most 30 queries and 60 kB, a calendar within 300 ms. Below,
a class's calendar as single events against one recurring event for each weekly lesson (docs/decisions/0034).
"""

import gzip
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from benchmarks.link import RESULTS

WEEKS, TIMES = 20, 20
BOARDS = [("county", "C"), ("school", "S003"), ("class", "G00003"), ("room", "S003/1"), ("teacher", "T0003")]


def timed(ask: Callable[[], Any]) -> tuple[Any, float, float]:
    """The answer, and the median and the largest of the milliseconds it took."""
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        answer = ask()
        took.append((time.perf_counter() - begun) * 1000)
    return answer, statistics.median(took), max(took)


def row(name: str, ask: Callable[[], Any]) -> str:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    ask()
    with CaptureQueriesContext(connection) as queries:
        ask()
        asked = len(queries)  # the next request forgets them
    answer, median, most = timed(ask)
    size, small = len(answer.content), len(gzip.compress(answer.content, 7))
    events = answer.content.count(b"BEGIN:VEVENT") or ""
    cells = [name, events, f"{median:.0f}", f"{most:.0f}", asked, f"{size / 1000:.1f}", f"{small / 1000:.1f}"]
    return "| " + " | ".join(map(str, cells)) + " |"


def recurring(entries: Any, zone: Any) -> bytes:
    """The lessons of a class as one event for each weekly lesson, with EXDATE where there is none."""
    from icalendar import Calendar, Event

    made = Calendar()
    by_slot: dict[Any, list[Any]] = {}
    for entry in entries:
        at = entry.starts_at.astimezone(zone)
        by_slot.setdefault((at.weekday(), at.time()), []).append(at)
    for times in by_slot.values():
        event = Event()
        first, last = min(times), max(times)
        event.add("uid", str(entries[0].uid))
        event.add("dtstamp", entries[0].changed_at)
        event.add("dtstart", first)
        event.add("dtend", first + timedelta(minutes=40))
        event.add("rrule", {"freq": "weekly", "until": last})
        event.add("summary", "音乐 · T0003")
        event.add("description", "主讲教师：T0003（L）")
        at = first
        while at <= last:
            if at not in times:
                event.add("exdate", at)
            at += timedelta(weeks=1)
        made.add_component(event)
    return bytes(made.to_ical())


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"  # over a throw-away folder
    import django

    django.setup()
    table = measured()
    (RESULTS / "published.md").write_text(table)
    print(table)
    return 0


def measured() -> str:
    from zoneinfo import ZoneInfo

    from django.core.management import call_command
    from django.test import Client

    from lms.accounts.models import User
    from lms.core.clock import now
    from lms.schools.feeds import selectors, services
    from lms.schools.feeds.calendar import calendar
    from lms.schools.models import Session
    from lms.schools.selectors import whose
    from tests.lms.schools.published import many

    call_command("migrate", verbosity=0)
    term = many(WEEKS)
    user = User.objects.create_superuser("county")
    client = Client(headers={"host": "localhost"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    lines = [
        "# Boards and calendars of 10,000 published lessons",
        "",
        f"`python -m benchmarks.published`: {Session.objects.count():,} lessons, two classes in each, SQLite.",
        "",
        "| page | events | ms, median | ms, most | queries | kB | kB, gzip |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, key in BOARDS:
        page = f"/schools/{term.pk}/week/{kind}/?of={key}&day=2026-10-14"
        lines.append(row(f"board of a {kind}", lambda page=page: client.get(page)))  # type: ignore[misc]
    for kind, key in BOARDS[1:]:
        whom = whose(term, kind, key)
        assert whom is not None
        feed = services.make_feed(term=term, whom=whom, language="zh-hans", by=user, now=now())
        address = f"/schools/feeds/{services.token(feed)}.ics"
        lines.append(row(f"calendar of a {kind}", lambda address=address: client.get(address)))  # type: ignore[misc]
        tag = {"If-None-Match": client.get(address)["ETag"]}
        again = lambda address=address, tag=tag: client.get(address, headers=tag)  # noqa: E731
        lines.append(row(f"calendar of a {kind}, unchanged (304)", again))
    whom = whose(term, "class", "G00003")
    assert whom is not None
    zone = ZoneInfo(whom.timezone)
    daily = [one for one in selectors.entries(term, whom) if one.starts_at.astimezone(zone).hour == 9]
    entries = [one for at, one in enumerate(daily) if at % 12]  # some lessons of each weekday fall out
    single = calendar("一年级", whom, entries, term.starts_on, term.ends_on)
    series = recurring(entries, zone)
    lines += ["", f"A class with a lesson a day, {len(entries)} in all:", "", "| as | kB | kB, gzip |", "|---|---|---|"]
    for name, text in (("single events", single), ("recurring events with EXDATE", series)):
        lines.append(f"| {name} | {len(text) / 1000:.1f} | {len(gzip.compress(text, 7)) / 1000:.1f} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
