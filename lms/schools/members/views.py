"""The page of who has to do with a term: for its schedulers, others are told of none."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from lms.core.errors import FieldschoolError
from lms.schools import access, selectors, services, words
from lms.schools.access import only_schedulers, personal
from lms.schools.corrections.selectors import keys
from lms.schools.models import Member, Term


def _found(request: HttpRequest, term: UUID) -> Term:
    found = get_object_or_404(Term, pk=term)
    only_schedulers(request.user, found)
    return found


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def members(request: HttpRequest, term: UUID) -> HttpResponse:
    """Who there is, and one more."""
    found = _found(request, term)
    if request.method != "POST":
        return _members(request, found)
    said = {name: request.POST.get(name, "").replace("\0", "").strip() for name in ("who", "role", "key")}
    try:
        services.add_member(term=found, **said)
    except FieldschoolError as error:
        return _members(request, found, error, 422)
    return redirect("schools_members", term=found.pk)


@personal
@require_POST
def remove(request: HttpRequest, term: UUID, member: UUID) -> HttpResponse:
    """Let somebody go. Who lets themselves go has nothing more to see here."""
    found = _found(request, term)
    one = get_object_or_404(Member, pk=member, term=found)
    try:
        services.remove_member(member=one)
    except FieldschoolError as error:
        return _members(request, found, error, 409)
    stays = access.may_schedule(request.user, found)
    return redirect("schools_members", term=found.pk) if stays else redirect("schools")


def _members(
    request: HttpRequest, term: Term, refused: FieldschoolError | None = None, status: int = 200
) -> HttpResponse:
    people = [(one, words.ROLES[one.role]) for one in selectors.members(term)]
    shown = {
        "term": term,
        "people": people,
        "roles": [(role.value, words.ROLES[role.value]) for role in Member.Role],
        "keys": [*keys(term, "schools"), *keys(term, "teachers")],
        "refused": refused,
        "said": request.POST,
    }
    return render(request, "schools/members.html", shown, status=status)
