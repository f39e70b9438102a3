"""Pages of paired classes. They are somebody's own: no proxy and no phone keeps them."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from lms.core.clock import now
from lms.core.errors import FieldschoolError
from lms.schools import access, publishing, selectors, services, words
from lms.schools.access import demand, personal
from lms.schools.addresses import day_in
from lms.schools.corrections.services import is_outdated
from lms.schools.feeds import selectors as feeds
from lms.schools.models import Member, Plan, Term
from lms.schools.pictures import week_picture

MOST_IN_A_WEEK = 150  # more are shown day by day: what a phone loads, and somebody reads

MOST_ADVICE = 10
"""So many changes stand above what a plan leaves out."""


@personal
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """The terms that this person has to do with."""
    found = list(selectors.terms_of(request.user.pk or 0, sees_all=access.is_over_all(request.user)))
    demand(access.may_come_in(request.user))
    brings = access.may_bring_in(request.user)
    return render(request, "schools/terms.html", {"terms": found, "brings": brings})


@personal
@require_safe
def term(request: HttpRequest, term: UUID) -> HttpResponse:
    """A term: its versions, and whose weeks there are."""
    found = get_object_or_404(Term, pk=term)
    demand(access.may_enter(request.user, found))
    return _term(request, found)


def _term(request: HttpRequest, found: Term, refused: FieldschoolError | None = None) -> HttpResponse:
    schedules = access.may_schedule(request.user, found)
    own = [one for one in selectors.memberships(found, request.user.pk or 0) if one.key]
    shown = {
        "term": found,
        "schedules": schedules,
        "corrects": schedules or any(one.role == Member.Role.HEAD for one in own),
        "plans": found.plans.order_by("-version") if schedules else (),
        "published": selectors.published(found),
        "outdated": schedules and is_outdated(found),
        "kinds": [(kind, words.KINDS[kind]) for kind in selectors.KINDS] if schedules else (),
        "own": [("teacher" if one.role == "teacher" else "school", one.key) for one in own],
        "accounts": access.may_account(request.user, found) != set(),
        "refused": refused,
    }
    return render(request, "schools/term.html", shown, status=409 if refused else 200)


@personal
@require_POST
def make(request: HttpRequest, term: UUID) -> HttpResponse:
    """Ask for a plan."""
    found = get_object_or_404(Term, pk=term)
    demand(access.may_schedule(request.user, found))
    try:
        asked = services.make_plan(term=found, now=now())
    except FieldschoolError as error:
        return _term(request, found, error)
    return redirect("schools_plan", plan=asked.pk)


@personal
@require_safe
def plan(request: HttpRequest, plan: UUID) -> HttpResponse:
    """A plan: on its way, or with what it covers and what it leaves out."""
    found = get_object_or_404(Plan.objects.select_related("term"), pk=plan)
    demand(access.may_schedule(request.user, found.term))
    return _plan(request, found)


def _plan(request: HttpRequest, found: Plan, refused: FieldschoolError | None = None) -> HttpResponse:
    rows = selectors.left_out(found)
    left_out = [
        {
            "row": row,
            "subject": words.subject(row.subject),
            "reasons": words.reasons(row.reasons),
            "changes": words.changes(row.changes),
        }
        for row in rows
    ]
    advice = [(words.changes(one.changes), one.gain) for one in selectors.advice(rows)]
    shown = {
        "plan": found,
        "left_out": left_out,
        "advice": advice[:MOST_ADVICE],
        "others": selectors.compared_with(found),
        "lessons": sum(row.lessons_per_week for row in rows),
        "undated": publishing.undated_of(plan=found, now=now()),
        "refused": refused,
    }
    return render(request, "schools/plan.html", shown, status=409 if refused else 200)


MOST_DIFFERENCES = 200
"""So many requests of a kind are listed where two plans are compared."""


@personal
@require_safe
def compare(request: HttpRequest, plan: UUID) -> HttpResponse:
    """A plan beside another version of its term."""
    found = get_object_or_404(Plan.objects.select_related("term"), pk=plan)
    demand(access.may_schedule(request.user, found.term))
    text = request.GET.get("with", "")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
    other = get_object_or_404(Plan, term=found.term, version=number, state__in=selectors.COMPARED)
    comparison, rows = selectors.differences(other, found)
    lists = [(name, [rows[one.request] for one in getattr(comparison, name)]) for name in ("gained", "lost", "moved")]
    shown = {
        "plan": found,
        "other": other,
        "same": comparison.same,
        "moved": sum(one.moved for one in comparison.moved),
        "lists": [(words.DIFFERENCES[name], len(each), each[:MOST_DIFFERENCES]) for name, each in lists if each],
    }
    return render(request, "schools/compare.html", shown)


@personal
@require_POST
def act(request: HttpRequest, plan: UUID, verb: str) -> HttpResponse:
    """Stop the search, publish, or withdraw."""
    found = get_object_or_404(Plan.objects.select_related("term"), pk=plan)
    demand(access.may_schedule(request.user, found.term))
    try:
        if verb == "stop":
            services.stop_plan(plan=found)
        elif verb == "publish":
            services.publish_plan(plan=found, now=now())
        elif verb == "withdraw":
            services.withdraw(plan=found, now=now())
        else:
            raise Http404
    except FieldschoolError as error:
        found.refresh_from_db()
        return _plan(request, found, error)
    return redirect("schools_plan", plan=found.pk)


@personal
@require_safe
def week(request: HttpRequest, term: UUID, kind: str) -> HttpResponse:
    """Somebody's week: on a phone, and as A4."""
    found = get_object_or_404(Term, pk=term)
    if kind not in selectors.KINDS:
        raise Http404
    demand(access.may_enter(request.user, found))
    schedules = access.may_schedule(request.user, found)
    keys = selectors.choices(found, kind) if schedules else ()
    key = request.GET.get("of", "") or next(iter(keys), "")
    if schedules and not key:
        return redirect("schools_term", term=found.pk)
    board = _board(request, found, kind, key)
    shown = {"term": found, "board": board, "keys": keys, "kind": words.KINDS[kind]}
    shown |= {"has_calendar": kind in feeds.KINDS, "schedules": schedules}
    if board.lessons > MOST_IN_A_WEEK:
        asked = _day(request, board.whose)
        day = next((one for one in board.days if one.day == asked), board.days[0])
        shown |= {"today": day, "given": selectors.given(day)}
    return render(request, "schools/week.html", shown)


@personal
@require_safe
def picture(request: HttpRequest, term: UUID, kind: str) -> HttpResponse:
    """Somebody's week as a picture, of as many lessons as can be read on one."""
    found = get_object_or_404(Term, pk=term)
    demand(access.may_enter(request.user, found))
    board = _board(request, found, kind, request.GET.get("of", ""))
    if board.lessons > MOST_IN_A_WEEK:
        raise Http404
    headers = {"Content-Disposition": f'inline; filename="week-{board.monday}.svg"'}
    return HttpResponse(week_picture(board, str(words.KINDS[kind])), content_type="image/svg+xml", headers=headers)


def _board(request: HttpRequest, term: Term, kind: str, key: str) -> selectors.Board:
    """A week that this person may see. Raises Http404 and PermissionDenied."""
    whom = selectors.whose(term, kind, key)
    if whom is None:
        raise Http404
    demand(access.may_see(request.user, term, whom))
    return selectors.board(term, whom, _day(request, whom))


def _day(request: HttpRequest, whom: selectors.Whose) -> date:
    """The date of an address; without one it is today where the week is. Raises Http404 for what is no date."""
    text = request.GET.get("day", "")
    return day_in(text) if text else now().astimezone(ZoneInfo(whom.timezone)).date()
