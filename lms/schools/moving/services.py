"""A dated lesson is given at another time."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.schools.days import monday_of
from lms.schools.errors import Clash, NotMovable
from lms.schools.models import Attendance, Session, Term, changed
from lms.schools.moving.options import options, session_of
from lms.schools.notices import noting


def move_session(*, session: Session, day: date, period: int, now: datetime) -> Session:
    """Give the lesson in that period of its lead site, and tell everyone. Raises NotMovable and Clash."""
    try:
        return _move(session.pk, day, period, now)
    except IntegrityError as error:
        raise Clash(
            _("A class, a room or the teacher has just been given another lesson then; nothing was moved. Look again.")
        ) from error


@transaction.atomic
def _move(pk: UUID, day: date, period: int, now: datetime) -> Session:
    # Moves of a term go one by one: what overlaps without starting together is seen here and not by the database.
    Term.objects.select_for_update(of=("self",)).filter(plans__series__sessions=pk).get()
    session = session_of(pk)
    if session is None or session.state == Session.State.CANCELLED:
        raise NotMovable(_("The lesson is cancelled: it cannot be moved."))
    if session.starts_at <= now:
        raise NotMovable(_("The lesson has begun: it cannot be moved any more."))
    term = session.series.plan.term
    times = options(session, monday_of(day), now) if term.starts_on <= day <= term.ends_on else ()
    found = next((one for one in times if (one.day, one.period) == (day, period)), None)
    if found is None:
        raise NotMovable(_("There is no school at that time: choose another."))
    if found.barriers:
        raise NotMovable(
            _("The lesson cannot be given then: what is in the way stands beside the time."), found.barriers
        )
    before = noting.lesson(session)
    for seat in found.seats:
        Attendance.objects.filter(pk=seat.attendance).update(
            room=seat.room, starts_at=seat.starts_at, ends_at=seat.ends_at
        )
    Session.objects.filter(pk=pk).update(starts_at=found.starts_at, ends_at=found.ends_at, **changed(now))
    moved = session_of(pk)
    assert moved is not None
    noting.note_move(session=moved, before=before, now=now)
    return moved
