"""A calendar as RFC 5545 writes it: one event for each dated lesson (docs/decisions/0034)."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar, Parameters, Timezone, vText
from icalendar.parser import Contentline

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
    head, end = bytes(made.to_ical()).rsplit(_END, 1)
    return b"".join([head, *(_event(entry, whom, zone) for entry in entries), _END, end])


@lru_cache(maxsize=64)
def _zone(name: str, first: date, last: date) -> Timezone:
    return Timezone.from_tzid(name, first_date=first, last_date=last)


def _event(entry: Entry, whom: Whose, zone: ZoneInfo) -> bytes:
    """One VEVENT. Written line by line: of a thousand, the library's objects take six times as long."""
    changed = f"{entry.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    lines = (
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTART;TZID={zone.key}:{entry.starts_at.astimezone(zone):%Y%m%dT%H%M%S}",
        f"DTEND;TZID={zone.key}:{entry.ends_at.astimezone(zone):%Y%m%dT%H%M%S}",
        "STATUS:CANCELLED\r\nTRANSP:TRANSPARENT" if entry.is_cancelled else "STATUS:CONFIRMED",
        _text("SUMMARY", _summary(entry, whom)),
        _text("LOCATION", _place(entry, whom)),
        _text("DESCRIPTION", "\n".join(_description(entry, zone))),
        "END:VEVENT",
        "",
    )
    return "\r\n".join(lines).encode()


@lru_cache(maxsize=4096)
def _text(name: str, text: str) -> str:
    """A line of text, escaped and folded; most are those of many lessons."""
    return str(Contentline.from_parts(name, Parameters(), vText(text.replace("\r", " "))).to_ical().decode())


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
