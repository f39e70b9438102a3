"""Notices in words, ready to paste."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.schools import words
from lms.schools.days import HOME_ZONE
from lms.schools.models import Notice
from lms.schools.repairing import telling

MOST_LESSONS = 12


def text(notice: Notice) -> str:
    """A notice in the language that is in use, a line for each thing."""
    return "\n".join([f"[{notice.term.name}]", *_LINES[Notice.Kind(notice.kind)](notice.told)])


def _published(told: dict[str, Any]) -> Iterator[str]:
    yield ngettext(
        "Version %(version)s of the timetable is published: %(lessons)s lesson from now on.",
        "Version %(version)s of the timetable is published: %(lessons)s lessons from now on.",
        told["lessons"],
    ) % {"version": told["version"], "lessons": told["lessons"]}
    yield _("Look at the week before the next lesson: times may have changed.")


def _withdrawn(told: dict[str, Any]) -> Iterator[str]:
    yield ngettext(
        "Version %(version)s of the timetable is withdrawn: %(lessons)s lesson to come is cancelled.",
        "Version %(version)s of the timetable is withdrawn: %(lessons)s lessons to come are cancelled.",
        told["lessons"],
    ) % {"version": told["version"], "lessons": told["lessons"]}


def _moved(told: dict[str, Any]) -> Iterator[str]:
    was, now = told["was"], told["now"]
    yield _("Moved: %(lesson)s") % {"lesson": _named(now)}
    yield f"{_at(was)} → {_at(now)}"
    before = {one["class"]: one for one in was["classes"]}
    for one in now["classes"]:
        yield _class(one, f"{_at(before[one['class']])} → {_at(one)}" if one["class"] in before else _at(one))


def _cancelled(told: dict[str, Any]) -> Iterator[str]:
    for one in told["lessons"][:MOST_LESSONS]:
        yield _("Cancelled: %(lesson)s") % {"lesson": f"{_named(one)}, {_at(one)}"}
        for each in one["classes"]:
            yield _class(each, _at(each))
    more = len(told["lessons"]) - MOST_LESSONS
    if more > 0:
        yield ngettext("and %(n)s more lesson", "and %(n)s more lessons", more) % {"n": more}


def _repaired(told: dict[str, Any]) -> Iterator[str]:
    begins, ends = (datetime.fromisoformat(told[one]) for one in ("begins", "ends"))
    what = telling.happened(told["kind"], told["whose"], begins, ends, told["zone"])
    yield telling.text(what, told["reason"], told["changes"])


def _tried(told: dict[str, Any]) -> Iterator[str]:
    yield _("This is a trial: notices of this term's lessons will come here.")


def _named(one: dict[str, Any]) -> str:
    return f"{words.subject(one['subject'])}, {one['teacher']} ({one['site']})"


def _class(one: dict[str, Any], when: str) -> str:
    return f"· {one['class']}, {one['school']}, {_('room %(n)s') % {'n': one['room']}}: {when}"


def _at(one: dict[str, Any]) -> str:
    """Day, weekday and time on the clock of the place, named where that is not the home zone's."""
    at = datetime.fromisoformat(one["starts_at"]).astimezone(ZoneInfo(one["timezone"]))
    shown = dateformat.format(at, "Y-m-d D H:i")
    return shown if one["timezone"] == HOME_ZONE else f"{shown} ({one['timezone']})"


_LINES = {
    Notice.Kind.PUBLISHED: _published,
    Notice.Kind.WITHDRAWN: _withdrawn,
    Notice.Kind.MOVED: _moved,
    Notice.Kind.CANCELLED: _cancelled,
    Notice.Kind.REPAIRED: _repaired,
    Notice.Kind.TRIED: _tried,
}
