"""What every search engine does: the embedded one and Elasticsearch alike.

An engine stores documents and finds them by weighted terms. It knows nothing of pages, of how text is cut into tokens
beyond calling `search.analysis`, or of how results are shown.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from uuid import UUID

from search.documents import Document
from search.queries import Query

Item = TypeVar("Item")
Read = Callable[[UUID], Sequence[Document]]


@dataclass(frozen=True)
class Hit:
    """One document that was found."""

    document: Document
    score: float


@dataclass(frozen=True)
class Found:
    """One page of hits, one a key. `topics` counts the keys of all hits by topic slug, whatever topic was asked for.

    `worths` says how much each term told in this corpus, for choosing what to show of a document.
    """

    total: int = 0
    hits: tuple[Hit, ...] = ()
    topics: Mapping[str, int] = field(default_factory=dict)
    topic_titles: Mapping[str, str] = field(default_factory=dict)
    worths: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Rebuilt:
    """What a rebuild did."""

    keys: int
    documents: int
    replayed: int  # keys that changed meanwhile


@dataclass(frozen=True)
class Held:
    """What an index has of one key."""

    key: UUID
    documents: tuple[Document, ...]


class Engine(Protocol):
    """Stores documents and finds them."""

    name: str

    def ready(self) -> bool:
        """True when there is a whole index of the present analyzer and schema."""

    def search(
        self,
        query: Query,
        *,
        language: str,
        topic: str | None = None,
        offset: int = 0,
        limit: int = 10,
        loose: bool = False,
    ) -> Found:
        """Find documents: one a key, in `language` where the words are in it, best first.

        `loose` also takes documents that hardly match. Without a usable index: nothing is found.
        """

    def update(self, changes: Mapping[UUID, int], read: Read) -> None:
        """Replace all documents of each key by what `read` gives; nothing: remove it.

        A change's number is its place in the outbox: what a later one wrote is never replaced. `read` is called when
        no reading before it can overwrite this one any more.
        """

    def rebuild(
        self, keys: Iterable[UUID], read: Read, *, report: Callable[[int], None] = lambda done: None
    ) -> Rebuilt:
        """Build a new index beside the live one, replay what `update` was told meanwhile, and put it in its place.

        Searching goes on. `report` is told how many keys are done. Raises RebuildRunning when another one builds.
        """

    def go_back(self) -> bool:
        """Put the index before the live one in its place. False when there is none.

        It does not know what changed since: compare it with the database afterwards.
        """

    def contents(self) -> Iterator[Held]:
        """Everything the live index has, by key, in any order. What is written meanwhile may be in it or not."""

    def faults(self) -> list[str]:
        """What was changed by hand in the shape of the live index, in words; nothing: as it was made."""


def batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    """The items in lists of `size`; the last may be shorter."""
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
