"""The ledger and the figures of a term, on a page, on paper and as files."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from lms.core.clock import now
from lms.schools import access
from lms.schools.access import demand, personal
from lms.schools.figures import drawing, figures, selectors, tables
from lms.schools.figures.ledger import Line
from lms.schools.models import Term
from lms.schools.sheets import writing


def _seen(request: HttpRequest, pk: UUID) -> tuple[Term, set[str] | None]:
    """A term, and the schools of it that this person accounts for (None: all). Raises PermissionDenied."""
    term = get_object_or_404(Term, pk=pk)
    schools = access.may_account(request.user, term)
    demand(schools is None or bool(schools))
    return term, schools


def _school(request: HttpRequest, term: Term, schools: set[str] | None) -> tuple[str, tuple[str, ...]]:
    """The school that is asked for, else the first, and all there are. Raises Http404 for somebody else's."""
    keys = selectors.school_keys(term, schools)
    key = request.GET.get("of", "") or next(iter(keys), "")
    if key and key not in keys:
        raise Http404
    return key, keys


@personal
@require_safe
def ledger(request: HttpRequest, term: UUID) -> HttpResponse:
    """A school's ledger: sums of each class and subject, and below each its weeks."""
    found, schools = _seen(request, term)
    key, keys = _school(request, found, schools)
    lines = selectors.lines(found, now(), {key})
    shown = [
        {"share": share, "lines": [line for line in lines if _whose(line) == _whose(share)]}
        for share in figures.shares(lines, by_class=True)
    ]
    context = {"term": found, "key": key, "keys": keys, "accounts": shown}
    return render(request, "schools/ledger.html", context)


def _whose(one: Line | figures.Share) -> tuple[str, str, str]:
    return one.school, one.school_class, one.subject


@personal
@require_safe
def ledger_file(request: HttpRequest, term: UUID) -> HttpResponse:
    """The ledger by week as csv: a school's, or with none named, all that this person accounts for."""
    found, schools = _seen(request, term)
    if request.GET.get("of"):
        schools = {_school(request, found, schools)[0]}
    text = tables.ledger_csv(selectors.lines(found, now(), schools))
    return _file(text.encode(), "ledger.csv", "text/csv; charset=utf-8")


@personal
@require_safe
def shares(request: HttpRequest, term: UUID) -> HttpResponse:
    """Figures: hours required and held by school and subject, lessons lost by cause, load of lead teachers."""
    found, schools = _seen(request, term)
    at = now()
    shares = figures.shares(selectors.lines(found, at, schools), by_class=False)
    lost = figures.causes(selectors.lost(found, at, schools))
    loads = selectors.loads(found) if schools is None else ()
    context = {
        "term": found,
        "shares": shares,
        "picture": drawing.by_school(shares),
        "total": figures.total(shares),
        "lost": [
            {"county": county, "of": [(tables.cause(code), many) for code, many in counts.most_common()]}
            for county, counts in lost.items()
        ],
        "loads": loads,
    }
    return render(request, "schools/figures.html", context)


@personal
@require_safe
def shares_file(request: HttpRequest, term: UUID) -> HttpResponse:
    """The figures as a workbook."""
    found, schools = _seen(request, term)
    at = now()
    lines, lost = selectors.lines(found, at, schools), selectors.lost(found, at, schools)
    loads = selectors.loads(found) if schools is None else ()
    return _file(tables.county_workbook(found, lines, lost, loads), "figures.xlsx", writing.CONTENT_TYPE)


def _file(data: bytes, name: str, content_type: str) -> HttpResponse:
    return HttpResponse(
        data, content_type=content_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
