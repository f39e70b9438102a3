"""Pages of pairings: a term's list, and each as an agreement to print. Who may not is told of none."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lms.core.clock import now
from lms.core.errors import FieldschoolError
from lms.schools import words
from lms.schools.access import pairs, person, personal
from lms.schools.errors import BadPairing
from lms.schools.models import Pairing, Term
from lms.schools.pairings import services

ROWS = 100


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def pairings(request: HttpRequest, term: UUID) -> HttpResponse:
    """The pairings of a term; a county proposes and publishes them here. Heads see the own school's."""
    found = get_object_or_404(Term, pk=term)
    own = pairs(request.user, found)
    refused: FieldschoolError | None = None
    if request.method == "POST":
        if own is not None:
            raise Http404
        try:
            _do(request, found)
        except FieldschoolError as error:
            refused = error
        else:
            return redirect("schools_pairings", term=found.pk)
    rows = Pairing.objects.filter(term=found).exclude(state=Pairing.State.WITHDRAWN)
    if own is not None:
        rows = rows.filter(school__key__in=own).exclude(state=Pairing.State.PROPOSED)
    rows = rows.select_related("school", "site").order_by("school__key", "site__key")
    pages = Paginator(rows, ROWS)
    page = pages.get_page(request.GET.get("page"))
    shown = {
        "term": found,
        "rows": [(one, words.PAIRING_STATES[one.state], words.lessons(one.lessons)) for one in page],
        "count": pages.count,
        "number": page.number,
        "page_count": pages.num_pages,
        "proposed": rows.filter(state=Pairing.State.PROPOSED).count(),
        "schedules": own is None,
        "refused": refused,
        "without": [
            (school, words.lessons({subject: lessons}))
            for (school, subject), lessons in (sorted(services.unserved(found).items()) if own is None else ())
        ],
    }
    return render(request, "schools/pairings.html", shown, status=422 if refused else 200)


def _do(request: HttpRequest, term: Term) -> None:
    verb, by = request.POST.get("verb"), person(request)
    if verb == "propose":
        services.propose_pairings(term=term, by=by, now=now())
    elif verb == "publish":
        try:
            until = parse_date(request.POST.get("until", ""))
        except ValueError:
            until = None
        if until is None:
            raise BadPairing(_("Say until when schools may object."))
        services.publish_pairings(term=term, until=until, by=by, now=now())
    else:
        raise Http404


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def agreement(request: HttpRequest, term: UUID, pairing: UUID) -> HttpResponse:
    """A pairing with its lessons, who said what when, and room for seals; answered here by the school."""
    found = get_object_or_404(Term, pk=term)
    own = pairs(request.user, found)
    rows = Pairing.objects.filter(term=found).select_related("school", "site")
    if own is not None:
        rows = rows.filter(school__key__in=own).exclude(state=Pairing.State.PROPOSED)
    one = get_object_or_404(rows, pk=pairing)
    refused: FieldschoolError | None = None
    if request.method == "POST":
        try:
            _answer(request, one, is_county=own is None)
        except FieldschoolError as error:
            refused = error
            one.refresh_from_db()
        else:
            return redirect("schools_pairing", term=found.pk, pairing=one.pk)
    shown: dict[str, Any] = {
        "term": found,
        "one": one,
        "state": words.PAIRING_STATES[one.state],
        "lessons": [(words.subject(subject), many) for subject, many in one.lessons.items()],
        "total": sum(one.lessons.values()),
        "steps": [
            (step, words.PAIRING_STATES[step.state]) for step in one.steps.select_related("by").order_by("at", "pk")
        ],
        "schedules": own is None,
        "answers": own is not None and one.state == Pairing.State.PUBLISHED,
        "can_withdraw": own is None and one.state not in (Pairing.State.WITHDRAWN, Pairing.State.OBJECTED),
        "refused": refused,
    }
    return render(request, "schools/pairing.html", shown, status=422 if refused else 200)


def _answer(request: HttpRequest, pairing: Pairing, *, is_county: bool) -> None:
    verb, by = request.POST.get("verb"), person(request)
    if is_county and verb == "withdraw":
        services.withdraw_pairing(pairing=pairing, by=by, now=now())
    elif not is_county and verb in ("agree", "object"):
        why = request.POST.get("why", "")
        services.answer_pairing(pairing=pairing, agrees=verb == "agree", why=why, by=by, now=now())
    else:
        raise Http404
