"""Compares an index with the database, and puts right what differs."""

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from courses import selectors as courses
from lms.core import outbox
from lms.core.clock import now
from search import services
from search.documents import Document
from search.selectors import engine

Fault = Literal["missing", "stale", "superfluous"]
TOPICS = (services.PAGE_CHANGED, services.CLUSTER_CHANGED)
_PATIENCE_S = 30.0  # for a worker that is just writing what should be repaired


@dataclass(frozen=True)
class Report:
    """What was found. `wrong`: keys whose entries differ from the database, though no event of theirs waits."""

    backend: str
    ready: bool  # there is a whole index of the present version
    shape: tuple[str, ...] = ()  # settings and fields of the index that were changed by hand
    checked: int = 0
    wrong: dict[UUID, Fault] = field(default_factory=dict)
    waiting: int = 0  # events that are still to be handled
    parked: int = 0  # events that were given up

    @property
    def healthy(self) -> bool:
        """True when nothing is to be done."""
        return self.ready and not self.shape and not self.wrong and not self.parked

    def keys(self, fault: Fault) -> list[UUID]:
        """The keys with one kind of fault."""
        return sorted(key for key, theirs in self.wrong.items() if theirs == fault)


def examine(backend: str) -> Report:
    """Compare the index of `backend` with the database, while both are in use. Raises EngineAway."""
    if not engine(backend).ready():
        return Report(backend, ready=False, waiting=_waiting(), parked=_parked())
    shape = tuple(engine(backend).faults())
    wrong, checked = _differences(backend, among=None)
    if wrong:
        # What was written between the two readings looked wrong, and does so no more.
        wrong, _ = _differences(backend, among=wrong)
        for key in outbox.subjects(topics=TOPICS):
            wrong.pop(key, None)
    return Report(backend, ready=True, shape=shape, checked=checked, wrong=wrong, waiting=_waiting(), parked=_parked())


def _waiting() -> int:
    return sum(outbox.waiting(topic=topic) for topic in TOPICS)


def _parked() -> int:
    return sum(outbox.parked(topic=topic) for topic in TOPICS)


def _differences(backend: str, *, among: Collection[UUID] | None) -> tuple[dict[UUID, Fault], int]:
    """The keys that differ, of all or of those `among`; and how many were compared."""
    wrong: dict[UUID, Fault] = {}
    seen: set[UUID] = set()
    for held in engine(backend).contents():
        if among is not None and held.key not in among:
            continue
        seen.add(held.key)
        present = services.documents(held.key)
        if not present:
            wrong[held.key] = "superfluous"
        elif _by_language(present) != _by_language(held.documents):
            wrong[held.key] = "stale"
    for key in courses.search_keys():
        if key not in seen and (among is None or key in among):
            seen.add(key)
            if services.documents(key):
                wrong[key] = "missing"
    return wrong, len(seen)


def _by_language(documents: Sequence[Document]) -> dict[str, Document]:
    return {document.language: document for document in documents}


def repair(report: Report) -> Report:
    """Put right what was found, and look again. Raises EngineAway, RebuildRunning."""
    backend = report.backend
    outbox.resume(topics=TOPICS)
    if not report.ready or report.shape:
        services.rebuild(backend=backend)
    elif report.wrong:
        _write(backend, report.wrong)
    _handle_events()
    after = examine(backend)
    if after.wrong:
        # Written by another site, or by this one before its database was put back: its versions count from elsewhere.
        services.rebuild(backend=backend)
        after = examine(backend)
    return after


def _write(backend: str, keys: Collection[UUID]) -> None:
    if backend == "embedded":
        engine(backend).update(dict.fromkeys(keys, 0), services.documents)
        return
    for key in keys:
        outbox.enqueue(topic=services.CLUSTER_CHANGED, subject=key)


def _handle_events() -> None:
    """Handle what is due here and now; wait a little for what a worker has just taken up."""
    until = time.monotonic() + _PATIENCE_S
    while outbox.waiting(topic=services.CLUSTER_CHANGED) and time.monotonic() < until:
        if not outbox.handle_next(now=now(), topics=TOPICS):
            time.sleep(0.2)
