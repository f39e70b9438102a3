"""The circuit, with a clock that the test turns."""

from search.engines.circuit import PAUSE_S, Circuit


class Clock:
    def __init__(self) -> None:
        self.time = 100.0

    def __call__(self) -> float:
        return self.time


def test_while_calls_succeed_everyone_may_call_and_nobody_tries() -> None:
    circuit = Circuit(clock=Clock())
    assert circuit.closed
    assert not circuit.take_trial()


def test_after_a_failure_nobody_calls_and_one_tries_after_each_pause() -> None:
    clock = Clock()
    circuit = Circuit(clock=clock)
    circuit.failed()
    assert not circuit.closed
    assert not circuit.take_trial()
    clock.time += PAUSE_S
    assert [circuit.take_trial() for _ in range(3)] == [True, False, False]
    clock.time += PAUSE_S
    assert circuit.take_trial()
    assert not circuit.closed


def test_a_trial_that_succeeds_closes_it() -> None:
    clock = Clock()
    circuit = Circuit(clock=clock)
    circuit.failed()
    clock.time += PAUSE_S
    assert circuit.take_trial()
    circuit.succeeded()
    assert circuit.closed


def test_a_failed_trial_begins_the_pause_anew() -> None:
    clock = Clock()
    circuit = Circuit(clock=clock)
    circuit.failed()
    clock.time += PAUSE_S
    assert circuit.take_trial()
    clock.time += PAUSE_S / 2
    circuit.failed()
    clock.time += PAUSE_S / 2
    assert not circuit.take_trial()
