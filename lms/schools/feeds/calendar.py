"""A calendar as RFC 5545 writes it: one event for each dated lesson (docs/decisions/0034)."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, Timezone

from lms.schools import words
from lms.schools.feeds.selectors import Entry
from lms.schools.selectors import Whose

_END = b"END:VCALENDAR"
ASKED_AGAIN = timedelta(hours=4)


def calendar(name: str, whom: Whose, entries: Iterable[Entry], first: date, last: date) -> bytes:
    """The calendar of somebody between two days, in the time zone of that place, with its definition."""
    made = Calendar()
    made.add("prodid", "-//Fieldschool//Paired classes//EN")
    made.add("version", "2.0")
    made.add("name", name)  # RFC 7986
    made.add("x-wr-calname", name)
    made.add("x-wr-timezone", whom.timezone)
    made.add("refresh-interval", ASKED_AGAIN, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", ASKED_AGAIN)
    made.add_component(_zone(whom.timezone, first - timedelta(days=1), last + timedelta(days=2)))
    zone = ZoneInfo(whom.timezone)
    # Each event is written and let go: of a thousand at once, Python's collector would walk the whole tree.
    head, end = bytes(made.to_ical()).rsplit(_END, 1)
    return b"".join([head, *(_event(entry, whom, zone).to_ical() for entry in entries), _END, end])


@lru_cache(maxsize=64)
def _zone(name: str, first: date, last: date) -> Timezone:
    return Timezone.from_tzid(name, first_date=first, last_date=last)


def _event(entry: Entry, whom: Whose, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", str(entry.uid))
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("sequence", entry.sequence)
    event.add("dtstart", entry.starts_at.astimezone(zone))
    event.add("dtend", entry.ends_at.astimezone(zone))
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    event.add("summary", _summary(entry, whom))
    event.add("location", _place(entry, whom))
    event.add("description", "\n".join(_description(entry, zone)))
    if entry.is_cancelled:
        event.add("transp", "TRANSPARENT")  # a cancelled lesson keeps nobody from anything
    return event


def _summary(entry: Entry, whom: Whose) -> str:
    what = str(words.subject(entry.subject))
    if entry.is_recording:
        what = _("%(subject)s, recording") % {"subject": what}
    whose = entry.teacher if whom.kind == "class" else ", ".join(entry.classes)
    text = f"{what} · {whose}"
    return _("Cancelled: %(lesson)s") % {"lesson": text} if entry.is_cancelled else text


def _place(entry: Entry, whom: Whose) -> str:
    if whom.kind == "teacher":
        return entry.site
    return f"{entry.school} · {_('room %(n)s') % {'n': entry.room}}"


def _description(entry: Entry, zone: ZoneInfo) -> Iterable[str]:
    yield _("Lead teacher: %(teacher)s, %(site)s") % {"teacher": entry.teacher, "site": entry.site}
    yield _("Classes: %(classes)s") % {"classes": ", ".join(entry.classes)}
    here, there = _clock(entry.starts_at, zone), _clock(entry.theirs, ZoneInfo(entry.their_zone))
    if here != there:
        yield _("At the other side it is %(at)s then.") % {"at": there}
    if entry.replaces is not None:
        yield _("Made up for %(day)s.") % {"day": f"{entry.replaces.astimezone(zone):%Y-%m-%d %H:%M}"}


def _clock(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M}"
