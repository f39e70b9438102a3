"""Two timetables of the same requests, side by side: who gains, who loses, whose lessons are at other times."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.schools.scheduling.repairs import Lesson, lessons_of
from lms.schools.scheduling.types import Stream


@dataclass(frozen=True)
class Difference:
    """A request whose lessons are not the same: those of either timetable, none where it is left out."""

    request: str
    before: frozenset[Lesson]
    after: frozenset[Lesson]

    @property
    def moved(self) -> int:
        """Lessons that are in both, at another time or with another teacher."""
        return min(len(self.before), len(self.after), len(self.before - self.after))


@dataclass(frozen=True)
class Comparison:
    """`same` lessons are in both as they are; the differences are by request."""

    same: int
    differences: tuple[Difference, ...]

    @property
    def gained(self) -> tuple[Difference, ...]:
        return tuple(one for one in self.differences if not one.before)

    @property
    def lost(self) -> tuple[Difference, ...]:
        return tuple(one for one in self.differences if not one.after)

    @property
    def moved(self) -> tuple[Difference, ...]:
        return tuple(one for one in self.differences if one.before and one.after)


def compare(before: Iterable[Stream], after: Iterable[Stream]) -> Comparison:
    """What is different in `after`."""
    was, now = _by_request(before), _by_request(after)
    none: frozenset[Lesson] = frozenset()
    pairs = [(own, was.get(own, none), now.get(own, none)) for own in sorted(was.keys() | now.keys())]
    return Comparison(
        sum(len(one & other) for _, one, other in pairs),
        tuple(Difference(own, one, other) for own, one, other in pairs if one != other),
    )


def _by_request(streams: Iterable[Stream]) -> Mapping[str, frozenset[Lesson]]:
    return {one.request: lessons_of(stream, one) for stream in streams for one in stream.receivers}
