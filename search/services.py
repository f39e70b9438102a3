"""What changes the index. The database is the truth: everything here reads it afresh and can be repeated."""

from collections.abc import Callable, Sequence
from uuid import UUID

from courses import selectors as courses
from search.documents import Document, document
from search.engines import Rebuilt
from search.selectors import engine

PAGE_CHANGED = "page_changed"


def documents(key: UUID) -> Sequence[Document]:
    """The documents of a course or lesson as it is published now, one a language."""
    return [document(subject) for subject in courses.search_subjects(key)]


def update(key: UUID) -> None:
    """Bring the index up to date with one course or lesson, published or not. Handles `page_changed`."""
    engine().update(key, documents)


def rebuild(*, backend: str | None = None, report: Callable[[int], None] = lambda done: None) -> Rebuilt:
    """Build the index anew beside the live one and swap. Raises RebuildRunning when another process is at it."""
    return engine(backend).rebuild(courses.search_keys(), documents, report=report)
