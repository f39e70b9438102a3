"""What changes the index. The database is the truth: everything here reads it afresh and can be repeated."""

import logging
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from uuid import UUID

from django.conf import settings

from courses import selectors as courses
from lms.core import outbox
from search.documents import Document, document
from search.engines import Rebuilt
from search.errors import EngineAway, EntriesRefused
from search.selectors import elasticsearch, engine, standby

logger = logging.getLogger(__name__)
PAGE_CHANGED = "page_changed"
CLUSTER_CHANGED = "search_cluster_changed"


def documents(key: UUID) -> Sequence[Document]:
    """The documents of a course or lesson as it is published now, one a language."""
    return [document(subject) for subject in courses.search_subjects(key)]


def update(key: UUID) -> None:
    """Bring the index up to date with one course or lesson, published or not. Handles `page_changed`.

    A cluster is told afterwards, in many at once: it may be away, the embedded engine never is. It is told whichever
    engine answers, so that the other one may take over at any moment.
    """
    if settings.ELASTICSEARCH_URL:
        outbox.enqueue(topic=CLUSTER_CHANGED, subject=key)
    if settings.SEARCH_BACKEND == "embedded":
        engine().update({key: 0}, documents)
    elif other := standby():
        try:
            other.update({key: 0}, documents)
        except (OSError, sqlite3.Error):
            logger.exception("The standby index could not be written; search_doctor --repair puts it right.")


def update_cluster(changes: Mapping[UUID, int]) -> Collection[UUID]:
    """Bring the cluster's index up to date. Handles `search_cluster_changed`; returns the keys it refused.

    What was noted for a cluster that the settings no longer name is forgotten.
    """
    if not settings.ELASTICSEARCH_URL:
        return ()
    try:
        elasticsearch().update(changes, documents)
    except EngineAway as error:
        raise outbox.Away(error.reason) from error
    except EntriesRefused as error:
        logger.error("%s: %s", error, ", ".join(map(str, error.reasons)))
        return error.reasons.keys()
    return ()


def go_back(*, backend: str | None = None) -> bool:
    """Put the index before the live one in its place. False when there is none.

    It does not know what changed since: `doctor` compares it. Raises EngineAway, RebuildRunning.
    """
    return engine(backend).go_back()


def rebuild(*, backend: str | None = None, report: Callable[[int], None] = lambda done: None) -> Rebuilt:
    """Build the index anew beside the live one and swap. Raises RebuildRunning when another process is at it."""
    return engine(backend).rebuild(courses.search_keys(), documents, report=report)
