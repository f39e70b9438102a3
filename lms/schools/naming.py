"""What pages call the parts of spreadsheets, and what is wrong with them, in the reader's language."""

from typing import Any

from django.utils.translation import gettext, gettext_lazy

from lms.schools import words
from lms.schools.scheduling.types import BadInput
from lms.schools.sheets.meanings import GRIDS, KINDS, NOTHING
from lms.schools.sheets.types import BadFile, NotUnderstood, Problem

KIND_WORDS: dict[str, Any] = {
    "counties": gettext_lazy("Counties"),
    "schools": gettext_lazy("Receiving schools"),
    "rooms": gettext_lazy("Receiving classrooms"),
    "bells": gettext_lazy("Bell schedules"),
    "classes": gettext_lazy("Receiving classes"),
    "requests": gettext_lazy("Lessons asked for"),
    "sites": gettext_lazy("Lead sites"),
    "teachers": gettext_lazy("Lead teachers"),
    "fixed": gettext_lazy("Lessons that lead teachers give to own classes"),
    "term": gettext_lazy("The term"),
    "days": gettext_lazy("Holidays and swapped days"),
    "class_grids": gettext_lazy("Timetables of classes"),
    "teacher_grids": gettext_lazy("Timetables of teachers"),
    NOTHING: gettext_lazy("Nothing: leave these sheets out"),
}
assert KIND_WORDS.keys() == {*KINDS, *GRIDS, NOTHING}
MEANING_WORDS: dict[str, Any] = {
    "county.name": gettext_lazy("County"),
    "county.cluster": gettext_lazy("Cluster of the county"),
    "county.max_concurrent": gettext_lazy("Lessons that the county's link carries at once"),
    "school.name": gettext_lazy("School"),
    "school.code": gettext_lazy("Number of the school"),
    "school.timezone": gettext_lazy("Time zone of the school"),
    "school.bells": gettext_lazy("Bell schedule of the school"),
    "school.rooms": gettext_lazy("Remote rooms of a school"),
    "school.avoid": gettext_lazy("Periods to avoid"),
    "class.name": gettext_lazy("Class"),
    "class.code": gettext_lazy("Number of the class"),
    "class.grade": gettext_lazy("Grade, or grades"),
    "class.open": gettext_lazy("Periods open to remote lessons"),
    "request.code": gettext_lazy("Number of the request"),
    "request.subject": gettext_lazy("Subject"),
    "request.level": gettext_lazy("Level"),
    "request.lessons": gettext_lazy("Lessons a week"),
    "request.priority": gettext_lazy("Priority"),
    "request.edition": gettext_lazy("Edition of the textbook"),
    "request.unit": gettext_lazy("Unit that the class is at"),
    "site.name": gettext_lazy("Lead site"),
    "site.code": gettext_lazy("Number of the lead site"),
    "site.scope": gettext_lazy("Serves a county, a cluster or all"),
    "site.serves": gettext_lazy("County or cluster served"),
    "site.timezone": gettext_lazy("Time zone of the lead site"),
    "site.bells": gettext_lazy("Bell schedule of the lead site"),
    "site.studios": gettext_lazy("Lead classrooms of a site"),
    "teacher.name": gettext_lazy("Teacher"),
    "teacher.code": gettext_lazy("Number of the teacher"),
    "teacher.subject": gettext_lazy("Subject of the teacher"),
    "teacher.levels": gettext_lazy("Levels of the teacher"),
    "teacher.free": gettext_lazy("Free periods of the teacher"),
    "teacher.most_lessons": gettext_lazy("Lessons a week at most"),
    "teacher.most_classes": gettext_lazy("Classes per lesson at most"),
    "fixed.code": gettext_lazy("Number of the own lesson"),
    "fixed.level": gettext_lazy("Level of the own lesson"),
    "fixed.slots": gettext_lazy("Periods of the own lesson"),
    "bell.place": gettext_lazy("Name of the bell schedule, or who has it"),
    "bell.days": gettext_lazy("Days on which it holds"),
    "bell.others": gettext_lazy("Bells of other days"),
    "bell.period": gettext_lazy("Period"),
    "bell.start": gettext_lazy("Begins, or begins and ends"),
    "bell.end": gettext_lazy("Ends"),
    "bell.minutes": gettext_lazy("Minutes of a period"),
    "room.name": gettext_lazy("Room"),
    "term.name": gettext_lazy("Name of the term"),
    "term.starts": gettext_lazy("First day of the term"),
    "term.ends": gettext_lazy("Last day of the term"),
    "day.date": gettext_lazy("Date, or dates"),
    "day.what": gettext_lazy("What kind of day"),
    "day.follows": gettext_lazy("Weekday whose lessons the day has"),
    "days.holidays": gettext_lazy("Holidays"),
    "days.swapped": gettext_lazy("Swapped days"),
    "place.timezone": gettext_lazy("Time zone"),
    "rules.tolerance": gettext_lazy("Minutes that the two sides may begin apart"),
}
_WEEKDAYS = (
    gettext_lazy("Monday's periods"),
    gettext_lazy("Tuesday's periods"),
    gettext_lazy("Wednesday's periods"),
    gettext_lazy("Thursday's periods"),
    gettext_lazy("Friday's periods"),
)
_PROBLEMS: dict[str, Any] = {
    "bad_number": gettext_lazy("“%(text)s” is no whole number."),
    "bad_time": gettext_lazy("“%(text)s” is no time: write 08:05, or 08:05-08:45."),
    "bad_date": gettext_lazy("“%(text)s” is no date with its year: write 2026-09-01."),
    "bad_weekday": gettext_lazy("“%(text)s” is no weekday: write Mon, or Monday."),
    "bad_period": gettext_lazy("“%(text)s” is no period: write 3, or P3."),
    "bad_slots": gettext_lazy("“%(part)s” cannot be read as periods: write Mon P1-3; Tue P5."),
    "bad_grade": gettext_lazy("“%(text)s” is no grade: write 3, or 3-4."),
    "bad_scope": gettext_lazy("“%(text)s” should be county, cluster or national."),
    "too_long": gettext_lazy("The text is longer than %(most)s letters."),
    "nameless": gettext_lazy("The row has no name and no number."),
    "ambiguous": gettext_lazy("Several have the name “%(text)s”: give the number as well."),
    "unknown": gettext_lazy("“%(text)s” stands in no other sheet that describes such."),
    "unknown_near": gettext_lazy("“%(text)s” stands in no other sheet that describes such. Is “%(near)s” meant?"),
    "contradiction": gettext_lazy("Another row says %(had)s."),
    "contradiction_at": gettext_lazy("Sheet “%(sheet)s”, row %(row)s, column %(letter)s says something else."),
    "missing": gettext_lazy("“%(meaning)s” is missing."),
    "missing_value": gettext_lazy("“%(meaning)s” is missing: say it on the page before."),
    "whose_request": gettext_lazy("The row names no class and no grade."),
    "no_class_of_grade": gettext_lazy("There is no class of this grade."),
    "whose_grid": gettext_lazy("Nobody in the other sheets is named by “%(text)s” above this timetable."),
    "ambiguous_grid": gettext_lazy(
        "“%(text)s” above this timetable may name several: write the number or the full name."
    ),
    "ends_before_start": gettext_lazy("The period ends before it begins."),
    "period_out_of_order": gettext_lazy(
        "Period %(period)s follows where period %(due)s is due: each must be there once."
    ),
    "no_such_period": gettext_lazy("There is no period %(period)s: the bells there know periods 1 to %(periods)s."),
    "which_weekday": gettext_lazy("“%(text)s”: write from which weekday the lessons are, such as Thursday's."),
    "weekend": gettext_lazy("Lessons are from Monday to Friday; for swapped days, give the date in the calendar."),
    "bad_days": gettext_lazy("“%(text)s” is no weekday and no date: write Fri, or 2026-10-08 to 2027-01-20."),
    "other_days": gettext_lazy(
        "Bells of “%(text)s” are not used: write the weekdays, or from which date to which they hold."
    ),
    "odd_or_even": gettext_lazy("What is open in odd or even weeks only is not used: plans are for every week."),
}
_FILES: dict[str, Any] = {
    "old_workbook": gettext_lazy("%(file)s is a workbook of an old kind (.xls): save it as .xlsx, and send it again."),
    "damaged": gettext_lazy("%(file)s cannot be opened: save it again as .xlsx without a password, and send it again."),
    "too_large_unpacked": gettext_lazy("%(file)s holds more than %(megabytes)s MB when unpacked: split it."),
    "too_large_table": gettext_lazy(
        "More than %(sheets)s sheets or %(cells)s cells: split the county, and send its parts."
    ),
    "too_large_sheet": gettext_lazy("%(sheet)s has more than %(rows)s rows or %(columns)s columns: split it."),
    "unknown_encoding": gettext_lazy("%(file)s is no spreadsheet, or in no encoding that is known: save it as .xlsx."),
    "empty": gettext_lazy("There is nothing in %(file)s: choose another file."),
}


def meaning(name: str) -> Any:
    """What a column means."""
    thing, _dot, field = name.partition(".")
    if thing == "hours":
        return gettext("%(subject)s, lessons a week") % {"subject": words.subject(field)}
    if field.startswith("on_"):
        return _WEEKDAYS[int(field.removeprefix("on_")) - 1]
    if field.startswith("period_"):
        return gettext("Times of period %(n)s") % {"n": field.removeprefix("period_")}
    return MEANING_WORDS[name]


def problem(one: Problem) -> str:
    """What is wrong with a cell, as a sentence."""
    if one.code == "as_read":
        return as_read(one.values["template"], one.values["said"])
    values = dict(one.values)
    if "meaning" in values:
        values["meaning"] = meaning(values["meaning"])
    return str(_PROBLEMS[one.code] % values)


def not_understood(error: NotUnderstood) -> str:
    """What is wrong with something that was filled in."""
    return str(_PROBLEMS[error.code] % {"text": error.text, "part": error.text})


def bad_input(error: BadInput) -> str:
    """What is wrong with a document, as a sentence."""
    return as_read(error.template, error.values)


def as_read(template: str, values: Any) -> str:
    """A sentence of the reader of documents, in the language of who reads it."""
    told = {name: gettext(value) if name in ("what", "where") and value else value for name, value in values.items()}
    return gettext(template) % told if told else gettext(template)


def bad_file(error: BadFile) -> str:
    """Why a file cannot be opened."""
    return str(_FILES[error.code] % error.values)
