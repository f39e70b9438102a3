"""Pages on which a term's data are put right: lists, rows, the term's own days. Who may not is told of none."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lms.core.errors import FieldschoolError
from lms.schools import naming, words
from lms.schools.access import corrects, personal
from lms.schools.corrections import fields, selectors, services
from lms.schools.corrections.fields import FIELDS, Field
from lms.schools.errors import BadRow
from lms.schools.forms import CorrectedTermForm
from lms.schools.importing import LISTS, fingerprint
from lms.schools.models import Term
from lms.schools.models.places import Place
from lms.schools.scheduling.types import BadInput
from lms.schools.sheets import cells
from lms.schools.sheets.types import NotUnderstood

ROWS = 50
MOST_KEYS = 300
MOST_PROBLEMS = 20
KIND_WORDS: dict[str, Any] = {kind: naming.KIND_WORDS["sites" if kind == "lead_sites" else kind] for kind in FIELDS}
_BELOW = {"schools": "classes", "classes": "requests", "lead_sites": "teachers", "counties": "schools"}
_FIELD_OF = {
    ("lead_sites", "county"): "serves",
    ("lead_sites", "cluster"): "serves",
    ("teachers", "fixed_streams"): "free",
}


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
        "kinds": [(kind, KIND_WORDS[kind], counts[kind]) for kind in FIELDS],
        "outdated": services.is_outdated(found),
    }
    return render(request, "schools/data.html", shown)


@personal
@require_safe
def rows(request: HttpRequest, term: UUID, kind: str) -> HttpResponse:
    """A list, searched and page by page."""
    found, own = _found(request, term, kind)
    find = request.GET.get("q", "").strip()
    pages = Paginator(selectors.rows(found, kind, find=find, schools=own), ROWS)
    page = pages.get_page(request.GET.get("page"))
    shown = {
        "term": found,
        "kind": kind,
        "words": KIND_WORDS[kind],
        "rows": [(one, _summary(kind, one)) for one in page],
        "count": pages.count,
        "find": find,
        "number": page.number,
        "page_count": pages.num_pages,
        "keep": urlencode({"q": find}) + "&" if find else "",
        "schedules": own is None,
        "removed": request.GET.get("removed", "")[:200],
        "outdated": services.is_outdated(found),
    }
    return render(request, "schools/rows.html", shown)


def _summary(kind: str, row: Any) -> str:
    """What a list says of a row beside its key."""
    told: list[Any] = []
    if kind == "counties":
        told = [
            row.cluster,
            _many(ngettext("%(n)s lesson at once", "%(n)s lessons at once", row.max_concurrent), row.max_concurrent),
        ]
    elif kind == "schools":
        told = [
            row.county,
            row.timezone,
            _periods(row.bells),
            _many(ngettext("%(n)s room", "%(n)s rooms", row.remote_rooms), row.remote_rooms),
        ]
    elif kind == "classes":
        grades = _("grade %(n)s") % {"n": ", ".join(map(str, row.grades))} if row.grades else ""
        told = [
            row.school,
            grades,
            _many(ngettext("%(n)s open period", "%(n)s open periods", len(row.open)), len(row.open)),
        ]
    elif kind == "requests":
        weekly = _("%(n)s a week") % {"n": row.lessons_per_week}
        told = [row.school_class, words.subject(row.subject), row.level, weekly, row.edition, row.unit]
    elif kind == "lead_sites":
        told = [words.SCOPES.get(row.scope, row.scope), row.serves, _periods(row.bells)]
    else:
        free = _many(ngettext("%(n)s free period", "%(n)s free periods", len(row.free)), len(row.free))
        told = [row.site, words.subject(row.subject), ", ".join(row.levels), free]
    return " · ".join(str(one) for one in told if str(one))


def _periods(bells: Any) -> str:
    return _many(ngettext("%(n)s period", "%(n)s periods", len(bells)), len(bells))


def _many(words: str, number: int) -> str:
    return words % {"n": number}


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, term: UUID, kind: str, row: UUID) -> HttpResponse:
    """One row, and what it holds instead."""
    found, own = _found(request, term, kind)
    one = get_object_or_404(selectors.rows(found, kind, schools=own), pk=row)
    asked = [field for field in FIELDS[kind] if field.shape != "reference"]
    if request.method != "POST":
        return _row(request, found, kind, one, asked, own is None)
    try:
        values, wrong = _read(asked, request.POST)
        if wrong:
            return _row(request, found, kind, one, asked, own is None, sent=request.POST, wrong=wrong)
        services.correct(term=found, kind=kind, row=one, values=values, seen=request.POST.get("seen", ""))
    except BadRow as error:
        wrong, others = _told(kind, one.key, error, FIELDS[kind])
        return _row(
            request, found, kind, one, asked, own is None, sent=request.POST, wrong=wrong, refused=error, others=others
        )
    except FieldschoolError as error:
        one.refresh_from_db()
        return _row(request, found, kind, one, asked, own is None, refused=error)
    return redirect(f"{reverse('schools_row', args=[found.pk, kind, one.pk])}?stored")


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, term: UUID, kind: str) -> HttpResponse:
    """A further row."""
    found, own = _found(request, term, kind)
    if own is not None:
        raise Http404
    asked = list(FIELDS[kind])
    key = cells.tidy(request.POST.get("key", ""))
    if request.method != "POST":
        return _row(request, found, kind, None, asked, True)
    wrong: Mapping[str, list[str]]
    others: list[str] = []
    refused: FieldschoolError | None = None
    try:
        values, wrong = _read(asked, request.POST)
        if not key:
            wrong = {**wrong, "key": [_("This is needed.")]}
        if not wrong:
            made = services.add(term=found, kind=kind, key=key, values=values)
            return redirect(f"{reverse('schools_row', args=[found.pk, kind, made.pk])}?stored")
    except BadRow as error:
        refused = error
        wrong, others = _told(kind, key, error, asked)
    except FieldschoolError as error:
        refused, wrong = error, {"key": [str(error)]}
    return _row(request, found, kind, None, asked, True, sent=request.POST, wrong=wrong, refused=refused, others=others)


@personal
@require_POST
def remove(request: HttpRequest, term: UUID, kind: str, row: UUID) -> HttpResponse:
    """A row taken out."""
    found, own = _found(request, term, kind)
    if own is not None:
        raise Http404
    one = get_object_or_404(selectors.rows(found, kind), pk=row)
    asked = [field for field in FIELDS[kind] if field.shape != "reference"]
    try:
        services.remove(term=found, kind=kind, row=one)
    except BadRow as error:
        others = _told(kind, one.key, error, FIELDS[kind])[1]
        return _row(request, found, kind, one, asked, True, refused=error, others=others)
    except FieldschoolError as error:
        return _row(request, found, kind, one, asked, True, refused=error)
    return redirect(f"{reverse('schools_rows', args=[found.pk, kind])}?{urlencode({'removed': one.key})}")


def _read(asked: list[Field], sent: QueryDict) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """What was filled in, and by field what of it cannot be read."""
    values, wrong = {}, {}
    for field in asked:
        try:
            values[field.name] = fields.read(field, sent)
        except NotUnderstood as error:
            wrong[field.name] = [naming.not_understood(error)]
    return values, wrong


def _told(
    kind: str, key: str, error: BadRow, asked: tuple[Field, ...] | list[Field]
) -> tuple[dict[str, list[str]], list[str]]:
    """What is wrong with the row's own fields, and what would be with others."""
    called = {field.name: naming.meaning(field.meaning) for field in asked}
    wrong: dict[str, list[str]] = {}
    others = []
    for problem, whose in error.problems:
        name = _FIELD_OF.get((kind, problem.field), problem.field)
        if whose == (kind, key) and name in called:
            wrong.setdefault(name, []).append(_sentence(problem, called[name]))
        else:
            others.append(_sentence(problem, whose[1]) if whose[1] else naming.bad_input(problem))
    return wrong, others


def _sentence(problem: BadInput, where: Any) -> str:
    """What is wrong, with the words of the page in place of the way through a document."""
    return naming.as_read(problem.template, {**problem.values, "where": f"“{where}”"} if problem.values else {})


def _row(
    request: HttpRequest,
    term: Term,
    kind: str,
    row: Place | None,
    asked: list[Field],
    schedules: bool,
    *,
    sent: QueryDict | None = None,
    wrong: Mapping[str, list[Any]] | None = None,
    refused: FieldschoolError | None = None,
    others: list[str] | None = None,
) -> HttpResponse:
    values = services.values_of(kind, row) if row else {}
    wrong, others = wrong or {}, others or []
    below = _BELOW.get(kind, "") if row and schedules else ""
    shown = {
        "term": term,
        "kind": kind,
        "words": KIND_WORDS[kind],
        "row": row,
        "summary": _summary(kind, row) if row else "",
        "key": sent.get("key", "") if sent else "",
        "key_wrong": wrong.get("key", ()),
        "fields": [_shown(request, term, kind, row, field, values, sent, wrong.get(field.name, ())) for field in asked],
        "seen": sent.get("seen", "") if sent else fingerprint(values),
        "schedules": schedules,
        "refused": refused or (_("Nothing was stored: put right what is marked.") if wrong else None),
        "others": others[:MOST_PROBLEMS],
        "more": max(0, len(others) - MOST_PROBLEMS),
        "stored": "stored" in request.GET,
        "outdated": services.is_outdated(term),
        "below": below,
        "below_words": KIND_WORDS.get(below, ""),
    }
    return render(request, "schools/row.html", shown, status=422 if wrong or others else 409 if refused else 200)


def _shown(
    request: HttpRequest,
    term: Term,
    kind: str,
    row: Any,
    field: Field,
    values: Mapping[str, Any],
    sent: QueryDict | None,
    wrong: Any,
) -> dict[str, Any]:
    """A field as the page fills it in: with what was sent, what is stored, or what is usual."""
    shown: dict[str, Any] = {"name": field.name, "words": naming.meaning(field.meaning), "shape": field.shape}
    shown |= {"wrong": wrong, "optional": field.optional}
    value = values.get(field.name, fields.USUAL.get(field.name))
    texts = sent.getlist(field.name) if sent is not None else None
    if field.shape == "bells":
        given = texts if texts is not None else [fields.span(bell) for bell in value or ()]
        given = [text for text in given if text.strip()] or [""] * fields.NEW_BELLS
        return shown | {"texts": [*given, *[""] * fields.SPARE_BELLS]}
    if field.shape == "others":
        said = fields.others(field, sent) if sent is not None else fields.others_said(value or (), words.DAYS)
        return shown | {"pairs": [*[pair for pair in said if any(pair)], ("", "")]}
    bells = selectors.bells_of(kind, row) if row else [{"start": "08:00", "minutes": 40}] * fields.NEW_BELLS
    if field.shape == "periods":
        ticked = value or [] if texts is None else [int(text) for text in texts if re.fullmatch("[0-9]{1,2}", text)]
        numbers = sorted({*range(1, len(bells) + 1), *ticked})
        return shown | {"periods": [(number, number in ticked) for number in numbers]}
    if field.shape == "grid":
        slots = value or [] if texts is None else _slots(texts)
        taken = [slot for fixed in getattr(row, "fixed_streams", ()) for slot in fixed["slots"]]
        return shown | {
            "lines": fields.grid(bells if row else [], slots, taken),
            "weekdays": words.WEEKDAYS,
            "days": words.DAYS,
        }
    if field.shape == "scope":
        shown["choices"] = list(words.SCOPES.items())
    elif field.shape == "reference":
        value = value or request.GET.get("of", "")
        shown["keys"] = selectors.keys(term, LISTS[kind].to, MOST_KEYS)
    elif field.name == "serves":
        counties = selectors.rows(term, "counties")
        shown["keys"] = sorted({key for pair in counties.values_list("key", "cluster")[:MOST_KEYS] for key in pair})
    text = texts[0] if texts else "" if value is None else fields.text_of(field, value)
    return shown | {"text": text}


def _slots(texts: list[str]) -> fields.Slots:
    """The boxes that were ticked; what is no slot is ticked nowhere."""
    found = [re.fullmatch("([0-9])-([0-9]{1,2})", text) for text in texts]
    return [[int(one[1]), int(one[2])] for one in found if one]


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
