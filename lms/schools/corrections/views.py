"""Pages on which a term's data are put right: lists, rows, the term's own days. Who may not is told of none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.core.errors import FieldschoolError
from lms.schools import naming
from lms.schools.access import corrects, personal
from lms.schools.corrections import fields, pages, selectors, services
from lms.schools.corrections.fields import FIELDS, Field
from lms.schools.errors import BadRow
from lms.schools.forms import CorrectedTermForm
from lms.schools.importing import fingerprint
from lms.schools.models import Term
from lms.schools.models.places import Place
from lms.schools.sheets import cells
from lms.schools.sheets.types import NotUnderstood

ROWS = 50
MOST_PROBLEMS = 20
_BELOW = {"schools": "classes", "classes": "requests", "lead_sites": "teachers", "counties": "schools"}
Wrong = Mapping[str, list[str]]
"""Sentences by field."""


def _found(request: HttpRequest, term: UUID, kind: str) -> tuple[Term, frozenset[str] | None]:
    """The term, and of which schools this person corrects the rows. Raises Http404."""
    found = get_object_or_404(Term, pk=term)
    if kind not in FIELDS:
        raise Http404
    return found, corrects(request.user, found, kind)


@personal
@require_safe
def data(request: HttpRequest, term: UUID) -> HttpResponse:
    """The lists of a term; a head's are the classes of the own school."""
    found, own = _found(request, term, "classes")
    if own is not None:
        return redirect("schools_rows", term=found.pk, kind="classes")
    counts = selectors.counts(found)
    shown = {
        "term": found,
        "kinds": [(kind, pages.KIND_WORDS[kind], counts[kind]) for kind in FIELDS],
        "outdated": services.is_outdated(found),
    }
    return render(request, "schools/data.html", shown)


@personal
@require_safe
def rows(request: HttpRequest, term: UUID, kind: str) -> HttpResponse:
    """A list, searched and page by page."""
    found, own = _found(request, term, kind)
    find = request.GET.get("q", "").strip()
    found_pages = Paginator(selectors.rows(found, kind, find=find, schools=own), ROWS)
    page = found_pages.get_page(request.GET.get("page"))
    shown = {
        "term": found,
        "kind": kind,
        "words": pages.KIND_WORDS[kind],
        "rows": [(one, pages.summary(kind, one)) for one in page],
        "count": found_pages.count,
        "find": find,
        "number": page.number,
        "page_count": found_pages.num_pages,
        "keep": urlencode({"q": find}) + "&" if find else "",
        "schedules": own is None,
        "removed": request.GET.get("removed", "")[:200],
        "outdated": services.is_outdated(found),
    }
    return render(request, "schools/rows.html", shown)


@dataclass(frozen=True)
class _Page:
    """The page of a row, or of one to be added."""

    request: HttpRequest
    term: Term
    kind: str
    row: Place | None
    schedules: bool

    @property
    def asked(self) -> list[Field]:
        """What a row refers to is said once, when it is added."""
        return [field for field in FIELDS[self.kind] if self.row is None or field.shape != "reference"]

    def read(self) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """What was filled in, and by field what of it cannot be read. What was left as it stood is as it is stored."""
        had = services.values_of(self.kind, self.row) if self.row else {}
        values, wrong = {}, {}
        for field in self.asked:
            try:
                is_as_before = field.name in had and fields.is_as_before(field, had[field.name], self.request.POST)
                values[field.name] = had[field.name] if is_as_before else fields.read(field, self.request.POST)
            except NotUnderstood as error:
                wrong[field.name] = [naming.not_understood(error)]
        return values, wrong

    def shown(
        self,
        *,
        sent: QueryDict | None = None,
        wrong: Wrong | None = None,
        others: list[str] | None = None,
        refused: FieldschoolError | None = None,
    ) -> HttpResponse:
        """The page, with what was sent and what is wrong with it: with fields, with other rows, or altogether."""
        wrong, others = wrong or {}, others or []
        values = services.values_of(self.kind, self.row) if self.row else {}
        for field in self.asked:
            if field.shape == "reference":
                values[field.name] = self.request.GET.get("of", "")
        below = _BELOW.get(self.kind, "") if self.row and self.schedules else ""
        shown = {
            "term": self.term,
            "kind": self.kind,
            "words": pages.KIND_WORDS[self.kind],
            "row": self.row,
            "summary": pages.summary(self.kind, self.row) if self.row else "",
            "key": sent.get("key", "") if sent else "",
            "key_wrong": wrong.get("key", ()),
            "fields": [
                pages.filled_in(self.term, self.kind, self.row, field, values, sent)
                | {"wrong": wrong.get(field.name, ())}
                for field in self.asked
            ],
            "seen": sent.get("seen", "") if sent else fingerprint(values),
            "schedules": self.schedules,
            "refused": refused or (_("Nothing was stored: put right what is marked.") if wrong else None),
            "others": others[:MOST_PROBLEMS],
            "more": max(0, len(others) - MOST_PROBLEMS),
            "stored": "stored" in self.request.GET,
            "outdated": services.is_outdated(self.term),
            "below": below,
            "below_words": pages.KIND_WORDS.get(below, ""),
        }
        status = 422 if wrong or others else 409 if refused else 200
        return render(self.request, "schools/row.html", shown, status=status)


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, term: UUID, kind: str, row: UUID) -> HttpResponse:
    """One row, and what it holds instead."""
    found, own = _found(request, term, kind)
    one = get_object_or_404(selectors.rows(found, kind, schools=own), pk=row)
    page = _Page(request, found, kind, one, own is None)
    if request.method != "POST":
        return page.shown()
    values, wrong = page.read()
    if wrong:
        return page.shown(sent=request.POST, wrong=wrong)
    try:
        services.correct(term=found, kind=kind, row=one, values=values, seen=request.POST.get("seen", ""))
    except BadRow as error:
        wrong, others = pages.told(kind, one.key, error)
        return page.shown(sent=request.POST, wrong=wrong, others=others, refused=error)
    except FieldschoolError as error:
        one.refresh_from_db()
        return page.shown(refused=error)
    return redirect(f"{reverse('schools_row', args=[found.pk, kind, one.pk])}?stored")


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, term: UUID, kind: str) -> HttpResponse:
    """A further row."""
    found, own = _found(request, term, kind)
    if own is not None:
        raise Http404
    page = _Page(request, found, kind, None, True)
    if request.method != "POST":
        return page.shown()
    key = cells.tidy(request.POST.get("key", ""))
    values, wrong = page.read()
    if not key:
        wrong["key"] = [_("This is needed.")]
    if wrong:
        return page.shown(sent=request.POST, wrong=wrong)
    try:
        made = services.add(term=found, kind=kind, key=key, values=values)
    except BadRow as error:
        wrong, others = pages.told(kind, key, error)
        return page.shown(sent=request.POST, wrong=wrong, others=others, refused=error)
    except FieldschoolError as error:
        return page.shown(sent=request.POST, wrong={"key": [str(error)]}, refused=error)
    return redirect(f"{reverse('schools_row', args=[found.pk, kind, made.pk])}?stored")


@personal
@require_POST
def remove(request: HttpRequest, term: UUID, kind: str, row: UUID) -> HttpResponse:
    """A row taken out."""
    found, own = _found(request, term, kind)
    if own is not None:
        raise Http404
    one = get_object_or_404(selectors.rows(found, kind), pk=row)
    page = _Page(request, found, kind, one, True)
    try:
        services.remove(term=found, kind=kind, row=one)
    except BadRow as error:
        return page.shown(others=pages.told(kind, one.key, error)[1], refused=error)
    except FieldschoolError as error:
        return page.shown(refused=error)
    return redirect(f"{reverse('schools_rows', args=[found.pk, kind])}?{urlencode({'removed': one.key})}")


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def days(request: HttpRequest, term: UUID) -> HttpResponse:
    """The term: its days, and how far apart two sides may begin."""
    found, own = _found(request, term, "classes")
    if own is not None:
        raise Http404
    form = CorrectedTermForm(request.POST or None, initial=CorrectedTermForm.of(found))
    refused: FieldschoolError | None = None
    others: list[str] = []
    if request.method == "POST" and form.is_valid():
        try:
            services.correct_term(term=found, **form.cleaned_data)
            return redirect(f"{reverse('schools_days', args=[found.pk])}?stored")
        except BadRow as error:
            refused, others = error, [naming.bad_input(one) for one, _whose in error.problems]
        except FieldschoolError as error:
            refused = error
    shown = {
        "term": found,
        "form": form,
        "refused": refused,
        "others": others,
        "stored": "stored" in request.GET,
        "outdated": services.is_outdated(found),
    }
    return render(request, "schools/days.html", shown, status=422 if request.method == "POST" else 200)
