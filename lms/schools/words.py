"""Codes of paired classes in words."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils import dates
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext, pgettext_lazy

from lms.schools.scheduling.changes import Change

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

STATES = {
    "waiting": gettext_lazy("Being made"),
    "draft": gettext_lazy("Draft"),
    "published": gettext_lazy("Published"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "failed": gettext_lazy("Not made"),
}
KINDS = {
    "county": gettext_lazy("County"),
    "school": gettext_lazy("School"),
    "class": gettext_lazy("Class"),
    "room": gettext_lazy("Room"),
    "teacher": gettext_lazy("Teacher"),
}
CHANNELS = {
    "dingtalk": gettext_lazy("Robot of a DingTalk group"),
    "wecom": gettext_lazy("Robot of a WeCom group"),
    "email": gettext_lazy("E-mail"),
}
SUBJECTS = {
    "music": gettext_lazy("Music"),
    "art": gettext_lazy("Art"),
    "english": gettext_lazy("English"),
    "science": gettext_lazy("Science"),
    "it": gettext_lazy("Computing"),
}
ROLES = {
    "scheduler": gettext_lazy("Scheduler"),
    "head": gettext_lazy("Head of a school"),
    "helper": gettext_lazy("Helper in a classroom"),
    "teacher": gettext_lazy("Lead teacher"),
}
PAIRING_STATES = {
    "proposed": pgettext_lazy("pairing", "Proposed"),
    "published": pgettext_lazy("pairing", "Published, open to objections"),
    "accepted": pgettext_lazy("pairing", "Agreed"),
    "objected": pgettext_lazy("pairing", "Objected to"),
    "withdrawn": pgettext_lazy("pairing", "Taken back"),
}
SCOPES = {
    "county": gettext_lazy("A county"),
    "cluster": gettext_lazy("A cluster"),
    "national": gettext_lazy("All"),
}
WEEKDAY_COLUMNS = (
    pgettext_lazy("column of a week", "Mon"),
    pgettext_lazy("column of a week", "Tue"),
    pgettext_lazy("column of a week", "Wed"),
    pgettext_lazy("column of a week", "Thu"),
    pgettext_lazy("column of a week", "Fri"),
)
"""As short as a box to tick is wide."""
WEEKDAYS_IN_SHEETS = (
    pgettext_lazy("as sheets write it", "Mon"),
    pgettext_lazy("as sheets write it", "Tue"),
    pgettext_lazy("as sheets write it", "Wed"),
    pgettext_lazy("as sheets write it", "Thu"),
    pgettext_lazy("as sheets write it", "Fri"),
)
"""As `sheets.cells` reads them, and where they stand alone."""
REASONS = {
    "no_teacher": gettext_lazy("no lead teacher of this subject and level serves the school"),
    "no_common_time": gettext_lazy("the class is open at no time when a teacher is free and the bells meet"),
    "teacher_busy": gettext_lazy("the teacher has another lesson then"),
    "teacher_full": gettext_lazy("the teacher gives as many lessons as allowed"),
    "stream_full": gettext_lazy("as many classes as allowed follow the lesson"),
    "studio_full": gettext_lazy("the lead classrooms are taken"),
    "class_busy": gettext_lazy("the class has another lesson then"),
    "room_full": gettext_lazy("the school's remote rooms are taken"),
    "link_full": gettext_lazy("the county's link is taken"),
}

BARRIERS = {
    "here": gettext_lazy("it is here now"),
    "past": gettext_lazy("that is over"),
    "not_free": gettext_lazy("%(whom)s is not free then"),
    "teacher": gettext_lazy("%(whom)s gives another lesson"),
    "load": gettext_lazy("%(whom)s gives as many lessons that week as allowed"),
    "studios": gettext_lazy("the lead classrooms of %(whom)s are taken"),
    "bells": gettext_lazy("the bells of %(whom)s do not meet it"),
    "not_open": gettext_lazy("%(whom)s is not open then"),
    "class": gettext_lazy("%(whom)s has another lesson"),
    "twice": gettext_lazy("%(whom)s has the subject on that day already"),
    "rooms": gettext_lazy("the remote rooms of %(whom)s are taken"),
    "link": gettext_lazy("the link of %(whom)s is taken"),
}


def barrier(code: str, whom: str) -> str:
    """What stands in the way of a move, in words."""
    return BARRIERS[code] % {"whom": whom}


DIFFERENCES = {
    "gained": gettext_lazy("Covered only now"),
    "lost": gettext_lazy("Left out now"),
    "moved": gettext_lazy("Other times or teachers"),
}


def subject(code: str) -> "str | _StrPromise":
    """A subject in words; what a county calls by a name of its own stays as it is."""
    return SUBJECTS.get(code, code)


def lessons(many: Mapping[str, int]) -> str:
    """Subjects with lessons a week, as one line."""
    return pgettext("between subjects", ", ").join(f"{subject(code)} {number}" for code, number in many.items())


def slot(weekday: int, period: int) -> str:
    """A weekday and a period of it."""
    return gettext("%(weekday)s %(period)s") % {"weekday": dates.WEEKDAYS[weekday - 1], "period": period}


def reasons(codes: Iterable[str]) -> str:
    """Why a request was left out, as one line."""
    return gettext("; ").join(str(REASONS.get(code, code)) for code in codes)


def change(one: Change) -> str:
    """Something to change, as an order."""
    named = {"key": one.key, "n": one.more, "slot": slot(*one.slot) if one.slot else ""}
    sentence = {
        "open": gettext("class %(key)s: open %(slot)s"),
        "free": gettext("teacher %(key)s: free %(slot)s"),
        "load": ngettext(
            "teacher %(key)s: %(n)s lesson more a week", "teacher %(key)s: %(n)s lessons more a week", one.more
        ),
        "receivers": gettext("teacher %(key)s: one class more in a lesson"),
        "room": gettext("school %(key)s: one remote room more"),
        "studio": gettext("lead site %(key)s: one lead classroom more"),
        "link": gettext("county %(key)s: one lesson more at once on the link"),
    }[one.kind]
    return sentence % named


def changes(each: Iterable[Change]) -> str:
    """What has to be changed together, as one line."""
    return gettext("; ").join(change(one) for one in each)
