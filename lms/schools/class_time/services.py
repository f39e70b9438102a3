"""What is arranged for a lesson, and what its helper says of it."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from courses import selectors as courses
from lms.schools.class_time import invitations, words
from lms.schools.class_time.bigbluebutton import Server
from lms.schools.errors import BadMeeting, BadRecord, Clash, NoSuchLesson, NotRecordable
from lms.schools.models import Attendance, EarlierRecord, Material, Meeting, Record, Session, changed

MOST_PRESENT = 200
_SAID = ("how", "cause", "present", "note")


def meeting_server() -> Server | None:
    """The county's own, where the operator names one."""
    return Server(settings.BIGBLUEBUTTON_URL, settings.BIGBLUEBUTTON_SECRET) if settings.BIGBLUEBUTTON_URL else None


@transaction.atomic
def arrange_meeting(
    *,
    session: Session,
    by: AbstractBaseUser,
    now: datetime,
    text: str = "",
    own_server: bool = False,
    telephone: str = "",
    alone: bool = False,
) -> Meeting:
    """Where this lesson is joined (`alone`), or all of its teacher's that have no place of their own.

    `text` is an invitation or a link; with `own_server` the county's server is used. Raises BadMeeting.
    """
    found: dict[str, Any] = {"kind": Meeting.Kind.BIGBLUEBUTTON, "address": "", "number": "", "password": ""}
    if not own_server:
        try:
            read = invitations.read(text, jitsi_hosts=settings.JITSI_HOSTS)
        except invitations.BadInvitation as error:
            raise BadMeeting(words.BAD_LINKS[error.code], code=error.code) from error
        found = {"kind": Meeting.Kind.JITSI if read.is_jitsi else Meeting.Kind.PLAIN, "address": read.address}
        found |= {"number": read.number[:20], "password": read.password}
    elif meeting_server() is None:
        raise BadMeeting(_("This site has no meeting server of its own: paste an invitation."))
    # A lesson's own place is one, also when somebody else gives the lesson now.
    whose: dict[str, Any] = {"session": session} if alone else {"session": None, "teacher": session.teacher}
    told = {**found, "teacher": session.teacher, "telephone": telephone, "by": by, "set_at": now}
    return Meeting.objects.update_or_create(**whose, defaults=told)[0]


@transaction.atomic
def choose_material(*, session: Session, code: str) -> Material | None:
    """The site's lesson with this number is shown in the lesson; with an empty one, none. Raises NoSuchLesson."""
    if not code:
        Material.objects.filter(session=session).delete()
        return None
    key = courses.key_for_code(code)
    named = courses.named([key]).get(key) if key else None
    if named is None or named.kind != "lesson":
        raise NoSuchLesson(_("No published lesson has this number: look at it again, six digits."))
    told = {"lesson_key": named.key, "code": code, "title": named.title}
    return Material.objects.update_or_create(session=session, defaults=told)[0]


def give(*, session: Session, by_recording: bool, following: bool, now: datetime) -> int:
    """Give a lesson by recording, or live again; with `following`, all of its series from then on too.

    Of these only those of the same teacher: a substitute answers for no one else's.

    So lessons are delivered by progress (专递课堂): the room fetches what is chosen for each, and it counts as held by
    recording when the helper says so. Returns how many were changed. Raises Clash.
    """
    mode = Session.Mode.RECORDING if by_recording else Session.Mode.LIVE
    which = Session.objects.filter(
        series=session.series_id, teacher=session.teacher_id, starts_at__gte=session.starts_at
    )
    if not following:
        which = which.filter(pk=session.pk)
    try:
        with transaction.atomic():
            changing = which.filter(state=Session.State.PLANNED).exclude(mode=mode)
            return changing.update(mode=mode, **changed(now))
    except IntegrityError as error:
        raise Clash(_("The teacher has another lesson then: this one stays by recording.")) from error


@transaction.atomic
def record(
    *,
    attendance: Attendance,
    by: AbstractBaseUser,
    now: datetime,
    how: str = "",
    cause: str = "",
    present: int | None = None,
    note: str = "",
    said_at: datetime | None = None,
) -> Record:
    """What became of a class's lesson: held and `how`, or not and the `cause`. One record; what was said last holds.

    Safe to repeat. `said_at` is when it was said, where that was without a link; it is believed between the lesson's
    start and now. What was said before is kept. Raises NotRecordable and BadRecord.
    """
    row = Attendance.objects.select_for_update(of=("self",)).select_related("session").get(pk=attendance.pk)
    if row.cancelled or row.session.state == Session.State.CANCELLED:
        raise NotRecordable(_("This lesson was cancelled: nothing is recorded for it."), code="cancelled")
    if row.starts_at > now:
        raise NotRecordable(_("This lesson has not begun: record it when it has."), code="not_begun")
    known = how in Record.How.values if how else cause in Record.Cause.values
    if not known or bool(how) == bool(cause):
        raise BadRecord(_("Say how the lesson was held, or why it was not."))
    if not (present is None or 0 <= present <= MOST_PRESENT):
        raise BadRecord(_("So many pupils are in no class: write a number up to 200."))
    at = min(max(said_at or now, row.starts_at), now)
    said: dict[str, Any] = {"how": how, "cause": cause, "present": present, "note": note[:500]}
    found = Record.objects.filter(attendance=row).first()
    if found is None:
        return Record.objects.create(attendance=row, by_id=by.pk, recorded_at=at, **said)
    if all(getattr(found, name) == said[name] for name in _SAID):
        return found
    earlier = {"record": found, "by": by, "recorded_at": at, **said}
    if EarlierRecord.objects.filter(**earlier).exists():
        return found  # sent again after it was corrected
    if at >= found.recorded_at:
        earlier |= {"by": found.by, "recorded_at": found.recorded_at, **{one: getattr(found, one) for one in _SAID}}
        Record.objects.filter(pk=found.pk).update(by=by, recorded_at=at, **said)
        found.refresh_from_db()
    EarlierRecord.objects.create(**earlier)
    return found
