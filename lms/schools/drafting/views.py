"""Pages on which a county's data come in: files, what their columns mean, what is wrong, stored."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lms.core.clock import now
from lms.core.errors import FieldschoolError
from lms.schools import naming, services
from lms.schools.access import demand, may_bring_in, may_see_draft, person, personal
from lms.schools.drafting import services as drafting
from lms.schools.drafting.services import Part, Understanding
from lms.schools.errors import BadTables
from lms.schools.forms import CountyForm, TermForm
from lms.schools.models import Draft
from lms.schools.sheets import cells, layout, template
from lms.schools.sheets.assemble import VALUES
from lms.schools.sheets.meanings import GRIDS, KINDS, NOTHING, meanings_of
from lms.schools.sheets.types import SHEET_NAME, Place, Problem
from lms.schools.sheets.writing import plain

MOST_PROBLEMS = 200  # shown; the count of all of them stands above, and the file has them all
MOST_NAMES = 6
_JSON = (".json", ".json.gz")


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """A county's files. Spreadsheets are asked about; a document in JSON is stored when nothing is wrong with it."""
    demand(may_bring_in(request.user))
    form, term = CountyForm(request.POST or None, request.FILES or None), TermForm(request.POST or None)
    shown: dict[str, Any] = {"form": form, "term": term}
    if request.method != "POST":
        return render(request, "schools/bring_in.html", shown | {"term": TermForm()})
    try:
        if form.is_valid():
            sent = [(one.name or "", one.read()) for one in form.cleaned_data["file"]]
            if not _is_document(*sent[0]):
                draft = services.take_up(sent=sent, by=person(request), now=now())
                return redirect("schools_draft", draft=draft.pk)
            shown["json"] = True
            if term.is_valid():
                name, data = sent[0]
                stored = services.import_county(data=data, name=name, by=person(request), **term.cleaned_data)
                return redirect("schools_term", term=stored.pk)
    except BadTables as error:
        told = [(naming.bad_input(one), one.code) for one in error.problems]
        shown |= {"problems": told[:MOST_PROBLEMS], "count": len(told), "refused": error}
    except FieldschoolError as error:
        shown["refused"] = error
    return render(request, "schools/bring_in.html", shown, status=422)


def _is_document(name: str, data: bytes) -> bool:
    return name.endswith(_JSON) or data.lstrip()[:1] in (b"{", b"[") or data[:2] == b"\x1f\x8b"


@personal
@require_safe
def empty(request: HttpRequest, language: str) -> HttpResponse:
    """A workbook with headings and an example row, to be filled in."""
    demand(may_bring_in(request.user))
    if language not in template.LANGUAGES:
        raise Http404
    return _file(template.workbook(language), f"fieldschool-{language}.xlsx", template.CONTENT_TYPE)


def _file(data: bytes, name: str, content_type: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(data, content_type=content_type, headers=disposition)


def _draft(request: HttpRequest, pk: UUID) -> Draft:
    draft = get_object_or_404(Draft, pk=pk, expires_at__gt=now())
    demand(may_see_draft(request.user, draft))
    return draft


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, draft: UUID) -> HttpResponse:
    """What sheets and columns are taken to mean: asked where that is not sure, changed where it is wrong."""
    found = _draft(request, draft)
    before = drafting.understand(found, now=now())
    if request.method != "POST":
        return _columns(request, before, {})
    groups, is_new_kind = {}, False
    for number, part in enumerate(before.parts):
        groups[part.group.signature] = _said(request.POST, number, part)
        is_new_kind |= groups[part.group.signature]["kind"] != part.meant.kind
    values = {name: request.POST.get(f"value-{name}", "").strip()[:2000] for name in before.wanted}
    services.answer(draft=found, groups=groups, values=values)
    after = drafting.understand(found, now=now())
    wrong = {name: naming.not_understood(error) for name, error in drafting.bad_values(after).items()}
    wrong |= dict.fromkeys(after.missing, _("This is needed."))
    if is_new_kind:
        return redirect("schools_draft", draft=found.pk)
    twice = [_twice(number, part) for number, part in enumerate(after.parts)]
    if wrong or any(twice):
        return _columns(request, after, wrong, {one for some in twice for one in some})
    return redirect("schools_check", draft=found.pk)


def _said(sent: Mapping[str, Any], number: int, part: Part) -> dict[str, Any]:
    """What the form says of a group of sheets. Where the kind is another now, columns are guessed anew."""
    kind = sent.get(f"kind-{number}", part.meant.kind)
    if kind != part.meant.kind:
        return {"kind": kind}
    keys = drafting.heading_keys(part.group.columns)
    means = part.meant.columns
    said = {key: sent.get(f"column-{number}-{column}", means.get(column, "")) for column, key in keys.items()}
    return {"kind": kind, "columns": said, "open": sent.get(f"open-{number}", part.meant.open)}


def _twice(number: int, part: Part) -> set[tuple[int, int]]:
    """Columns that are said to mean what another one of their sheet means."""
    times = Counter(part.meant.columns.values())
    return {(number, column) for column, meaning in part.meant.columns.items() if times[meaning] > 1}


def _columns(
    request: HttpRequest,
    understanding: Understanding,
    wrong: Mapping[str, str],
    twice: Set[tuple[int, int]] = frozenset(),
) -> HttpResponse:
    usual = {name: str(one.usual) for name, one in VALUES.items() if isinstance(one.usual, (int, str))}
    usual["term.name"] = understanding.draft.name
    hints = {
        "days.holidays": _("Dates such as 2026-10-01, with spaces between."),
        "days.swapped": _("The date, = and the weekday whose lessons it has: 2026-10-10=4 for Thursday's."),
    }
    parts = [_part(number, part, twice) for number, part in enumerate(understanding.parts)]
    values = [
        {
            "name": name,
            "words": naming.meaning(name),
            "text": understanding.values.get(name) or usual.get(name, ""),
            "asked": name in understanding.missing,
            "is_date": VALUES[name].read is cells.day,
            "is_number": VALUES[name].read is cells.whole,
            "wrong": wrong.get(name),
            "hint": hints.get(name, ""),
        }
        for name in understanding.wanted
    ]
    shown = {
        "draft": understanding.draft,
        "parts": parts,
        "asked": [one for one in values if one["asked"] or one["wrong"]],
        "usual": [one for one in values if not (one["asked"] or one["wrong"])],
        "questions": understanding.questions,
        "is_wrong": bool(wrong or twice),
        "open_empty": layout.EMPTY,
    }
    return render(request, "schools/columns.html", shown, status=422 if wrong or twice else 200)


def _part(number: int, part: Part, twice: Set[tuple[int, int]]) -> dict[str, Any]:
    kind = part.meant.kind
    possible = [(name, naming.meaning(name)) for name in meanings_of(kind)]
    kinds = [*KINDS, NOTHING] if part.group.heading_rows else [*GRIDS, NOTHING]
    return {
        "number": number,
        "names": part.names[:MOST_NAMES],
        "more": max(0, len(part.names) - MOST_NAMES),
        "kind": kind,
        "kind_words": naming.KIND_WORDS[kind],
        "kinds": [(one, naming.KIND_WORDS[one]) for one in kinds],
        "asks_kind": part.asks_kind,
        "marks": [(layout.MARKED + mark, mark) for mark in part.group.marks] if kind in GRIDS else [],
        "is_grid": kind in GRIDS,
        "open": part.meant.open,
        "asks_open": part.asks_open,
        "possible": possible,
        "used": len(part.meant.columns),
        "columns": [
            {
                "number": one.number,
                "letter": Place("", 0, one.number + 1).letter,
                "heading": _("The sheet's name") if one.number == SHEET_NAME else one.heading,
                "samples": one.samples,
                "meaning": part.meant.columns.get(one.number, ""),
                "asked": one.number in part.asked,
                "twice": (number, one.number) in twice,
            }
            for one in part.group.columns
            if kind in KINDS
        ],
    }


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, draft: UUID) -> HttpResponse:
    """What the sheets hold, and all that is wrong with them; stored when that is nothing, or when it is left out."""
    found = _draft(request, draft)
    refused: FieldschoolError | None = None
    if request.method == "POST":
        try:
            stored = services.store(draft=found, accept="accept" in request.POST, by=person(request), now=now())
        except FieldschoolError as error:
            refused = error
        else:
            return redirect("schools_term", term=stored.pk)
    understanding = drafting.understand(found, now=now())
    if understanding.questions:
        return redirect("schools_draft", draft=found.pk)
    looked = drafting.look_through(understanding)
    shown = {
        "draft": found,
        "refused": refused,
        "made": looked.made,
        "counts": list(_counts(looked.made.said, looked.clean.counts if looked.clean else {})),
        "problems": [_told(one) for one in looked.made.problems[:MOST_PROBLEMS]],
        "count": len(looked.made.problems),
        "notes": [_told(one) for one in looked.made.notes[:MOST_PROBLEMS]],
        "clean": looked.clean,
        "rows": len(looked.left_out),
        "further": len(looked.left_out - {(one.place.sheet, one.place.row) for one in looked.made.problems}),
    }
    return render(request, "schools/check.html", shown, status=422 if refused else 200)


def _counts(made: Mapping[str, int], clean: Mapping[str, int]) -> Iterator[tuple[Any, int, int]]:
    """The lists of a document with how many rows they have, and how many of these would be stored."""
    for name, kind in (
        ("counties", "counties"),
        ("schools", "schools"),
        ("classes", "classes"),
        ("requests", "requests"),
        ("lead_sites", "sites"),
        ("teachers", "teachers"),
    ):
        yield naming.KIND_WORDS[kind], made.get(name, 0), clean.get(name, 0)


def _told(one: Problem) -> dict[str, Any]:
    return {"place": one.place, "words": naming.problem(one), "code": one.code}


@personal
@require_safe
def problems(request: HttpRequest, draft: UUID) -> HttpResponse:
    """All that is wrong, as a file that spreadsheets' programs open."""
    understanding = drafting.understand(_draft(request, draft), now=now())
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Sheet"), _("Row"), _("Column"), _("What is wrong")])
    for one in drafting.look_through(understanding).made.problems:
        row = one.place.row or ""
        writer.writerow([plain(one.place.sheet), row, one.place.letter, plain(naming.problem(one))])
    return _file(("\ufeff" + text.getvalue()).encode(), "problems.csv", "text/csv; charset=utf-8")
