"""What goes into finding fixes and what comes out. Instants are UTC; ids and keys are texts."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from lms.schools.scheduling.types import Instance

TEACHER, SCHOOL, SITE, DAY = "teacher", "school", "site", "day"
"""Kinds of happenings: a teacher is away, a school or a lead site is off line, a day is lost for all."""
SUBSTITUTE, MAKE_UP, RECORDING, CANCEL = "substitute", "make_up", "recording", "cancel"
"""What becomes of a lesson: another teacher at the same time, another time, its recording, nothing."""
COSTS = {SUBSTITUTE: 0.0, MAKE_UP: 3.0, RECORDING: 14.0, CANCEL: 30.0}
OTHER_TEACHER, TOO_MANY, LATER = 1.0, 1.0, 0.1
"""What a change costs a class. A recording costs more than three others moved for a lesson to be held live."""


@dataclass(frozen=True)
class Seat:
    """A class in a dated lesson: in which room (1..) of its school, and from when by the school's bells.

    `held`: somebody wrote down that it took place.
    """

    id: str
    school_class: str
    room: int
    starts_at: datetime
    ends_at: datetime
    held: bool = False


@dataclass(frozen=True)
class Lesson:
    """A dated lesson as its teacher gives it. `fixed`: for an own class too, so that it is no load (H7)."""

    id: str
    teacher: str
    subject: str
    level: str
    starts_at: datetime
    ends_at: datetime
    seats: tuple[Seat, ...]
    live: bool = True
    fixed: bool = False


@dataclass(frozen=True)
class Happening:
    """What has happened, to whom (`key` is empty for a day lost), from when to before when.

    `instead` is a day without lessons that has those of a day lost.
    """

    kind: str
    key: str
    begins: datetime
    ends: datetime
    instead: date | None = None

    def meets(self, starts_at: datetime, ends_at: datetime) -> bool:
        return starts_at < self.ends and self.begins < ends_at

    def stops_lead(self, instance: Instance, teacher: str, starts_at: datetime, ends_at: datetime) -> bool:
        """Whether the teacher can give no lesson then."""
        whom = {TEACHER: teacher, SITE: instance.teachers[teacher].site, DAY: self.key}.get(self.kind)
        return whom == self.key and self.meets(starts_at, ends_at)

    def stops_class(
        self, instance: Instance, school_class: str, starts_at: datetime, ends_at: datetime, *, live: bool = True
    ) -> bool:
        """Whether the class can receive no lesson then. What was fetched beforehand plays without a link."""
        whom = {SCHOOL: instance.classes[school_class].school if live else None, DAY: self.key}.get(self.kind)
        return whom == self.key and self.meets(starts_at, ends_at)


@dataclass(frozen=True)
class Move:
    """What becomes of some classes of a lesson: `seats` are as they will be, with the ids that they have now.

    `into` is the lesson of another teacher or time that they join; without it one is given for them. `extra`: the
    teacher then gives more lessons in that week than are agreed. `twice`: the classes then have the subject twice that
    day. `shift`: nothing happened to this lesson; it makes room for another.
    """

    how: str
    lesson: Lesson
    seats: tuple[Seat, ...]
    teacher: str
    starts_at: datetime
    ends_at: datetime
    into: str = ""
    extra: bool = False
    twice: bool = False
    shift: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether no class is left in the lesson as it was."""
        return len(self.seats) == len(self.lesson.seats)

    @property
    def days_later(self) -> int:
        return (self.starts_at.date() - self.lesson.starts_at.date()).days

    @property
    def cost(self) -> float:
        """How much changes, for the classes together."""
        each = COSTS[self.how] + (self.extra + self.twice) * TOO_MANY
        return len(self.seats) * (
            each + (self.teacher != self.lesson.teacher) * OTHER_TEACHER + self.days_later * LATER
        )


@dataclass(frozen=True)
class Fix:
    """Moves that are made together. `key` names them: it is another one when anything of them is different."""

    moves: tuple[Move, ...]

    @cached_property
    def key(self) -> str:
        told = [
            (one.how, one.lesson.id, one.teacher, one.into, str(one.starts_at), [(s.id, s.room) for s in one.seats])
            for one in self.moves
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    @property
    def cost(self) -> float:
        """How much changes in all."""
        return sum(one.cost for one in self.moves)

    @property
    def covers(self) -> int:
        """Lessons of classes concerned that it sees to."""
        return sum(len(one.seats) for one in self.moves if not one.shift)

    @property
    def shifted(self) -> int:
        """Other lessons of classes that make room."""
        return sum(len(one.seats) for one in self.moves if one.shift)

    def many(self, how: str) -> int:
        """Lessons of classes concerned of which this becomes."""
        return sum(len(one.seats) for one in self.moves if one.how == how and not one.shift)


@dataclass(frozen=True)
class Trouble:
    """Classes (`seats`) of a lesson that cannot have it as planned, and fixes of these alone, least change first."""

    lesson: Lesson
    seats: tuple[Seat, ...]
    fixes: tuple[Fix, ...]


@dataclass(frozen=True)
class Found:
    """All that a happening takes away, and fixes for all of it together, least change first."""

    troubles: tuple[Trouble, ...]
    ways: tuple[Fix, ...]

    def fix(self, key: str) -> Fix | None:
        """The fix of that key, if it is one of these."""
        each = [*self.ways, *(fix for trouble in self.troubles for fix in trouble.fixes)]
        return next((one for one in each if one.key == key), None)
