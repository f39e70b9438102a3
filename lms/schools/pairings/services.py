"""A county proposes pairings and publishes them; schools object until a date, silence accepts. Who and when is kept."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from lms.schools.days import today_at_home
from lms.schools.errors import BadPairing
from lms.schools.importing import document_of
from lms.schools.models import LeadSite, Pairing, PairingStep, School, Term
from lms.schools.pairings.proposing import Proposal, as_lessons, propose
from lms.schools.scheduling.reading import read_instance
from lms.schools.scheduling.types import BadInput

State = Pairing.State
LONGEST = timedelta(days=180)
MOST_LETTERS = 500


@transaction.atomic
def propose_pairings(*, term: Term, by: AbstractBaseUser, now: datetime) -> int:
    """Propose pairings for what none serves yet, in place of those only proposed. Returns how many. Raises BadPairing.

    Nothing is proposed twice that a school objected to.
    """
    Term.objects.select_for_update().get(pk=term.pk)
    Pairing.objects.filter(term=term, state=State.PROPOSED).delete()
    try:
        instance = read_instance(document_of(term))
    except BadInput as error:
        raise BadPairing(_("The county's data cannot be used as they are: put them right first.")) from error
    kept, objected = _sorted(_standing(term))
    proposals, _without = propose(instance, refused=objected, kept=kept)
    schools = {one.key: one for one in School.objects.filter(term=term)}
    sites = {one.key: one for one in LeadSite.objects.filter(term=term)}
    made = [
        Pairing(term=term, school=schools[one.school], site=sites[one.site], lessons=dict(sorted(one.lessons.items())))
        for one in proposals
    ]
    Pairing.objects.bulk_create(made, batch_size=500)
    _keep(made, State.PROPOSED, by, now)
    return len(made)


@transaction.atomic
def publish_pairings(*, term: Term, until: date, by: AbstractBaseUser, now: datetime) -> int:
    """Show what is proposed to the schools, who may object until the end of a day. Raises BadPairing."""
    today = today_at_home(now)
    if not today < until <= today + LONGEST:
        raise BadPairing(_("Schools need a day to object until: from tomorrow on, and within half a year."))
    Term.objects.select_for_update().get(pk=term.pk)
    found = list(Pairing.objects.filter(term=term, state=State.PROPOSED))
    if not found:
        raise BadPairing(_("Nothing is proposed: propose pairings first."))
    Pairing.objects.filter(pk__in=[one.pk for one in found]).update(state=State.PUBLISHED, until=until)
    _keep(found, State.PUBLISHED, by, now)
    return len(found)


@transaction.atomic
def answer_pairing(*, pairing: Pairing, agrees: bool, why: str, by: AbstractBaseUser, now: datetime) -> None:
    """A school agrees, or objects and says why. Raises BadPairing when the time for it is over."""
    why = why.replace("\0", "").strip()[:MOST_LETTERS]
    if not agrees and not why:
        raise BadPairing(_("Say why the school objects."))
    state = State.ACCEPTED if agrees else State.OBJECTED
    _move(pairing, state, (State.PUBLISHED,), now, until=today_at_home(now))
    _keep([pairing], state, by, now, why)


@transaction.atomic
def withdraw_pairing(*, pairing: Pairing, by: AbstractBaseUser, now: datetime) -> None:
    """The county takes a pairing back. Raises BadPairing."""
    _move(pairing, State.WITHDRAWN, (State.PROPOSED, State.PUBLISHED, State.ACCEPTED), now)
    _keep([pairing], State.WITHDRAWN, by, now)


@transaction.atomic
def settle_pairings(*, now: datetime) -> bool:
    """Accept what nobody objected to in time; workers do. False when there is nothing."""
    due = Pairing.objects.select_for_update(skip_locked=True).filter(
        state=State.PUBLISHED, until__lt=today_at_home(now)
    )
    found = list(due.order_by("pk")[:500])
    Pairing.objects.filter(pk__in=[one.pk for one in found]).update(state=State.ACCEPTED)
    _keep(found, State.ACCEPTED, None, now)
    return bool(found)


def unserved(term: Term) -> dict[tuple[str, str], int]:
    """Lessons a week that no lead site can give, by school and subject; nothing when the data cannot be used."""
    try:
        instance = read_instance(document_of(term))
    except BadInput:
        return {}
    kept, objected = _sorted(_standing(term))
    return propose(instance, refused=objected, kept=kept)[1]


def _standing(term: Term) -> QuerySet[Pairing]:
    return Pairing.objects.filter(term=term).exclude(state=State.WITHDRAWN).select_related("school", "site")


def _sorted(standing: Iterable[Pairing]) -> tuple[list[Proposal], set[tuple[str, str]]]:
    """What is kept, and the pairs that a school objected to."""
    there = list(standing)
    objected = {(one.school.key, one.site.key) for one in there if one.state == State.OBJECTED}
    return [_proposal(one) for one in there if one.state != State.OBJECTED], objected


def _proposal(one: Pairing) -> Proposal:
    return Proposal(one.school.key, one.site.key, as_lessons(one.lessons))


def _move(pairing: Pairing, state: State, before: tuple[State, ...], now: datetime, until: date | None = None) -> None:
    found = Pairing.objects.filter(pk=pairing.pk, state__in=before)
    if until is not None:
        found = found.filter(until__gte=until)
    if not found.update(state=state):
        raise BadPairing(_("This can not be done to the pairing any more: look at it again."))
    pairing.refresh_from_db()


def _keep(
    pairings: Sequence[Pairing], state: State, by: AbstractBaseUser | None, now: datetime, note: str = ""
) -> None:
    PairingStep.objects.bulk_create(
        [PairingStep(pairing=one, state=state, by_id=by.pk if by else None, at=now, note=note) for one in pairings],
        batch_size=500,
    )
