"""A county's document (`fieldschool-pairing/1`) into rows and back: corrected rows are what is planned."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import orjson
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from lms.schools.errors import BadTables, BadTerm
from lms.schools.models import County, LeadSite, LeadTeacher, LessonRequest, Member, School, SchoolClass, Term
from lms.schools.models.places import Place
from lms.schools.scheduling.reading import find_problems, parse
from lms.schools.scheduling.types import FORMAT, N_, BadInput


@dataclass(frozen=True)
class Listing:
    """A list of the document and the rows that hold it: `fields` are of the same name in both.

    `also` are columns that are kept and not planned with.
    """

    name: str
    model: type[Place]
    fields: tuple[str, ...]
    reference: str = ""  # the document's name for the row above it, which stands in the list `to`
    column: str = ""
    to: str = ""
    more: Callable[[Mapping[str, Any]], dict[str, Any]] = lambda row: {}
    also: tuple[str, ...] = ()

    def columns(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What the row's columns hold, but for the row above. Fields that the document leaves out have the default."""
        return {"key": row["id"], **{field: row[field] for field in self.fields if field in row}, **self.more(row)}

    def rows(self, term: Term) -> list[dict[str, Any]]:
        """The list as the document has it."""
        above = {self.reference: f"{self.column}__key"} if self.reference else {}
        columns = {"id": "key", **above, **{field: field for field in self.fields}}
        found = self.model._default_manager.filter(term=term, removed=False).order_by("key")
        return [dict(zip(columns, row, strict=True)) for row in found.values_list(*columns.values())]


def _grades(row: Mapping[str, Any]) -> dict[str, Any]:
    grade, several = row.get("grade"), row.get("grades")
    grades = [one for one in (several if isinstance(several, list) else [grade]) if _is_grade(one)]
    return {"grade": grade if _is_grade(grade) else None, "grades": grades}


def _is_grade(value: Any) -> bool:
    return isinstance(value, int) and 0 < value < 20


def _textbook(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("edition", "unit") if isinstance(row.get(name), str)}


def _serves(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"serves": "" if row["scope"] == "national" else row[row["scope"]]}


# What refers to a list stands after it.
LISTS = {
    one.name: one
    for one in (
        Listing("counties", County, ("cluster", "max_concurrent")),
        Listing(
            "schools",
            School,
            ("timezone", "bells", "other_bells", "remote_rooms", "avoid_periods"),
            "county",
            "county",
            "counties",
        ),
        Listing("classes", SchoolClass, ("open",), "school", "school", "schools", _grades, ("grade", "grades")),
        Listing(
            "requests",
            LessonRequest,
            ("subject", "level", "lessons_per_week", "priority"),
            "class",
            "school_class",
            "classes",
            _textbook,
            ("edition", "unit"),
        ),
        Listing(
            "lead_sites", LeadSite, ("scope", "serves", "timezone", "bells", "other_bells", "studios"), more=_serves
        ),
        Listing(
            "teachers",
            LeadTeacher,
            ("subject", "levels", "free", "max_weekly_lessons", "max_receivers", "fixed_streams"),
            "site",
            "site",
            "lead_sites",
        ),
    )
}
TEXTS = ("id", "cluster", "subject", "level", "edition", "unit")
MOST_LETTERS = 200
LONGEST_TERM = timedelta(days=366)


@transaction.atomic
def import_county(
    *,
    data: bytes,
    name: str,
    starts_on: date,
    ends_on: date,
    holidays: Iterable[date] = (),
    swapped: Mapping[date, int] | None = None,
    by: AbstractBaseUser | None = None,
) -> Term:
    """Store what the bytes of a file describe, as a new term, of which `by` is a scheduler.

    Raises BadTables (with all problems) and BadTerm.
    """
    days = days_of(starts_on=starts_on, ends_on=ends_on, holidays=holidays, swapped=swapped or {})
    try:
        document = parse(data, name)
    except BadInput as error:
        raise BadTables([error]) from error
    problems = problems_of(document)
    if problems:
        raise BadTables(problems)
    term = Term.objects.create(
        name=str(document.get("name") or name).replace("\0", "")[:MOST_LETTERS],
        week_start=date.fromisoformat(document["term"]["week_start"]),
        rules=document["rules"],
        **days,
    )
    _store(term, document)
    if by is not None:
        Member.objects.create(term=term, user_id=by.pk, role=Member.Role.SCHEDULER)
    return term


def days_of(*, starts_on: date, ends_on: date, holidays: Iterable[date], swapped: Mapping[date, int]) -> dict[str, Any]:
    """The days of a term as its columns hold them. Raises BadTerm."""
    if not (1970 < starts_on.year < 2200 and starts_on <= ends_on <= starts_on + LONGEST_TERM):
        raise BadTerm(_("The term must end after it starts, and within a year: look at its two dates."))
    if any(not 1 <= weekday <= 5 for weekday in swapped.values()):
        raise BadTerm(_("A swapped day must follow a weekday from Monday to Friday."))
    return {
        "starts_on": starts_on,
        "ends_on": ends_on,
        "holidays": sorted(day.isoformat() for day in holidays),
        "swapped": {day.isoformat(): weekday for day, weekday in sorted(swapped.items())},
    }


def problems_of(document: Any) -> list[BadInput]:
    """Everything for which a document cannot be stored."""
    return find_problems(document) or list(_unstorable(document))


def _unstorable(document: Mapping[str, Any]) -> Iterator[BadInput]:
    """Texts that a row cannot hold."""
    for one in LISTS.values():
        for number, row in enumerate(document[one.name]):
            for field in TEXTS:
                text = row.get(field)
                if isinstance(text, str) and (len(text) > MOST_LETTERS or "\0" in text):
                    yield BadInput(
                        "bad_text",
                        N_("%(where)s is longer than %(most)s letters, or has a NUL in it."),
                        row=(one.name, number),
                        field=field,
                        where=f"{one.name}[{number}].{field}",
                        most=MOST_LETTERS,
                    )


def _store(term: Term, document: Mapping[str, Any]) -> None:
    stored: dict[tuple[str, str], Place] = {}  # (list, key)
    for one in LISTS.values():
        rows = {}
        for row in document[one.name]:
            above = {one.column: stored[one.to, row[one.reference]]} if one.reference else {}
            rows[row["id"]] = one.model(term=term, **one.columns(row), **above)
        stored |= {(one.name, key): row for key, row in rows.items()}
        one.model._default_manager.bulk_create(rows.values(), batch_size=500)


def document_of(term: Term) -> dict[str, Any]:
    """The document that the rows of a term describe now; `id` is each row's key."""
    document = {
        "format": FORMAT,
        "name": term.name,
        "term": {"week_start": term.week_start.isoformat()},
        "rules": term.rules,
        **{one.name: one.rows(term) for one in LISTS.values()},
    }
    for site in document["lead_sites"]:
        site[site["scope"]] = site["serves"]
    return document


def fingerprint(value: Any) -> str:
    """The same for the same data, and for no other."""
    return sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()


def planned_with(document: Mapping[str, Any]) -> str:
    """The fingerprint of all in a document that a plan depends on."""
    return fingerprint({name: value for name, value in document.items() if name != "name"})


def dated_with(term: Term) -> str:
    """The fingerprint of what makes a plan's weeks into dated lessons."""
    return fingerprint([term.starts_on, term.ends_on, term.holidays, term.swapped])
