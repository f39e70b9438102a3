"""What everyone may see: live pages outside private parts of the tree.

Wagtail's `public()` does not know that an alias is as private as its original (`Page.get_view_restrictions` does), so
the private parts are collected here.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Q, QuerySet
from wagtail.models import Page, PageViewRestriction

P = TypeVar("P", bound=QuerySet[Any])


def private_paths() -> frozenset[str]:
    """Tree paths below which nothing is public. One query; one more where something is private."""
    paths = set(PageViewRestriction.objects.values_list("page__path", flat=True))
    if paths:
        below = _below(paths, "alias_of__path")
        paths |= set(Page.objects.filter(below).order_by().values_list("path", flat=True))
    return frozenset(paths)


def _below(paths: Iterable[str], column: str = "path") -> Q:
    found = Q(pk__in=())
    for path in paths:
        found |= Q(**{f"{column}__startswith": path})
    return found


def public(pages: P, *, private: frozenset[str] | None = None) -> P:
    """The pages of `pages` that are live and that everyone may see."""
    private = private_paths() if private is None else private
    shown = pages.filter(live=True)
    return shown.exclude(_below(private)) if private else shown


def is_private(path: str) -> bool:
    """True when a page at `path`, or a new page below it, is not for everyone."""
    return any(path.startswith(private) for private in private_paths())
