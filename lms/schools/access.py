"""Who may do what with paired classes. Pages and templates ask here."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.views.decorators.cache import never_cache

from lms.schools.models import Attendance, Draft, Member, SchoolClass, Session, Term
from lms.schools.selectors import Whose, memberships, terms_of

PERMISSION = "schools.schedule_county"
Person = AbstractBaseUser | AnonymousUser


def personal(view: Any) -> Any:
    """A page for who signed in, and for nobody's cache."""
    return never_cache(signed_in(view))


def signed_in(view: Any) -> Any:
    """A page for who signed in, that says itself who may keep it."""
    return login_required(view, login_url="sign_in")


def person(request: HttpRequest) -> AbstractBaseUser:
    """Who signed in."""
    assert isinstance(request.user, AbstractBaseUser)
    return request.user


def demand(allowed: bool) -> None:
    """Raises PermissionDenied."""
    if not allowed:
        raise PermissionDenied


def may_bring_in(user: Person) -> bool:
    """A county's data: whoever has the permission, and nobody else."""
    return bool(getattr(user, "is_active", False)) and user.has_perm(PERMISSION)  # type: ignore[union-attr]


def may_come_in(user: Person) -> bool:
    """Whoever may bring in a county's data, or has to do with one that is there."""
    return may_bring_in(user) or terms_of(int(user.pk or 0), sees_all=is_over_all(user)).exists()


def may_see_draft(user: Person, draft: Draft) -> bool:
    """Spreadsheets that are being looked through: who sent them, as long as they have the permission."""
    return may_bring_in(user) and draft.owner_id == user.pk


def may_schedule(user: Person, term: Term) -> bool:
    """Plans of a term: its schedulers, as long as they have the permission; superusers."""
    if not may_bring_in(user):
        return False
    return is_over_all(user) or any(one.role == Member.Role.SCHEDULER for one in memberships(term, int(user.pk or 0)))


def only_schedulers(user: Person, term: Term) -> None:
    """For pages that nobody else is told of. Raises Http404."""
    if not may_schedule(user, term):
        raise Http404


def is_over_all(user: Person) -> bool:
    return bool(getattr(user, "is_superuser", False))


def may_enter(user: Person, term: Term) -> bool:
    """Whoever has anything to do with the term."""
    return may_schedule(user, term) or any(_of_a_place(memberships(term, int(user.pk or 0))))


def may_see(user: Person, term: Term, whom: Whose) -> bool:
    """A week: schedulers every one; a head or a helper the school, its classes and rooms; a teacher the own."""
    return may_schedule(user, term) or any(
        _covers(term, one, whom) for one in _of_a_place(memberships(term, int(user.pk or 0)))
    )


def corrects(user: Person, term: Term, kind: str) -> frozenset[str] | None:
    """Of which schools somebody may correct rows of a list; None: of all. Heads may their schools' classes.

    Raises Http404 for who may none.
    """
    if may_schedule(user, term):
        return None
    own = frozenset(one.key for one in memberships(term, int(user.pk or 0)) if one.role == Member.Role.HEAD)
    if kind != "classes" or not own:
        raise Http404
    return own


def pairs(user: Person, term: Term) -> frozenset[str] | None:
    """Of which schools somebody sees the pairings; None: of all. A head answers for the own. Raises Http404."""
    return corrects(user, term, "classes")


def may_arrange(user: Person, session: Session) -> bool:
    """A lesson's meeting and what it shows: whoever gives it that day, and schedulers."""
    term = session.series.plan.term
    return may_schedule(user, term) or session.teacher.key in _keys(user, term, Member.Role.TEACHER)


def may_hold(user: Person, row: Attendance) -> bool:
    """A class's hour and its record: helpers and heads of the school, and schedulers."""
    term = row.session.series.plan.term
    return may_schedule(user, term) or row.school.key in _keys(user, term, Member.Role.HELPER, Member.Role.HEAD)


def may_account(user: Person, term: Term) -> set[str] | None:
    """The schools whose ledger somebody sees: None for all, those a head has; none, an empty set."""
    return None if may_schedule(user, term) else _keys(user, term, Member.Role.HEAD)


def _keys(user: Person, term: Term, *roles: Member.Role) -> set[str]:
    return {one.key for one in memberships(term, int(user.pk or 0)) if one.role in roles}


def _of_a_place(found: Iterable[Member]) -> list[Member]:
    return [one for one in found if one.role != Member.Role.SCHEDULER]


def _covers(term: Term, member: Member, whom: Whose) -> bool:
    if member.role == Member.Role.TEACHER:
        return whom.kind == "teacher" and whom.key == member.key
    if whom.kind == "school":
        return whom.key == member.key
    if whom.kind == "room":
        return whom.key.rpartition("/")[0] == member.key
    return whom.kind == "class" and SchoolClass.objects.filter(term=term, key=whom.key, school__key=member.key).exists()
