"""The fix that was chosen, stored: all of it in one transaction, and once however often it is sent."""

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lms.schools.days import HOME_ZONE, school_days
from lms.schools.errors import Clash, FixGone
from lms.schools.models import Attendance, LeadTeacher, Repair, Session, Term
from lms.schools.notices import noting
from lms.schools.repairing.fixes import find
from lms.schools.repairing.reading import diary_of, zone_of
from lms.schools.repairing.telling import changes
from lms.schools.repairing.types import CANCEL, DAY, RECORDING, Fix, Happening, Move, Seat


def repair(
    *, term: Term, happening: Happening, fix: str, key: UUID, reason: str, by: AbstractBaseUser, now: datetime
) -> Repair:
    """Make the fix of that key, among those that there are now, and note who did so, when and why.

    Done once for each `key`. Raises FixGone and Clash; then nothing is changed.
    """
    try:
        return _repair(term, happening, fix, key, reason, by, now)
    except IntegrityError as error:
        raise Clash(_("Somebody changed these lessons just now; nothing was changed. Look at them again.")) from error


@transaction.atomic
def _repair(
    term: Term, happening: Happening, fix: str, key: UUID, reason: str, by: AbstractBaseUser, now: datetime
) -> Repair:
    term = Term.objects.select_for_update().get(pk=term.pk)  # its days may have been corrected meanwhile
    done = Repair.objects.filter(term=term, key=key).first()
    if done is not None:
        return done
    diary = diary_of(term, happening)
    chosen = find(diary, happening, now).fix(fix)
    if chosen is None:
        raise FixGone(_("The timetable has changed since this was shown; nothing was changed. Choose again."))
    told = changes(diary, chosen)
    _Store(term, chosen, now).store()
    if happening.kind == DAY:
        _keep_calendar(term, happening)
    made = Repair.objects.create(
        term=term,
        key=key,
        kind=happening.kind,
        whose=happening.key,
        begins=happening.begins,
        ends=happening.ends,
        reason=reason,
        changes=told,
        by_id=by.pk,
        made_at=now,
    )
    noting.note_repair(repair=made, zone=zone_of(term, made.kind, made.whose), now=now)
    return made


def _keep_calendar(term: Term, happening: Happening) -> None:
    """Whole days lost are holidays from now on, and the day instead is a swapped one: the next version knows."""
    begins, ends = (one.astimezone(ZoneInfo(HOME_ZONE)) for one in (happening.begins, happening.ends))
    weekdays = dict(school_days(term))
    first = begins.date() + timedelta(days=begins.time() != time())
    lost = [day for day in weekdays if first <= day < ends.date()]
    term.holidays = sorted({*term.holidays, *(day.isoformat() for day in lost)})
    term.swapped = {day: weekday for day, weekday in term.swapped.items() if date.fromisoformat(day) not in lost}
    if happening.instead and begins.date() in weekdays:
        term.swapped[happening.instead.isoformat()] = weekdays[begins.date()]
    term.save(update_fields=["holidays", "swapped"])


class _Store:
    """First everything concerned is set free, then each class goes where it will be: no step meets another's place."""

    def __init__(self, term: Term, fix: Fix, now: datetime) -> None:
        self._now = now
        self._moves = fix.moves
        self._teachers = dict(LeadTeacher.objects.filter(term=term).values_list("key", "pk"))
        ids = {one.lesson.id for one in fix.moves} | {one.into for one in fix.moves}
        seats = [seat.id for one in fix.moves for seat in one.seats]
        rows = Session.objects.select_for_update().filter(pk__in=[own for own in ids if _is_row(own)])
        self._sessions = {str(row.pk): row for row in rows}
        self._attendances = {str(row.pk): row for row in Attendance.objects.select_for_update().filter(pk__in=seats)}
        self._moves_of: dict[str, list[Move]] = defaultdict(list)
        for one in fix.moves:
            self._moves_of[one.lesson.id].append(one)

    def store(self) -> None:
        Attendance.objects.filter(pk__in=self._attendances).update(cancelled=True)
        for own in self._moves_of:
            if not Attendance.objects.filter(session__pk=own, cancelled=False).exists():
                self._sessions[own].state = Session.State.CANCELLED
            self._change(self._sessions[own], self._sessions[own].sequence + 1)
        made = 0
        for one in self._moves:
            if one.how == CANCEL:
                continue
            session = self._session(one)
            if not one.into:
                made += 1
                self._sessions[f"new-{made}"] = session
            for seat in one.seats:
                self._sit(session, seat)

    def _session(self, move: Move) -> Session:
        """The lesson that the classes of the move will be in.

        Classes that stay the same rows go on counting changes there: calendars take no number lower than before.
        """
        was = self._sessions[move.lesson.id]
        if move.into:
            into = self._sessions[move.into]
            self._change(into, max(into.sequence + _is_row(move.into), was.sequence))
            return into
        in_place = move.is_whole and all(self._stays(seat) for seat in move.seats)
        session = was if in_place else Session(series_id=was.series_id)
        session.teacher_id = self._teachers[move.teacher]
        session.starts_at, session.ends_at = move.starts_at, move.ends_at
        session.mode = Session.Mode.RECORDING if move.how == RECORDING else Session.Mode.LIVE
        session.state = Session.State.PLANNED
        # What was set free has been counted as changed then.
        written = ["teacher", "starts_at", "ends_at", "mode", "state"] if in_place else None
        if not in_place:
            session.sequence, session.changed_at = was.sequence, self._now
        session.save(force_insert=not in_place, update_fields=written)
        return session

    def _change(self, session: Session, sequence: int) -> None:
        session.sequence, session.changed_at = sequence, self._now
        session.save(update_fields=["state", "sequence", "changed_at"])

    def _stays(self, seat: Seat) -> bool:
        return self._attendances[seat.id].starts_at == seat.starts_at

    def _sit(self, session: Session, seat: Seat) -> None:
        """A class at its own time stays the same row; at another time a row makes up for it."""
        was = self._attendances[seat.id]
        if self._stays(seat):
            was.session, was.room, was.cancelled = session, seat.room, False
            was.save(update_fields=["session", "room", "cancelled"])
            return
        Attendance.objects.create(
            session=session,
            school_class_id=was.school_class_id,
            school_id=was.school_id,
            room=seat.room,
            starts_at=seat.starts_at,
            ends_at=seat.ends_at,
            replaces=was,
        )


def _is_row(own: str) -> bool:
    return bool(own) and not own.startswith("new-")
