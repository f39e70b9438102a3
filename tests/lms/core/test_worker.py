import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.management import call_command

from lms.core import work
from lms.core.management.commands import worker


@pytest.fixture(autouse=True)
def _no_work_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "_sources", {})
    monkeypatch.setattr(work, "_pending", {})
    monkeypatch.setattr(worker, "PAUSE_S", 0.01)
    monkeypatch.setattr(worker, "PAUSE_AFTER_FAILURE_S", 0.01)


class Pile:
    """Work that is done after some pieces."""

    def __init__(self, pieces: int, then: Callable[[], None] = lambda: None) -> None:
        self.left = pieces
        self.then = then

    def __call__(self, *, now: datetime) -> bool:
        if not self.left:
            return False
        self.left -= 1
        self.then()
        return True


def end(number: signal.Signals = signal.SIGTERM) -> None:
    """Tell the worker to end, once: a second signal would come when nobody listens any more."""
    os.kill(os.getpid(), number)
    assert work.stopping.wait(60)


def test_once_does_everything_and_ends() -> None:
    first, second = Pile(3), Pile(2)
    work.register("first", first)
    work.register("second", second)
    call_command("worker", once=True)
    assert (first.left, second.left) == (0, 0)


def test_once_begins_again_with_what_comes_first_whenever_something_was_done() -> None:
    order: list[str] = []
    second = Pile(1, lambda: order.append("second"))
    first = Pile(2, lambda: order.append("first"))
    work.register("first", first)
    work.register("second", second)
    call_command("worker", once=True)
    assert order == ["first", "first", "second"]


def test_once_waits_for_what_is_due_soon() -> None:
    asked = []
    pile = Pile(0)

    def is_pending(*, now: datetime) -> bool:
        asked.append(now)
        if len(asked) == 3:
            pile.left = 1
        return len(asked) < 4

    work.register("pile", pile, is_pending=is_pending)
    call_command("worker", once=True)
    assert len(asked) == 4
    assert pile.left == 0


def test_once_ends_when_everything_fails() -> None:
    def broken(*, now: datetime) -> bool:
        raise ConnectionError

    work.register("broken", broken)
    call_command("worker", once=True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_works_until_it_is_told_to_end(number: signal.Signals) -> None:
    pile = Pile(5, lambda: None if pile.left else end(number))
    work.register("pile", pile)
    before = signal.getsignal(number)
    call_command("worker")
    assert pile.left == 0
    assert work.stopping.is_set()
    assert signal.getsignal(number) is before


def test_long_work_is_given_time_to_put_itself_back() -> None:
    put_back = threading.Event()

    def long(*, now: datetime) -> bool:
        end()
        put_back.set()
        return True

    work.register("long", long)
    call_command("worker")
    assert put_back.is_set()


def test_what_fails_does_not_end_the_others() -> None:
    def broken(*, now: datetime) -> bool:
        raise ConnectionError

    work.register("broken", broken)
    work.register("pile", Pile(20, lambda: None))
    last = Pile(30, lambda: None if last.left else end())
    work.register("last", last)
    call_command("worker")
    assert last.left == 0


def test_a_source_does_not_wait_for_another_that_takes_long() -> None:
    quick_ran = threading.Event()

    def slow(*, now: datetime) -> bool:
        assert quick_ran.wait(30)
        end()
        return True

    def quick(*, now: datetime) -> bool:
        quick_ran.set()
        return False

    work.register("slow", slow)
    work.register("quick", quick)
    call_command("worker")
    assert quick_ran.is_set()
