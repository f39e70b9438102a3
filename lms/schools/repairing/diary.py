"""Who is where when, in dated lessons: kept up while lessons are taken out and put elsewhere."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from lms.schools.repairing.types import CANCEL, RECORDING, Happening, Lesson, Move, Seat
from lms.schools.scheduling.types import Instance, Period, Place, Slot

_Span = tuple[datetime, datetime, int]
DAY = timedelta(days=1)
EXTRA = 2
"""So many lessons a week a teacher may give beyond what is agreed, to make up for others."""


@dataclass(frozen=True)
class Hour:
    """A period of a place on a date."""

    slot: Slot
    starts_at: datetime
    ends_at: datetime


class _Spans:
    """Spans of time, each shorter than a day, that something is taken for."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, date], list[_Span]] = defaultdict(list)

    def change(self, key: str, starts_at: datetime, ends_at: datetime, mark: int, *, add: bool) -> None:
        there = self._taken[key, starts_at.date()]
        (there.append if add else there.remove)((starts_at, ends_at, mark))

    def at(self, key: str, starts_at: datetime, ends_at: datetime) -> list[_Span]:
        """What overlaps the span."""
        days = {(starts_at - DAY).date(), starts_at.date(), ends_at.date()}
        there = (one for day in days for one in self._taken.get((key, day), ()))
        return [one for one in there if one[0] < ends_at and starts_at < one[1]]


class Diary:
    """Lessons of some weeks. `days` are the school days with the weekday whose lessons they have; `bells` ring on them.

    It keeps H4 to H15 on dates. H7 is about the lessons of every week: a lesson that is made up may be one of up to
    `EXTRA` more, where the caller says so.
    """

    def __init__(
        self,
        instance: Instance,
        days: Iterable[tuple[date, int]],
        lessons: Iterable[Lesson],
        happenings: Iterable[Happening] = (),
        bells: Callable[[Place, date, int], tuple[Period, ...]] = lambda place, day, weekday: place.bells,
    ) -> None:
        self.instance = instance
        self.days = tuple(days)
        self.weekday: Mapping[date, int] = dict(self.days)
        self.happenings = tuple(happenings)
        self.lessons: dict[str, Lesson] = {}
        self._teachers, self._classes, self._rooms, self._studios, self._links = (_Spans() for _ in range(5))
        self._load: Counter[tuple[str, int, int]] = Counter()
        self._on_day: Counter[tuple[str, str, date]] = Counter()
        self._bells = bells
        self._hours: dict[tuple[str, str, date], tuple[Hour, ...]] = {}
        self._made = 0
        self.tolerance = timedelta(minutes=instance.rules.start_tolerance_minutes)
        self._alike: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self._of_day: dict[date, set[str]] = defaultdict(set)
        self._changed: list[tuple[str, Lesson | None]] = []
        for one in lessons:
            self._replace(one.id, one)
        self._begun = dict(self.lessons)

    # Places and bells

    def hours(self, place: Place, day: date) -> tuple[Hour, ...]:
        """The periods of a place on a school day."""
        key = (type(place).__name__, place.id, day)  # a school may be a lead site too
        if key not in self._hours:
            self._hours[key] = tuple(self._ring(place, day, self.weekday[day]))
        return self._hours[key]

    def hour(self, place: Place, day: date, period: int) -> Hour | None:
        """One of them; None where the day's bells have no such period."""
        hours = self.hours(place, day)
        return hours[period - 1] if period <= len(hours) else None

    def _ring(self, place: Place, day: date, weekday: int) -> Iterator[Hour]:
        for period, bell in enumerate(self._bells(place, day, weekday), 1):
            local = datetime.combine(day, time(bell.start_min // 60, bell.start_min % 60), place.timezone)
            starts_at = local.astimezone(UTC)
            yield Hour((weekday, period), starts_at, starts_at + timedelta(minutes=bell.minutes))

    def day_of(self, place: Place, at: datetime) -> date:
        return at.astimezone(place.timezone).date()

    def meet(self, lead: Hour, starts_at: datetime, ends_at: datetime) -> bool:
        """H11."""
        gap = abs(lead.starts_at - starts_at)
        return gap <= self.tolerance and lead.ends_at - lead.starts_at == ends_at - starts_at

    def site_of(self, teacher: str) -> Place:
        return self.instance.lead_sites[self.instance.teachers[teacher].site]

    def school_of(self, school_class: str) -> Place:
        return self.instance.schools[self.instance.classes[school_class].school]

    # What is free

    def could_lead(self, teacher: str, hour: Hour, extra: int = 0) -> bool:
        """Whether the teacher could give one more lesson then: H5, H6, H7, H9, and nothing has happened.

        `extra` lessons a week more than agreed are allowed.
        """
        one = self.instance.teachers[teacher]
        has_load = self.load_left(teacher, hour.starts_at) + extra > 0
        return hour.slot in one.free and has_load and not self.is_busy(teacher, hour)

    def is_busy(self, teacher: str, hour: Hour) -> bool:
        """Whether the teacher has a lesson then, no studio is free (H6, H9), or something has happened."""
        site, span = self.instance.lead_sites[self.instance.teachers[teacher].site], (hour.starts_at, hour.ends_at)
        return (
            bool(self._teachers.at(teacher, *span))
            or len(self._studios.at(site.id, *span)) >= site.studios
            or any(what.stops_lead(self.instance, teacher, *span) for what in self.happenings)
        )

    def load_left(self, teacher: str, at: datetime) -> int:
        """Lessons that the teacher may still give in the week (H7)."""
        return self.instance.teachers[teacher].max_weekly_lessons - self._load[teacher, *self._week(teacher, at)]

    def still_given(self, lesson: Lesson) -> bool:
        """Whether nothing has happened to who gives the lesson."""
        span = lesson.starts_at, lesson.ends_at
        return not any(what.stops_lead(self.instance, lesson.teacher, *span) for what in self.happenings)

    def could_sit(
        self,
        seat: Seat,
        subject: str,
        promised: Collection[tuple[str, int, datetime]] = (),
        *,
        live: bool = True,
        twice: bool = False,
    ) -> Seat | None:
        """The seat in a room that is free, when the class could have a lesson of the subject then; else None.

        H13, H14, and no second lesson of the subject on that day (H4) but where `twice` allows it. Whether the class is
        open then is not asked. `promised` are rooms of schools that others will have from an instant on.
        """
        span = seat.starts_at, seat.ends_at
        school = self.instance.schools[self.instance.classes[seat.school_class].school]
        if self._classes.at(seat.school_class, *span):
            return None
        if not twice and self.has_that_day(seat, subject):
            return None
        if any(what.stops_class(self.instance, seat.school_class, *span, live=live) for what in self.happenings):
            return None
        taken = {mark for _, _, mark in self._rooms.at(school.id, *span)}
        taken |= {room for own, room, at in promised if own == school.id and at == seat.starts_at}
        rooms = [seat.room, *range(1, school.remote_rooms + 1)]
        return next((replace(seat, room=room) for room in rooms if room not in taken), None)

    def has_that_day(self, seat: Seat, subject: str) -> bool:
        """Whether the class has a lesson of the subject on the day."""
        day = self.day_of(self.school_of(seat.school_class), seat.starts_at)
        return self._on_day[seat.school_class, subject, day] > 0

    def link_carries(self, seats: Iterable[Seat], starts_at: datetime, ends_at: datetime) -> bool:
        """H15, for classes that would all receive a lesson given then."""
        counties = Counter(self._county(seat.school_class) for seat in seats)
        return all(self._link_left(county, starts_at, ends_at) >= many for county, many in counties.items())

    def _link_left(self, county: str, starts_at: datetime, ends_at: datetime) -> int:
        there = self._links.at(county, starts_at, ends_at)
        instants = [starts_at, *(begun for begun, _, _ in there if begun > starts_at)]
        most = max(sum(begun <= at < ended for begun, ended, _ in there) for at in instants)
        return self.instance.counties[county].max_concurrent - most

    def _county(self, school_class: str) -> str:
        return self.instance.schools[self.instance.classes[school_class].school].county

    def _week(self, teacher: str, at: datetime) -> tuple[int, int]:
        year, week, _ = self.day_of(self.site_of(teacher), at).isocalendar()
        return year, week

    def reaches(self, teacher: str, school_class: str) -> bool:
        """H10."""
        site = self.instance.lead_sites[self.instance.teachers[teacher].site]
        return site.reaches(self.instance.counties[self._county(school_class)])

    # Changes

    def take_out(self, lesson: Lesson, seats: Iterable[Seat]) -> None:
        """These classes are not in the lesson; when none is left, it is not given."""
        gone = {seat.id for seat in seats}
        self._write(replace(lesson, seats=tuple(seat for seat in lesson.seats if seat.id not in gone)))

    def mark(self) -> tuple[int, int]:
        """Where `rewind` comes back to."""
        return len(self._changed), self._made

    def rewind(self, mark: tuple[int, int]) -> None:
        """All lessons are as they were at the mark."""
        while len(self._changed) > mark[0]:
            own, was = self._changed.pop()
            self._replace(own, was)
        self._made = mark[1]

    def is_untouched(self, lesson: Lesson) -> bool:
        """Whether the lesson is as it was at the beginning."""
        return self._begun.get(lesson.id) == lesson

    def around(self, at: datetime) -> list[Lesson]:
        """The lessons that begin on the day (UTC), in a fixed order."""
        return [self.lessons[own] for own in sorted(self._of_day[at.date()])]

    def alike(self, lesson: Lesson) -> list[Lesson]:
        """Other lessons given live of the subject and level, those made since too."""
        kind = (lesson.subject, lesson.level)
        return [self.lessons[own] for own in self._alike.get(kind, ()) if own != lesson.id]

    def make(self, move: Move) -> None:
        """The move of classes that have been taken out."""
        if move.how == CANCEL:
            return
        if move.into:
            into = self.lessons[move.into]
            self._write(replace(into, seats=(*into.seats, *move.seats)))
            return
        self._made += 1
        self._write(
            Lesson(
                id=f"new-{self._made}",
                teacher=move.teacher,
                subject=move.lesson.subject,
                level=move.lesson.level,
                starts_at=move.starts_at,
                ends_at=move.ends_at,
                seats=move.seats,
                live=move.how != RECORDING,
            )
        )

    def _write(self, lesson: Lesson) -> None:
        self._changed.append((lesson.id, self.lessons.get(lesson.id)))
        self._replace(lesson.id, lesson if lesson.seats else None)

    def _replace(self, own: str, lesson: Lesson | None) -> None:
        if own in self.lessons:
            self._count(self.lessons.pop(own), add=False)
        if lesson is not None:
            self.lessons[own] = lesson
            self._count(lesson, add=True)

    def _count(self, lesson: Lesson, *, add: bool) -> None:
        one, span = (1 if add else -1), (lesson.starts_at, lesson.ends_at)
        (self._of_day[lesson.starts_at.date()].add if add else self._of_day[lesson.starts_at.date()].remove)(lesson.id)
        if lesson.live:
            there = self._alike[lesson.subject, lesson.level]
            there.__setitem__(lesson.id, None) if add else there.pop(lesson.id)
            self._teachers.change(lesson.teacher, *span, 0, add=add)
            self._studios.change(self.instance.teachers[lesson.teacher].site, *span, 0, add=add)
            if not lesson.fixed:
                self._load[lesson.teacher, *self._week(lesson.teacher, lesson.starts_at)] += one
        for seat in lesson.seats:
            own = seat.starts_at, seat.ends_at
            school = self.school_of(seat.school_class)
            self._classes.change(seat.school_class, *own, 0, add=add)
            self._rooms.change(school.id, *own, seat.room, add=add)
            self._on_day[seat.school_class, lesson.subject, self.day_of(school, seat.starts_at)] += one
            if lesson.live:
                self._links.change(self._county(seat.school_class), *span, 0, add=add)
