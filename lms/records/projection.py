"""Progress as a pure function of events.

The order of arrival does not matter and neither does repetition: the position is that of the latest event by the
phone's clock (of two at one moment, the further), the fraction is the furthest reached, the completion is the earliest.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from lms.records.types import Event

# The last words of a lesson are often a greeting: who has heard this much has completed it.
COMPLETE_FROM = 0.95


@dataclass(frozen=True)
class State:
    """Progress in one lesson. `position_at` is the time of the event that set the position, `at` of the latest one."""

    position_s: float = 0.0
    position_at: datetime | None = None
    fraction: float = 0.0
    completed_at: datetime | None = None
    at: datetime | None = None


def apply(state: State, events: Iterable[Event]) -> State:
    """The state after `events`, in whatever order they came."""
    for event in events:
        state = replace(state, at=max(event.at, state.at or event.at))
        state = _played(state, event) if event.kind == "lesson_played" else _completed(state, event.at)
    return state


def _played(state: State, event: Event) -> State:
    position, duration = float(event.data["position_s"]), float(event.data["duration_s"])
    fraction = min(1.0, position / duration)
    # Of two at the same moment the further one: else the order in which they came would tell.
    if state.position_at is None or (event.at, position) >= (state.position_at, state.position_s):
        state = replace(state, position_s=position, position_at=event.at)
    state = replace(state, fraction=max(state.fraction, fraction))
    return _completed(state, event.at) if fraction >= COMPLETE_FROM else state


def _completed(state: State, at: datetime) -> State:
    return replace(state, completed_at=min(at, state.completed_at or at), fraction=1.0)
