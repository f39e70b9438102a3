"""What pages list of a term's data."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from lms.schools.importing import LISTS
from lms.schools.models import Term
from lms.schools.sheets import cells

MOST_KEYS = 300
"""So many are offered to choose among; more are typed."""
_ABOVE = {
    "schools": ("county",),
    "classes": ("school",),
    "requests": ("school_class__school",),
    "teachers": ("site",),
}
_SEARCHED = {
    "counties": ("cluster",),
    "schools": ("county__key",),
    "classes": ("school__key",),
    "requests": ("school_class__key", "school_class__school__key", "level", "edition"),
    "lead_sites": ("serves",),
    "teachers": ("site__key",),
}


def rows(term: Term, kind: str, *, find: str = "", schools: Collection[str] | None = None) -> QuerySet[Any]:
    """The rows of a list by their key; only those with a text in them, only of classes of some schools."""
    found: QuerySet[Any] = LISTS[kind].model._default_manager.filter(term=term, removed=False)
    if schools is not None:
        found = found.filter(school__key__in=schools)
    for word in cells.tidy(find.replace("\0", ""))[:100].split():
        said = Q(key__icontains=word)
        for column in _SEARCHED[kind]:
            said |= Q(**{f"{column}__icontains": word})
        if kind in ("requests", "teachers"):
            said |= Q(subject__iexact=cells.subject(word))
        found = found.filter(said)
    return found.select_related(*_ABOVE.get(kind, ())).order_by("key")


def counts(term: Term) -> Mapping[str, int]:
    """How many rows each list has."""
    return {kind: rows(term, kind).count() for kind in LISTS}


def keys(term: Term, kind: str) -> list[str]:
    """Keys of a list, to choose among."""
    return list(rows(term, kind).values_list("key", flat=True)[:MOST_KEYS])


def bells_of(kind: str, row: Any) -> list[dict[str, Any]]:
    """The bells by which a class's or a teacher's slots are numbered, and those of a place."""
    if kind == "classes":
        return list(row.school.bells)
    if kind == "teachers":
        return list(row.site.bells)
    return list(getattr(row, "bells", ()))
