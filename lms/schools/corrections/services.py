"""One row of a term's data put right, added or taken out. The whole document is judged, as when it is brought in.

Lessons that are published stay as they are: what was corrected counts from the next plan on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lms.schools.errors import AlreadyThere, BadRow, ChangedMeanwhile, StillNeeded
from lms.schools.importing import (
    LISTS,
    MOST_LETTERS,
    dated_with,
    days_of,
    document_of,
    fingerprint,
    planned_with,
    problems_of,
)
from lms.schools.models import Plan, Term
from lms.schools.models.places import Place
from lms.schools.scheduling.types import BadInput

Values = Mapping[str, Any]
"""What fields of a row hold, by the document's names."""


@transaction.atomic
def correct(*, term: Term, kind: str, row: Place, values: Values, seen: str = "") -> None:
    """Store what a row holds now. `seen` is what it held when it was shown, by `fingerprint`.

    Raises ChangedMeanwhile and BadRow.
    """
    document, listing = _locked(term), LISTS[kind]
    row.refresh_from_db()
    had = values_of(kind, row)
    if row.removed or (seen and seen != fingerprint(had)):
        raise ChangedMeanwhile(_("Somebody else changed this meanwhile. It is shown as it is now: change it again."))
    changed = {name: had[name] if _same(had[name], value) else value for name, value in values.items()}
    number = next(at for at, one in enumerate(document[kind]) if one["id"] == row.key)
    document[kind][number] = _with(kind, document[kind][number] | had | changed)
    _judge(document)
    _save(row, listing.columns(document[kind][number]))


@transaction.atomic
def add(*, term: Term, kind: str, key: str, values: Values) -> Place:
    """Store a new row, or one that was taken out before. Raises AlreadyThere and BadRow."""
    document, listing = _locked(term), LISTS[kind]
    if any(one["id"] == key for one in document[kind]):
        raise AlreadyThere(_("“%(key)s” is there already: choose another name.") % {"key": key[:MOST_LETTERS]})
    new = _with(kind, {"id": key, **values})
    document[kind].append(new)
    _judge(document)
    rows = listing.model._default_manager
    row = rows.filter(term=term, key=key).first() or listing.model(term=term)
    above = {}
    if listing.reference:
        above[listing.column] = LISTS[listing.to].model._default_manager.get(term=term, key=new[listing.reference])
    _save(row, {**listing.columns(new), **above, "removed": False})
    return row


@transaction.atomic
def remove(*, term: Term, kind: str, row: Place) -> None:
    """Take a row out: the next plan goes without it. Raises StillNeeded and BadRow."""
    document = _locked(term)
    key = row.key
    below = [one for one in LISTS.values() if one.to == kind]
    needed = sum(each[one.reference] == key for one in below for each in document[one.name])
    if needed:
        words = ngettext(
            "%(count)s row refers to “%(key)s”: take it out first.",
            "%(count)s rows refer to “%(key)s”: take these out first.",
            needed,
        )
        raise StillNeeded(words % {"count": needed, "key": key})
    document[kind] = [one for one in document[kind] if one["id"] != key]
    _judge(document)
    _save(row, {"removed": True})


@transaction.atomic
def correct_term(
    *,
    term: Term,
    name: str,
    starts_on: date,
    ends_on: date,
    holidays: Iterable[date],
    swapped: Mapping[date, int],
    tolerance: Any,
) -> None:
    """Store the term's name, its days, and how far apart two sides may begin. Raises BadTerm and BadRow."""
    document = _locked(term)
    days = days_of(starts_on=starts_on, ends_on=ends_on, holidays=holidays, swapped=swapped)
    rules = {**term.rules, "start_tolerance_minutes": tolerance}
    _judge({**document, "rules": rules})
    _save(term, {"name": name, "rules": rules, **days})


def values_of(kind: str, row: Place) -> dict[str, Any]:
    """What the fields of a row hold."""
    listing = LISTS[kind]
    return {name: getattr(row, name) for name in (*listing.fields, *listing.also)}


def is_outdated(term: Term) -> bool:
    """Whether the published lessons are of other data than the term has now."""
    plan = Plan.objects.filter(term=term, state=Plan.State.PUBLISHED).exclude(made_of="").first()
    return plan is not None and (plan.made_of, plan.dated_for) != (planned_with(document_of(term)), dated_with(term))


def _locked(term: Term) -> dict[str, Any]:
    """The term's document, which nobody else corrects meanwhile."""
    term.refresh_from_db(from_queryset=Term.objects.select_for_update())
    return document_of(term)


def _judge(document: Mapping[str, Any]) -> None:
    problems = problems_of(document)
    if problems:
        raise BadRow([(one, _whose(one, document)) for one in problems])


def _whose(problem: BadInput, document: Mapping[str, Any]) -> tuple[str, str]:
    if problem.row is None:
        return "", ""
    kind, number = problem.row
    return kind, str(document[kind][number]["id"])


def _with(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    """The row as documents have it: a lead site names whom it serves by its scope, a class its first grade."""
    if kind == "lead_sites":
        return row | {str(row.get("scope")): row.get("serves")}
    if kind == "classes" and "grades" in row:
        return row | {"grade": next(iter(row["grades"]), None)}
    return row


def _same(had: Any, value: Any) -> bool:
    """Slots in another order are the same slots."""
    return had == value or (_slots(had) and _slots(value) and sorted(had) == sorted(value))


def _slots(value: Any) -> bool:
    return isinstance(value, Sequence) and all(isinstance(one, list) for one in value)


def _save(row: models.Model, columns: Mapping[str, Any]) -> None:
    for name, value in columns.items():
        setattr(row, name, value)
    row.save()
