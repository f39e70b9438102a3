"""What the work of this thread costs: encoders add to it, whoever asked for the work reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Meter:
    """CPU seconds of the programs that were run."""

    cpu_s: float = 0.0


_meter: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """Count what is spent within."""
    meter = Meter()
    token = _meter.set(meter)
    try:
        yield meter
    finally:
        _meter.reset(token)


def spend(cpu_s: float) -> None:
    """Add to the meter of this thread, if it has one."""
    meter = _meter.get()
    if meter is not None:
        meter.cpu_s += cpu_s
