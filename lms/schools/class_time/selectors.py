"""What the pages of a lesson show."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from courses import selectors as courses
from lms.schools.models import Attendance, EarlierRecord, Material, Meeting, Record, Session


@dataclass(frozen=True)
class Clocks:
    """The same span on the clocks of both sides."""

    here: tuple[datetime, datetime]
    there: tuple[datetime, datetime]

    @property
    def differ(self) -> bool:
        return self.here[0].utcoffset() != self.there[0].utcoffset() or self.here[0] != self.there[0]


@dataclass(frozen=True)
class Shown:
    """The site's lesson that is shown. `address` is empty when it is not published any more.

    `size_bytes` is what it takes to play or to fetch; None when there is nothing to fetch.
    """

    key: UUID
    code: str
    title: str
    address: str
    size_bytes: int | None


@dataclass(frozen=True)
class InClass:
    """A class in a lesson, with what became of it (the latest first in `earlier`)."""

    row: Attendance
    clocks: Clocks
    record: Record | None
    earlier: tuple[EarlierRecord, ...]


def lesson(pk: UUID) -> Session | None:
    """A dated lesson with all that its pages need."""
    related = ("teacher__site", "series__plan__term", "meeting", "material")
    return Session.objects.filter(pk=pk).select_related(*related).first()


def classes(session: Session) -> tuple[InClass, ...]:
    """The classes that a lesson is given to."""
    rows = session.attendances.select_related("school", "school_class", "record__by").order_by("school__key", "room")
    return tuple(_in_class(row, session) for row in rows)


def in_class(pk: UUID) -> InClass | None:
    """One class in a lesson."""
    related = ("school", "school_class", "record__by", "replaces__session__material")
    lesson_of = ("session__teacher__site", "session__series__plan__term", "session__meeting", "session__material")
    row = Attendance.objects.filter(pk=pk).select_related(*related, *lesson_of).first()
    return _in_class(row, row.session) if row else None


def _in_class(row: Attendance, session: Session) -> InClass:
    here, there = ZoneInfo(row.school.timezone), ZoneInfo(session.teacher.site.timezone)
    clocks = Clocks(
        (row.starts_at.astimezone(here), row.ends_at.astimezone(here)),
        (session.starts_at.astimezone(there), session.ends_at.astimezone(there)),
    )
    record = getattr(row, "record", None)
    earlier = tuple(record.earlier.select_related("by").order_by("-recorded_at", "-pk")) if record else ()
    return InClass(row, clocks, record, earlier)


def meeting(session: Session) -> Meeting | None:
    """Where a lesson is joined: its own place, else its teacher's."""
    own = getattr(session, "meeting", None)
    if own is not None and own.teacher_id == session.teacher_id:
        return own
    return Meeting.objects.filter(teacher=session.teacher_id, session=None).first()


def material(session: Session, row: Attendance | None = None) -> Shown | None:
    """What a lesson shows; one that stands in another's place shows what that would have shown."""
    found = _material(session)
    if found is None and row is not None and row.replaces is not None:
        found = _material(row.replaces.session)
    if found is None:
        return None
    key = found.lesson_key
    named = courses.named([key]).get(key)
    size_bytes = courses.bytes_to_play([key]).get(key)
    return Shown(key, found.code, named.title if named else found.title, named.url if named else "", size_bytes)


def _material(session: Session) -> Material | None:
    """What was chosen for a lesson, or for the one of its series at its time that it took the place of."""
    own: Material | None = getattr(session, "material", None)
    if own is not None:
        return own
    return Material.objects.filter(session__series=session.series_id, session__starts_at=session.starts_at).first()
