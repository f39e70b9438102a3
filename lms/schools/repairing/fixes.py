"""What can be done about lessons that cannot be held as planned, ranked by least change.

A lesson held live is better than its recording, and that better than none. Among those live, fewest classes have to
come at another time, then fewest have another teacher, then the soonest comes first.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from lms.schools.repairing.diary import EXTRA, Diary, Hour
from lms.schools.repairing.types import (
    CANCEL,
    MAKE_UP,
    RECORDING,
    SUBSTITUTE,
    Fix,
    Found,
    Happening,
    Lesson,
    Move,
    Seat,
    Trouble,
)

WITHIN_DAYS = 5
"""A lesson is made up within so many school days after its own."""
MOST_OF_A_KIND = 3
"""So many substitutes, and so many other times, are shown for a lesson."""

Propose = Callable[[Diary, Lesson, tuple[Seat, ...], datetime], Iterator[Move]]


def find(diary: Diary, happening: Happening, now: datetime) -> Found:
    """What the happening, one of the diary's, takes away from `now` on, and what can be done about it."""
    concerned = list(_concerned(diary, happening))
    troubles = tuple(_trouble(diary, lesson, seats, now) for lesson, seats in concerned)
    ways = [_together(diary, concerned, proposals, now) for proposals in WAYS] if concerned else []
    if len(troubles) == 1:
        ways += troubles[0].fixes
    different = {one.key: one for one in ways}
    return Found(troubles, tuple(sorted(different.values(), key=lambda one: (-one.covers, one.rank))))


def _concerned(diary: Diary, happening: Happening) -> Iterator[tuple[Lesson, tuple[Seat, ...]]]:
    """The lessons, in the order of time, with their classes that cannot have them as planned."""
    instance = diary.instance
    for lesson in sorted(diary.lessons.values(), key=lambda one: (one.starts_at, one.id)):
        no_lead = lesson.live and happening.stops_lead(instance, lesson.teacher, lesson.starts_at, lesson.ends_at)
        seats = tuple(
            seat
            for seat in lesson.seats
            if not seat.held
            and (
                no_lead
                or happening.stops_class(instance, seat.school_class, seat.starts_at, seat.ends_at, live=lesson.live)
            )
        )
        if seats:
            yield lesson, seats


def _trouble(diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime) -> Trouble:
    diary.take_out(lesson, seats)
    fixes: list[Move] = []
    for propose in (substitutes, other_times):
        fixes += sorted(propose(diary, lesson, seats, now), key=_preference)[:MOST_OF_A_KIND]
    fixes += [*recordings(diary, lesson, seats, now), *cancelled(diary, lesson, seats, now)]
    diary.put_back(lesson)
    return Trouble(lesson, seats, tuple(Fix((one,)) for one in sorted(fixes, key=_preference)))


def _preference(move: Move) -> tuple[object, ...]:
    """The better move comes first: for more classes, then with less change for each of them."""
    return (-len(move.seats), move.rank, not move.into, move.starts_at, move.teacher, move.into)


def _together(
    diary: Diary, concerned: Sequence[tuple[Lesson, tuple[Seat, ...]]], proposals: Sequence[Propose], now: datetime
) -> Fix:
    """A fix for all: for each lesson in turn the best move of the first kind that has one, until no class is left."""
    for lesson, seats in concerned:
        diary.take_out(lesson, seats)
    moves: list[Move] = []
    for lesson, seats in concerned:
        left = seats
        for propose in proposals:
            while left and (best := min(propose(diary, lesson, left, now), key=_preference, default=None)):
                diary.make(best)
                moves.append(best)
                done = {seat.id for seat in best.seats}
                left = tuple(seat for seat in left if seat.id not in done)
    diary.restore()
    return Fix(tuple(moves))


def substitutes(diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime) -> Iterator[Move]:
    """Other teachers for these classes, who have been taken out of the lesson, at the time they are there."""
    if lesson.starts_at <= now:
        return
    for into in _alike(diary, lesson):
        if into.teacher != lesson.teacher or into.starts_at != lesson.starts_at:
            yield from _joined(diary, lesson, into, seats, SUBSTITUTE)
    day = diary.day_of(diary.site_of(lesson.teacher), lesson.starts_at)
    for teacher in _teachers(diary, lesson):
        if teacher == lesson.teacher:
            continue
        for hour in diary.hours(diary.site_of(teacher), day):
            if any(diary.meet(hour, seat.starts_at, seat.ends_at) for seat in seats) and diary.could_lead(
                teacher, hour
            ):
                coming = (seat for seat in seats if diary.meet(hour, seat.starts_at, seat.ends_at))
                yield from _given(diary, lesson, teacher, hour, coming, SUBSTITUTE)


def other_times(diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime) -> Iterator[Move]:
    """Times within WITHIN_DAYS school days at which the classes, taken out, are open and meet a teacher who is free."""
    days = _days(diary, lesson)
    for into in _alike(diary, lesson):
        if into.starts_at > now and diary.day_of(diary.site_of(into.teacher), into.starts_at) in days:
            lead = Hour((0, 0), into.starts_at, into.ends_at)
            yield from _joined(diary, lesson, into, _meeting(diary, seats, lead, days), MAKE_UP)
    for teacher in _teachers(diary, lesson):
        for day in days:
            for hour in diary.hours(diary.site_of(teacher), day):
                if hour.starts_at > now and diary.could_lead(teacher, hour, EXTRA):
                    coming = _meeting(diary, seats, hour, [day])
                    yield from _given(diary, lesson, teacher, hour, coming, MAKE_UP)


def recordings(diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime) -> Iterator[Move]:
    """The lesson's recording, for the classes that may come at their own time, or else for each at the next it may."""
    if lesson.starts_at > now and (there := _watching(diary, lesson, seats)):
        yield Move(RECORDING, lesson, there, lesson.teacher, lesson.starts_at, lesson.ends_at)
        return
    days = _days(diary, lesson)
    for seat in seats:
        at = (one for one in _own_times(diary, seat, days) if one.starts_at > now)
        found = next((there for one in at if (there := _watching(diary, lesson, [one]))), None)
        if found:
            yield Move(RECORDING, lesson, found, lesson.teacher, found[0].starts_at, found[0].ends_at)


def _watching(diary: Diary, lesson: Lesson, seats: Iterable[Seat]) -> tuple[Seat, ...]:
    """Those of the classes that could watch then, each in a room."""
    there: list[Seat] = []
    for seat in seats:
        rooms = {(diary.school_of(one.school_class).id, one.room, one.starts_at) for one in there}
        if found := diary.could_sit(seat, lesson.subject, rooms, live=False):
            there.append(found)
    return tuple(there)


def cancelled(diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime) -> Iterator[Move]:
    yield Move(CANCEL, lesson, seats, lesson.teacher, lesson.starts_at, lesson.ends_at)


WAYS: tuple[tuple[Propose, ...], ...] = (
    (substitutes, other_times, recordings, cancelled),
    (other_times, recordings, cancelled),
    (recordings, cancelled),
    (cancelled,),
)
"""What is proposed for all lessons together, in the order in which it is tried for each."""


def _teachers(diary: Diary, lesson: Lesson) -> Iterator[str]:
    """Who teaches the subject at the level."""
    for one in diary.instance.teachers.values():
        if one.subject == lesson.subject and lesson.level in one.levels:
            yield one.id


def _alike(diary: Diary, lesson: Lesson) -> list[Lesson]:
    """Lessons of the subject and level that are given live, and that others may join (H8)."""
    return [
        one
        for one in diary.alike(lesson)
        if len(one.seats) < diary.instance.teachers[one.teacher].max_receivers and diary.still_given(one)
    ]


def _days(diary: Diary, lesson: Lesson) -> list[date]:
    """The lesson's day, as far as it is a school day, and those within which it is made up."""
    own = diary.day_of(diary.site_of(lesson.teacher), lesson.starts_at)
    days = [day for day, _ in diary.days if day >= own]
    return days[: WITHIN_DAYS + (own in diary.weekday)]


def _own_times(diary: Diary, seat: Seat, days: Iterable[date]) -> Iterator[Seat]:
    """The class at the other times at which it is open on these days."""
    school, opened = diary.school_of(seat.school_class), diary.instance.classes[seat.school_class].open
    for day in days:
        for hour in diary.hours(school, day):
            if hour.slot in opened and hour.starts_at != seat.starts_at:
                yield replace(seat, starts_at=hour.starts_at, ends_at=hour.ends_at)


def _meeting(diary: Diary, seats: Iterable[Seat], lead: Hour, days: Iterable[date]) -> list[Seat]:
    """The classes at those of these times that meet the lead's."""
    days = list(days)
    own = (one for seat in seats for one in _own_times(diary, seat, days))
    return [one for one in own if diary.meet(lead, one.starts_at, one.ends_at)]


def _joined(diary: Diary, lesson: Lesson, into: Lesson, seats: Iterable[Seat], how: str) -> Iterator[Move]:
    lead = Hour((0, 0), into.starts_at, into.ends_at)
    left = diary.instance.teachers[into.teacher].max_receivers - len(into.seats)
    known = {seat.school_class for seat in into.seats}
    coming = [
        seat for seat in seats if seat.school_class not in known and diary.meet(lead, seat.starts_at, seat.ends_at)
    ]
    if there := _seated(diary, lesson, into.teacher, lead, coming, left):
        yield Move(how, lesson, there, into.teacher, into.starts_at, into.ends_at, into.id)


def _given(diary: Diary, lesson: Lesson, teacher: str, hour: Hour, seats: Iterable[Seat], how: str) -> Iterator[Move]:
    most = diary.instance.teachers[teacher].max_receivers
    if there := _seated(diary, lesson, teacher, hour, seats, most):
        extra = diary.load_left(teacher, hour.starts_at) <= 0
        yield Move(how, lesson, there, teacher, hour.starts_at, hour.ends_at, extra=extra)


def _seated(
    diary: Diary, lesson: Lesson, teacher: str, lead: Hour, seats: Iterable[Seat], most: int
) -> tuple[Seat, ...]:
    """As many of the classes as may come together, up to `most`: rooms, links and the site's reach are kept."""
    there: dict[str, Seat] = {}
    rooms: set[tuple[str, int, datetime]] = set()
    for seat in seats:
        if len(there) >= most or seat.id in there or not diary.reaches(teacher, seat.school_class):
            continue
        found = diary.could_sit(seat, lesson.subject, rooms)
        if found and diary.link_carries([*there.values(), found], lead.starts_at, lead.ends_at):
            there[seat.id] = found
            rooms.add((diary.school_of(seat.school_class).id, found.room, found.starts_at))
    return tuple(there.values())
