"""A county's document (`fieldschool-pairing/1`) into rows and back: corrected rows are what is planned."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from lms.schools.errors import BadTables, BadTerm
from lms.schools.models import County, LeadSite, LeadTeacher, LessonRequest, School, SchoolClass, Term
from lms.schools.scheduling.reading import find_problems, parse
from lms.schools.scheduling.types import FORMAT, BadInput

TEXTS = ("id", "cluster", "subject", "level")
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
) -> Term:
    """Store what the bytes of a file describe, as a new term. Raises BadTables (with all problems) and BadTerm."""
    if not starts_on <= ends_on <= starts_on + LONGEST_TERM:
        raise BadTerm(_("The term must end after it starts, and within a year: look at its two dates."))
    if any(not 1 <= weekday <= 5 for weekday in (swapped or {}).values()):
        raise BadTerm(_("A swapped day must follow a weekday from Monday to Friday."))
    try:
        document = parse(data, name)
    except BadInput as error:
        raise BadTables([error]) from error
    problems = find_problems(document) or list(_unstorable(document))
    if problems:
        raise BadTables(problems)
    term = Term.objects.create(
        name=str(document.get("name") or name).replace("\0", "")[:MOST_LETTERS],
        week_start=date.fromisoformat(document["term"]["week_start"]),
        starts_on=starts_on,
        ends_on=ends_on,
        holidays=sorted(day.isoformat() for day in holidays),
        swapped={day.isoformat(): weekday for day, weekday in sorted((swapped or {}).items())},
        rules=document["rules"],
    )
    _store(term, document)
    return term


def _unstorable(document: Mapping[str, Any]) -> Iterator[BadInput]:
    """Texts that a row cannot hold."""
    for name in ("counties", "schools", "classes", "requests", "lead_sites", "teachers"):
        for number, one in enumerate(document[name]):
            for field in TEXTS:
                text = one.get(field)
                if isinstance(text, str) and (len(text) > MOST_LETTERS or "\0" in text):
                    where = f"{name}[{number}].{field}"
                    yield BadInput("bad_text", f"{where} is longer than {MOST_LETTERS} letters, or has a NUL in it.")


def _store(term: Term, document: Mapping[str, Any]) -> None:
    counties = {
        one["id"]: County(term=term, key=one["id"], cluster=one["cluster"], max_concurrent=one["max_concurrent"])
        for one in document["counties"]
    }
    schools = {
        one["id"]: School(
            term=term,
            key=one["id"],
            county=counties[one["county"]],
            timezone=one["timezone"],
            bells=one["bells"],
            remote_rooms=one["remote_rooms"],
            avoid_periods=one.get("avoid_periods", []),
        )
        for one in document["schools"]
    }
    classes = {
        one["id"]: SchoolClass(
            term=term, key=one["id"], school=schools[one["school"]], grade=_grade(one), open=one["open"]
        )
        for one in document["classes"]
    }
    requests = [
        LessonRequest(
            term=term,
            key=one["id"],
            school_class=classes[one["class"]],
            subject=one["subject"],
            level=one["level"],
            lessons_per_week=one["lessons_per_week"],
            priority=one.get("priority", 1),
        )
        for one in document["requests"]
    ]
    for rows in (counties.values(), schools.values(), classes.values(), requests):
        _create(rows)
    _store_leads(term, document)


def _store_leads(term: Term, document: Mapping[str, Any]) -> None:
    sites = {
        one["id"]: LeadSite(
            term=term,
            key=one["id"],
            scope=one["scope"],
            serves="" if one["scope"] == "national" else one[one["scope"]],
            timezone=one["timezone"],
            bells=one["bells"],
            studios=one["studios"],
        )
        for one in document["lead_sites"]
    }
    teachers = [
        LeadTeacher(
            term=term,
            key=one["id"],
            site=sites[one["site"]],
            subject=one["subject"],
            levels=one["levels"],
            free=one["free"],
            max_weekly_lessons=one["max_weekly_lessons"],
            max_receivers=one["max_receivers"],
            fixed_streams=one.get("fixed_streams", []),
        )
        for one in document["teachers"]
    ]
    _create(sites.values())
    _create(teachers)


def _create(rows: Iterable[Any]) -> None:
    listed = list(rows)
    if listed:
        type(listed[0])._default_manager.bulk_create(listed, batch_size=500)


def _grade(one: Mapping[str, Any]) -> int | None:
    grade = one.get("grade")
    return grade if isinstance(grade, int) and 0 < grade < 20 else None


def document_of(term: Term) -> dict[str, Any]:
    """The document that the rows of a term describe now; `id` is each row's key."""
    return {
        "format": FORMAT,
        "name": term.name,
        "term": {"week_start": term.week_start.isoformat()},
        "rules": term.rules,
        "counties": _rows(County, term, id="key", cluster="cluster", max_concurrent="max_concurrent"),
        "schools": _rows(
            School,
            term,
            id="key",
            county="county__key",
            **{name: name for name in ("timezone", "bells", "remote_rooms", "avoid_periods")},
        ),
        "classes": _rows(SchoolClass, term, id="key", school="school__key", open="open"),
        "requests": _rows(
            LessonRequest,
            term,
            **{"id": "key", "class": "school_class__key"},
            **{name: name for name in ("subject", "level", "lessons_per_week", "priority")},
        ),
        "lead_sites": [
            {**row, row["scope"]: row["serves"]}
            for row in _rows(
                LeadSite,
                term,
                id="key",
                **{name: name for name in ("scope", "serves", "timezone", "bells", "studios")},
            )
        ],
        "teachers": _rows(
            LeadTeacher,
            term,
            id="key",
            site="site__key",
            **{
                name: name
                for name in ("subject", "levels", "free", "max_weekly_lessons", "max_receivers", "fixed_streams")
            },
        ),
    }


def _rows(model: Any, term: Term, **fields: str) -> list[dict[str, Any]]:
    found = model._default_manager.filter(term=term).order_by("key").values_list(*fields.values())
    return [dict(zip(fields, row, strict=True)) for row in found]
