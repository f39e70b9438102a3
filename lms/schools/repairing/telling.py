"""What became of lessons, in words: for the page, for the log, and as a text to paste into a group."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lms.schools import words
from lms.schools.repairing.diary import Diary
from lms.schools.repairing.types import CANCEL, DAY, MAKE_UP, RECORDING, SCHOOL, SUBSTITUTE, TEACHER, Fix

Change = Mapping[str, Any]
BEGINS = "begins"
"""How of lessons that are given from a day on."""


def changes(diary: Diary, fix: Fix) -> list[dict[str, Any]]:
    """What the fix does, as it is stored: one row for the classes of a school in a lesson, times by its clock."""
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for move in fix.moves:
        was = {seat.id: seat for seat in move.lesson.seats}
        for seat in move.seats:
            school = diary.school_of(seat.school_class)
            begun, begins = (one.starts_at.astimezone(school.timezone) for one in (was[seat.id], seat))
            key = (move.lesson.id, move.how, move.teacher, school.id, begins)
            row = rows.setdefault(
                key,
                {
                    "how": move.how,
                    "subject": move.lesson.subject,
                    "was_teacher": move.lesson.teacher,
                    "teacher": move.teacher,
                    "site": diary.site_of(move.teacher).id,
                    "school": school.id,
                    "classes": [],
                    "rooms": [],
                    "was": begun.isoformat(),
                    "at": begins.isoformat(),
                    "extra": move.extra,
                    "twice": move.twice,
                    "shift": move.shift,
                },
            )
            row["classes"].append(seat.school_class)
            row["rooms"].append(seat.room)
    return list(rows.values())


def day(at: date) -> str:
    """A date with its weekday, as people write it in a message."""
    return _("%(weekday)s %(month)s/%(day)s") % {
        "month": at.month,
        "day": at.day,
        "weekday": formats.date_format(at, "D"),
    }


def moment(at: datetime) -> str:
    """A date and a time by the clock it is given by."""
    return _("%(day)s %(time)s") % {"day": day(at.date()), "time": f"{at:%H:%M}"}


def span(begins: datetime, ends: datetime) -> str:
    """From when to when: days where they are whole."""
    last = (ends - timedelta(minutes=1)).date()
    if ends.time() != time():
        until = f"{ends:%H:%M}" if begins.date() == last else moment(ends)
        return _("%(begins)s to %(ends)s") % {"begins": moment(begins), "ends": until}
    if begins.time() != time():
        if begins.date() == last:
            return _("from %(begins)s on") % {"begins": moment(begins)}
        return _("%(begins)s to %(ends)s") % {"begins": moment(begins), "ends": day(last)}
    if begins.date() == last:
        return day(last)
    return _("%(begins)s to %(ends)s") % {"begins": day(begins.date()), "ends": day(last)}


def happened(kind: str, whose: str, begins: datetime, ends: datetime, zone: str) -> str:
    """What has happened, to whom, from when to when, in a line."""
    if kind == "request":
        return _("%(whose)s has more lessons.") % {"whose": whose}
    sentence = {
        TEACHER: _("%(whose)s cannot teach: %(when)s."),
        SCHOOL: _("%(whose)s is off line: %(when)s."),
        DAY: _("No lessons: %(when)s."),
    }.get(kind, _("Lead site %(whose)s is off line: %(when)s."))
    when = span(*(one.astimezone(ZoneInfo(zone)) for one in (begins, ends)))
    return sentence % {"whose": whose, "when": when}


@dataclass(frozen=True)
class Line:
    """What becomes of a lesson, for all of its classes that it becomes of. `row` is the first of theirs."""

    lesson: str
    becomes: str
    row: Change

    def __str__(self) -> str:
        if not self.becomes:
            return self.lesson
        return _("%(lesson)s: %(becomes)s") % {"lesson": self.lesson, "becomes": self.becomes}


def lines(rows: Iterable[Change]) -> list[Line]:
    """The changes, those alike told once."""
    alike: dict[tuple[Any, ...], list[Change]] = {}
    made: list[Line] = []
    for row in rows:
        if row["how"] == BEGINS:
            made.append(Line(_begins(row), "", row))
            continue
        key = (row["was"], row["subject"], row["was_teacher"], becomes(row), row["extra"], row["twice"], row["shift"])
        alike.setdefault(key, []).append(row)
    return made + [Line(named(each), key[3], each[0]) for key, each in alike.items()]


def _begins(row: Change) -> str:
    """Lessons that a class has from a day on."""
    told = _("%(classes)s (%(school)s): %(subject)s by %(teacher)s (%(site)s), %(slots)s, from %(day)s on") % {
        "classes": _and().join(row["classes"]),
        "school": row["school"],
        "subject": words.subject(row["subject"]),
        "teacher": row["teacher"],
        "site": row["site"],
        "slots": _and().join(words.slot(*slot) for slot in row["slots"]),
        "day": day(date.fromisoformat(row["from"])),
    }
    if row["missed"]:
        missed = _and().join(day(date.fromisoformat(one)) for one in row["missed"])
        told = _("%(told)s, but not on %(days)s") % {"told": told, "days": missed}
    return told


def named(rows: Sequence[Change]) -> str:
    """A lesson by when it was to be, its subject and its classes."""
    first = rows[0]
    classes = [
        _("%(classes)s (%(school)s)") % {"classes": _and().join(row["classes"]), "school": row["school"]}
        for row in rows
    ]
    return _("%(when)s %(subject)s, %(classes)s") % {
        "when": moment(datetime.fromisoformat(first["was"])),
        "subject": words.subject(first["subject"]),
        "classes": _and().join(classes),
    }


def becomes(row: Change) -> str:
    """What becomes of it."""
    was, at = datetime.fromisoformat(row["was"]), datetime.fromisoformat(row["at"])
    where = {"teacher": row["teacher"], "site": row["site"], "when": moment(at), "room": _rooms(row)}
    if row["how"] == SUBSTITUTE:
        return _("%(teacher)s (%(site)s) gives it, at the same time") % where
    if row["how"] == MAKE_UP and row["shift"]:
        if row["teacher"] == row["was_teacher"]:
            return _("moved to %(when)s, room %(room)s") % where
        return _("moved to %(when)s, room %(room)s, given by %(teacher)s (%(site)s)") % where
    if row["how"] == MAKE_UP and row["teacher"] != row["was_teacher"]:
        return _("made up on %(when)s, room %(room)s, by %(teacher)s (%(site)s)") % where
    if row["how"] == MAKE_UP:
        return _("made up on %(when)s, room %(room)s") % where
    if row["how"] == RECORDING and at == was:
        return _("its recording, at the same time")
    if row["how"] == RECORDING:
        return _("its recording on %(when)s, room %(room)s") % where
    return _("cancelled for now")


def _and() -> str:
    return pgettext("between names", ", ")


def _rooms(row: Change) -> str:
    return _and().join(str(one) for one in dict.fromkeys(row["rooms"]))


def text(what: str, reason: str, rows: Iterable[Change]) -> str:
    """The message for the group."""
    head = _("Change of lessons. %(what)s") % {"what": what}
    if reason:
        head = _("%(head)s Reason: %(reason)s.") % {"head": head, "reason": reason}
    return "\n".join([head, *(f"{number}. {line}" for number, line in enumerate(lines(rows), 1))])


def whom(rows: Iterable[Change]) -> list[str]:
    """Who must be told: teachers that give or no longer give a lesson, lead sites, and schools with their classes."""
    rows = list(rows)
    return list(dict.fromkeys([*_teachers(rows), *_schools(rows)]))


def _teachers(rows: Iterable[Change]) -> Iterator[str]:
    for row in rows:
        if row["how"] in (SUBSTITUTE, MAKE_UP, BEGINS):
            yield _("%(teacher)s (%(site)s)") % {"teacher": row["teacher"], "site": row["site"]}
        if row["how"] == CANCEL or row["teacher"] != row["was_teacher"]:
            yield row["was_teacher"]


def _schools(rows: Iterable[Change]) -> Iterator[str]:
    classes: dict[str, dict[str, None]] = {}
    for row in rows:
        classes.setdefault(row["school"], {}).update(dict.fromkeys(row["classes"]))
    for school, names in classes.items():
        yield _("%(school)s: %(classes)s") % {"school": school, "classes": _and().join(names)}
