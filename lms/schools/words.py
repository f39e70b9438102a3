"""Codes of paired classes in words."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext, gettext_lazy, ngettext

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
SUBJECTS = {
    "music": gettext_lazy("Music"),
    "art": gettext_lazy("Art"),
    "english": gettext_lazy("English"),
    "science": gettext_lazy("Science"),
    "it": gettext_lazy("Computing"),
}
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

DIFFERENCES = {
    "gained": gettext_lazy("Covered only now"),
    "lost": gettext_lazy("Left out now"),
    "moved": gettext_lazy("Other times or teachers"),
}


def subject(code: str) -> "str | _StrPromise":
    """A subject in words; what a county calls by a name of its own stays as it is."""
    return SUBJECTS.get(code, code)


def reasons(codes: Iterable[str]) -> str:
    """Why a request was left out, as one line."""
    return gettext("; ").join(str(REASONS.get(code, code)) for code in codes)


def change(one: Change) -> str:
    """Something to change, as an order."""
    named = {"key": one.key, "n": one.more, "slot": slot(one.slot) if one.slot else ""}
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


def slot(which: tuple[int, int]) -> str:
    """A weekday and a period."""
    return gettext("%(weekday)s %(period)s") % {"weekday": WEEKDAYS[which[0] - 1], "period": which[1]}
