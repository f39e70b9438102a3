"""What can be done about lessons that cannot be held as planned, ranked by least change.

Another teacher at the same time changes least, then the lesson at another time, the sooner the better, then its
recording; no lesson is the last resort.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

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
MOST_ALONE = 40
"""Of so many lessons, the first ones, each is looked at alone as well; when there are more, none makes room."""
MOST_TRIED = 200
"""So many ways to make room for a lesson are looked at."""

Propose = Callable[[Diary, Lesson, tuple[Seat, ...], datetime], Iterator[tuple[Move, ...]]]
"""Moves that are made together: the first is of the lesson's classes, those behind it make room."""


def find(diary: Diary, happening: Happening, now: datetime) -> Found:
    """What the happening, one of the diary's, takes away from `now` on, and what can be done about it."""
    concerned = list(_concerned(diary, happening))
    if not concerned:
        return Found((), ())
    troubles = [_trouble(diary, lesson, seats, now) for lesson, seats in concerned[:MOST_ALONE]]
    troubles += [Trouble(lesson, seats, ()) for lesson, seats in concerned[MOST_ALONE:]]
    few = len(concerned) <= MOST_ALONE
    kinds = [[one for one in proposals if few or one is not making_room] for proposals in WAYS]
    ways = [_together(diary, concerned, proposals, now) for proposals in kinds]
    ways += troubles[0].fixes if len(troubles) == 1 else ()
    ways.sort(key=lambda one: (-one.covers, one.cost))
    if happening.instead:
        first: Propose = partial(on_the_day, happening.instead)
        ways.insert(0, _together(diary, concerned, (first, *kinds[1]), now))
    return Found(tuple(troubles), tuple({one.key: one for one in ways}.values()))


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
    mark = diary.mark()
    diary.take_out(lesson, seats)
    fixes: list[tuple[Move, ...]] = []
    for propose in (substitutes, other_times):
        fixes += sorted(propose(diary, lesson, seats, now), key=_preference)[:MOST_OF_A_KIND]
    if not fixes:
        fixes += [*twice_a_day(diary, lesson, seats, now), *making_room(diary, lesson, seats, now)][:MOST_OF_A_KIND]
    fixes += [*recordings(diary, lesson, seats, now), *cancelled(diary, lesson, seats, now)]
    diary.rewind(mark)
    return Trouble(lesson, seats, tuple(Fix(one) for one in sorted(fixes, key=_preference)))


def _preference(moves: tuple[Move, ...]) -> tuple[object, ...]:
    """The better moves come first: for more classes, then with less change for each of them."""
    first = moves[0]
    cost = sum(one.cost for one in moves)
    return (-len(first.seats), cost, not first.into, first.starts_at, first.teacher, first.into)


def _together(
    diary: Diary, concerned: Sequence[tuple[Lesson, tuple[Seat, ...]]], proposals: Sequence[Propose], now: datetime
) -> Fix:
    """A fix for all: for each lesson in turn the best moves of the first kind that has some, until no class is left."""
    mark = diary.mark()
    for lesson, seats in concerned:
        diary.take_out(lesson, seats)
    made: list[Move] = []
    for lesson, seats in concerned:
        left = seats
        for propose in proposals:
            while left and (best := min(propose(diary, lesson, left, now), key=_preference, default=())):
                for one in best[1:]:
                    diary.take_out(diary.lessons[one.lesson.id], one.seats)
                for one in best:
                    diary.make(one)
                made += best
                done = {seat.id for seat in best[0].seats}
                left = tuple(seat for seat in left if seat.id not in done)
    diary.rewind(mark)
    return Fix(tuple(made))


def substitutes(diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime) -> Iterator[tuple[Move, ...]]:
    """Other teachers for these classes, who have been taken out of the lesson, at the time they are there."""
    if lesson.starts_at <= now:
        return
    for into in _alike(diary, lesson):
        if into.teacher != lesson.teacher or into.starts_at != lesson.starts_at:
            yield from _joined(diary, lesson, into, seats, SUBSTITUTE)
    day = diary.day_of(diary.site_of(lesson.teacher), lesson.starts_at)
    if day not in diary.weekday:  # it became a holiday since
        return
    for teacher in _teachers(diary, lesson):
        if teacher == lesson.teacher:
            continue
        for hour in diary.hours(diary.site_of(teacher), day):
            coming = _meeting(diary, seats, hour)
            if coming and diary.could_lead(teacher, hour):
                yield from _given(diary, lesson, teacher, hour, coming, SUBSTITUTE)


def on_the_day(
    day: date, diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime
) -> Iterator[tuple[Move, ...]]:
    """The lesson as it is, on a day that has the lessons of the lesson's weekday."""
    site = diary.site_of(lesson.teacher)
    later = timedelta(days=(day - diary.day_of(site, lesson.starts_at)).days)
    lead = Hour((0, 0), lesson.starts_at + later, lesson.ends_at + later)
    if lead.starts_at <= now or diary.is_busy(lesson.teacher, lead):
        return
    own = [replace(one, starts_at=one.starts_at + later, ends_at=one.ends_at + later) for one in seats]
    if there := _seated(diary, lesson, lesson.teacher, lead, own, len(seats), False):
        yield (Move(MAKE_UP, lesson, there, lesson.teacher, lead.starts_at, lead.ends_at),)


def other_times(
    diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime, twice: bool = False
) -> Iterator[tuple[Move, ...]]:
    """Times within WITHIN_DAYS school days at which the classes, taken out, are open and meet a teacher who is free."""
    days = _days(diary, lesson)
    own = [one for seat in seats for one in _own_times(diary, seat, days)]
    for into in _alike(diary, lesson):
        if into.starts_at > now and diary.day_of(diary.site_of(into.teacher), into.starts_at) in days:
            lead = Hour((0, 0), into.starts_at, into.ends_at)
            yield from _joined(diary, lesson, into, _meeting(diary, own, lead), MAKE_UP, twice)
    for teacher in _teachers(diary, lesson):
        for day in days:
            for hour in diary.hours(diary.site_of(teacher), day):
                if hour.starts_at <= now or not (coming := _meeting(diary, own, hour)):
                    continue
                if diary.could_lead(teacher, hour, EXTRA):
                    yield from _given(diary, lesson, teacher, hour, coming, MAKE_UP, twice)


def twice_a_day(diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime) -> Iterator[tuple[Move, ...]]:
    """Such times on days on which the classes have the subject already."""
    yield from other_times(diary, lesson, seats, now, twice=True)


def making_room(diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime) -> Iterator[tuple[Move, ...]]:
    """Such times that are free once one other lesson, to which nothing has happened, is held at another time itself."""
    tried = 0
    for seat in seats:
        for teacher, hour, own, other, theirs in _in_the_way(diary, lesson, seat, now):
            tried += 1
            if tried > MOST_TRIED:
                return
            mark = diary.mark()
            diary.take_out(other, theirs)
            free = diary.could_lead(teacher, hour, EXTRA)
            first = next(_given(diary, lesson, teacher, hour, [own], MAKE_UP, True), ()) if free else ()
            shifts = _shifted(diary, first, other, theirs, now) if first else None
            diary.rewind(mark)
            if shifts is not None:
                yield (*first, *shifts)


def _in_the_way(
    diary: Diary, lesson: Lesson, seat: Seat, now: datetime
) -> Iterator[tuple[str, Hour, Seat, Lesson, tuple[Seat, ...]]]:
    """Teachers with times of theirs and of the class that meet, and a lesson then with those whose going might help."""
    school, days = diary.school_of(seat.school_class), _days(diary, lesson)
    own_times = list(_own_times(diary, seat, days))
    for teacher in _teachers(diary, lesson):
        if not diary.reaches(teacher, seat.school_class):
            continue
        for day in days:
            for hour in diary.hours(diary.site_of(teacher), day):
                if hour.starts_at <= now or hour.slot not in diary.instance.teachers[teacher].free:
                    continue
                for own in _meeting(diary, own_times, hour):
                    for other in diary.around(hour.starts_at):
                        if not diary.is_untouched(other) or other.starts_at <= now or other.fixed:
                            continue
                        if (
                            other.teacher == teacher
                            and other.starts_at < hour.ends_at
                            and hour.starts_at < other.ends_at
                        ):
                            yield teacher, hour, own, other, other.seats
                            continue
                        for theirs in other.seats:
                            here = diary.school_of(theirs.school_class).id == school.id
                            if here and theirs.starts_at < own.ends_at and own.starts_at < theirs.ends_at:
                                yield teacher, hour, own, other, (theirs,)


def _shifted(
    diary: Diary, first: tuple[Move, ...], other: Lesson, seats: tuple[Seat, ...], now: datetime
) -> tuple[Move, ...] | None:
    """Other times for all of these classes, with the first move made; None when there are not."""
    for one in first:
        diary.make(one)
    moves: list[Move] = []
    left = seats
    while left:
        best = min(other_times(diary, other, left, now), key=_preference, default=())
        best = best or min(twice_a_day(diary, other, left, now), key=_preference, default=())
        if not best:
            return None
        diary.make(best[0])
        moves.append(replace(best[0], shift=True))
        done = {seat.id for seat in best[0].seats}
        left = tuple(seat for seat in left if seat.id not in done)
    return tuple(moves)


def recordings(diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime) -> Iterator[tuple[Move, ...]]:
    """The lesson's recording, for the classes that may come at their own time, or else for each at the next it may."""
    if lesson.starts_at > now and (there := _watching(diary, lesson, seats)):
        yield (Move(RECORDING, lesson, there, lesson.teacher, lesson.starts_at, lesson.ends_at),)
        return
    days = _days(diary, lesson)
    for seat in seats:
        at = (one for one in _own_times(diary, seat, days) if one.starts_at > now)
        found = next((there for one in at if (there := _watching(diary, lesson, [one]))), None)
        if found:
            yield (Move(RECORDING, lesson, found, lesson.teacher, found[0].starts_at, found[0].ends_at),)


def _watching(diary: Diary, lesson: Lesson, seats: Iterable[Seat]) -> tuple[Seat, ...]:
    """Those of the classes that could watch then, each in a room."""
    there: list[Seat] = []
    for seat in seats:
        rooms = {(diary.school_of(one.school_class).id, one.room, one.starts_at) for one in there}
        if found := diary.could_sit(seat, lesson.subject, rooms, live=False):
            there.append(found)
    return tuple(there)


def cancelled(diary: Diary, lesson: Lesson, seats: tuple[Seat, ...], now: datetime) -> Iterator[tuple[Move, ...]]:
    yield (Move(CANCEL, lesson, seats, lesson.teacher, lesson.starts_at, lesson.ends_at),)


WAYS: tuple[tuple[Propose, ...], ...] = (
    (substitutes, other_times, twice_a_day, making_room, recordings, cancelled),
    (other_times, twice_a_day, making_room, recordings, cancelled),
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


def _meeting(diary: Diary, own_times: Iterable[Seat], lead: Hour) -> list[Seat]:
    """Those of the classes' own times that meet the lead's."""
    return [one for one in own_times if diary.meet(lead, one.starts_at, one.ends_at)]


def _joined(
    diary: Diary, lesson: Lesson, into: Lesson, seats: Iterable[Seat], how: str, twice: bool = False
) -> Iterator[tuple[Move, ...]]:
    lead = Hour((0, 0), into.starts_at, into.ends_at)
    left = diary.instance.teachers[into.teacher].max_receivers - len(into.seats)
    known = {seat.school_class for seat in into.seats}
    coming = [
        seat for seat in seats if seat.school_class not in known and diary.meet(lead, seat.starts_at, seat.ends_at)
    ]
    if there := _seated(diary, lesson, into.teacher, lead, coming, left, twice):
        twice = any(diary.has_that_day(seat, lesson.subject) for seat in there)
        yield (Move(how, lesson, there, into.teacher, into.starts_at, into.ends_at, into.id, twice=twice),)


def _given(
    diary: Diary, lesson: Lesson, teacher: str, hour: Hour, seats: Iterable[Seat], how: str, twice: bool = False
) -> Iterator[tuple[Move, ...]]:
    most = diary.instance.teachers[teacher].max_receivers
    if there := _seated(diary, lesson, teacher, hour, seats, most, twice):
        extra = diary.load_left(teacher, hour.starts_at) <= 0
        twice = any(diary.has_that_day(seat, lesson.subject) for seat in there)
        yield (Move(how, lesson, there, teacher, hour.starts_at, hour.ends_at, extra=extra, twice=twice),)


def _seated(
    diary: Diary, lesson: Lesson, teacher: str, lead: Hour, seats: Iterable[Seat], most: int, twice: bool
) -> tuple[Seat, ...]:
    """As many of the classes as may come together, up to `most`: rooms, links and the site's reach are kept."""
    there: dict[str, Seat] = {}
    rooms: set[tuple[str, int, datetime]] = set()
    for seat in seats:
        if len(there) >= most or seat.id in there or not diary.reaches(teacher, seat.school_class):
            continue
        found = diary.could_sit(seat, lesson.subject, rooms, twice=twice)
        if found and diary.link_carries([*there.values(), found], lead.starts_at, lead.ends_at):
            there[seat.id] = found
            rooms.add((diary.school_of(seat.school_class).id, found.room, found.starts_at))
    return tuple(there.values())
