from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from lms.core.ids import uuid7
from lms.records.projection import State, apply
from lms.records.types import Event

LESSON = UUID(int=1)
START = datetime(2026, 11, 1, tzinfo=UTC)


def played(minute: int, position_s: float, duration_s: float = 100) -> Event:
    data = {"position_s": position_s, "duration_s": duration_s}
    return Event(uuid7(), "lesson_played", LESSON, START + timedelta(minutes=minute), data)


def completed(minute: int) -> Event:
    return Event(uuid7(), "lesson_completed", LESSON, START + timedelta(minutes=minute))


events = st.lists(
    st.one_of(
        st.builds(played, st.integers(0, 1000), st.floats(0, 100)),
        st.builds(completed, st.integers(0, 1000)),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda event: event.at,
)


def test_position_is_that_of_the_latest_event_and_fraction_the_furthest() -> None:
    state = apply(State(), [played(1, 60), played(3, 10), played(2, 80)])
    assert state.position_s == 10
    assert state.fraction == 0.8
    assert state.completed_at is None


def test_nearly_all_of_a_lesson_completes_it() -> None:
    state = apply(State(), [played(1, 96)])
    assert state.completed_at == START + timedelta(minutes=1)
    assert state.fraction == 1.0


def test_a_second_look_does_not_undo_a_completion() -> None:
    state = apply(State(), [completed(1), played(5, 3)])
    assert state.fraction == 1.0
    assert state.completed_at == START + timedelta(minutes=1)
    assert state.position_s == 3


@given(events, st.randoms())
def test_the_order_of_arrival_does_not_matter(batch: list[Event], random: st.DataObject) -> None:
    shuffled = list(batch)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = apply(State(), batch), apply(State(), shuffled)
    assert (one.position_s, one.fraction, one.completed_at) == (other.position_s, other.fraction, other.completed_at)


@given(events)
def test_repetition_is_harmless(batch: list[Event]) -> None:
    once = apply(State(), batch)
    assert apply(once, batch) == once
