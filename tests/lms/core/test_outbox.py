from collections.abc import Iterator, Mapping
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from lms.core import outbox
from lms.core.clock import now
from lms.core.models import OutboxEvent

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=1)


class Follower:
    """A handler that notes what it was told, and fails while it is broken."""

    def __init__(self) -> None:
        self.told: list[UUID] = []
        self.broken = False
        self.also: UUID | None = None

    def __call__(self, subject: UUID) -> None:
        self.told.append(subject)
        if self.also:
            outbox.enqueue(topic="tests", subject=self.also)
            self.also = None
        if self.broken:
            OutboxEvent.objects.create(topic="undone", subject=subject, created_at=now(), not_before=now())
            raise ConnectionError("the index is away")


@pytest.fixture
def follower() -> Iterator[Follower]:
    follower = Follower()
    outbox.register("tests", follower)
    yield follower
    outbox._handlers.pop("tests")


def test_events_are_handled_in_order_and_then_gone(follower: Follower) -> None:
    first, second = uuid4(), uuid4()
    outbox.enqueue(topic="tests", subject=first)
    outbox.enqueue(topic="tests", subject=second)
    while outbox.handle_next(now=now()):
        pass
    assert follower.told == [first, second]
    assert outbox.waiting(topic="tests") == 0


def test_a_subject_that_changes_many_times_is_read_once(follower: Follower) -> None:
    subject = uuid4()
    for _ in range(5):
        outbox.enqueue(topic="tests", subject=subject)
    assert outbox.waiting(topic="tests") == 1


def test_a_change_while_its_subject_is_being_handled_is_not_lost(follower: Follower) -> None:
    follower.also = subject = uuid4()
    outbox.enqueue(topic="tests", subject=subject)
    while outbox.handle_next(now=now()):
        pass
    assert follower.told == [subject, subject]


def test_a_handler_that_fails_undoes_its_changes_and_is_tried_again_later(follower: Follower) -> None:
    subject = uuid4()
    outbox.enqueue(topic="tests", subject=subject)
    follower.broken = True
    with pytest.raises(ConnectionError):
        outbox.handle_next(now=now())
    assert not OutboxEvent.objects.filter(topic="undone").exists()
    assert not outbox.handle_next(now=now())
    follower.broken = False
    assert outbox.handle_next(now=now() + LATER)
    assert outbox.waiting(topic="tests") == 0


def test_one_event_that_fails_does_not_hold_up_the_others(follower: Follower) -> None:
    outbox.enqueue(topic="tests", subject=uuid4())
    follower.broken = True
    with pytest.raises(ConnectionError):
        outbox.handle_next(now=now())
    follower.broken = False
    other = uuid4()
    outbox.enqueue(topic="tests", subject=other)
    assert outbox.handle_next(now=now())
    assert follower.told[-1] == other


def test_what_always_fails_is_parked_for_an_operator(follower: Follower) -> None:
    outbox.enqueue(topic="tests", subject=uuid4())
    follower.broken = True
    moment = now()
    for _ in range(outbox.MAX_ATTEMPTS):
        moment += LATER
        with pytest.raises(ConnectionError):
            outbox.handle_next(now=moment)
    assert not outbox.handle_next(now=moment + LATER)
    assert outbox.waiting(topic="tests") == 0
    assert OutboxEvent.objects.get(topic="tests").parked


def test_events_nobody_here_follows_are_left_for_those_who_do() -> None:
    outbox.enqueue(topic="unknown", subject=uuid4())
    assert not outbox.handle_next(now=now())
    assert outbox.waiting(topic="unknown") == 1


class Batches:
    """A batch handler that notes what it was told, fails for some, and may be away."""

    def __init__(self) -> None:
        self.told: list[dict[UUID, int]] = []
        self.failing: set[UUID] = set()
        self.away = False

    def __call__(self, changes: Mapping[UUID, int]) -> set[UUID]:
        if self.away:
            raise outbox.Away("no connection")
        self.told.append(dict(changes))
        return self.failing & changes.keys()


@pytest.fixture
def batches() -> Iterator[Batches]:
    batches = Batches()
    outbox.register_batch("batches", batches)
    yield batches
    outbox._batch_handlers.pop("batches")
    outbox._paused_until.clear()


def test_many_events_are_handed_on_at_once_with_their_places(batches: Batches) -> None:
    first, second = uuid4(), uuid4()
    outbox.enqueue(topic="batches", subject=first)
    outbox.enqueue(topic="batches", subject=second)
    while outbox.handle_next(now=now()):
        pass
    ((one, two),) = (told.items() for told in batches.told)
    assert (one[0], two[0]) == (first, second)
    assert one[1] < two[1]
    assert outbox.waiting(topic="batches") == 0


def test_of_a_batch_only_what_failed_is_tried_again(batches: Batches) -> None:
    good, bad = uuid4(), uuid4()
    for subject in (good, bad):
        outbox.enqueue(topic="batches", subject=subject)
    batches.failing = {bad}
    assert outbox.handle_next(now=now())
    assert outbox.subjects(topics=["batches"]) == {bad}
    assert not outbox.handle_next(now=now())
    batches.failing = set()
    assert outbox.handle_next(now=now() + LATER)
    assert outbox.waiting(topic="batches") == 0


def test_events_for_what_is_away_wait_uncounted_and_do_not_hold_up_others(batches: Batches, follower: Follower) -> None:
    batches.away = True
    outbox.enqueue(topic="batches", subject=uuid4())
    for _ in range(2 * outbox.MAX_ATTEMPTS):
        outbox._paused_until.clear()
        assert outbox.handle_next(now=now())
    outbox.enqueue(topic="tests", subject=uuid4())
    assert outbox.handle_next(now=now())
    assert len(follower.told) == 1
    assert not outbox.handle_next(now=now())
    assert (outbox.waiting(topic="batches"), outbox.parked(topic="batches")) == (1, 0)
    batches.away = False
    outbox._paused_until.clear()
    assert outbox.handle_next(now=now())
    assert outbox.waiting(topic="batches") == 0


def test_an_event_written_by_a_machine_whose_clock_is_ahead_is_handled_at_once(follower: Follower) -> None:
    outbox.enqueue(topic="tests", subject=uuid4())
    assert outbox.handle_next(now=now() - timedelta(seconds=60))
    assert len(follower.told) == 1
