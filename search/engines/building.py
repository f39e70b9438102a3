"""Fills a new index and sees that everything is in it, while changes are written to it as well.

The builder's own entries have version 0, so whatever an event wrote or deleted meanwhile stays.
"""

import random
from collections.abc import Callable, Iterable
from uuid import UUID

import orjson

from search.documents import to_record
from search.engines import Read, Rebuilt, batches
from search.engines.bulk import Operation, scan, write
from search.engines.cluster import Cluster
from search.errors import EntriesRefused, IndexIncomplete

_BATCH = 200  # keys a request
_SAMPLE = 50  # entries that are read back whole


class Build:
    """The making of the index called `index`."""

    def __init__(self, cluster: Cluster, index: str, report: Callable[[int], None]) -> None:
        self._cluster = cluster
        self._index = index
        self._report = report
        self._chance = random.Random(index)  # noqa: S311 - a sample, no secret
        self._written = 0
        self._sample: list[Operation] = []
        self._present: set[UUID] = set()  # keys that should be there
        self._changed: set[UUID] = set()  # keys that events wrote meanwhile

    def fill(self, keys: Iterable[UUID], read: Read) -> Rebuilt:
        """Write all `keys`, then compare. Raises IndexIncomplete, EntriesRefused, EngineAway."""
        done = 0
        for batch in batches((Operation(self._index, key, 0, read(key)) for key in keys), _BATCH):
            self._write(batch)
            done += len(batch)
            self._report(done)
        self._cluster.ask(lambda client: client.indices.refresh(index=self._index), patiently=True)
        self._compare_keys(read)
        self._compare_sample()
        return Rebuilt(done, self._count_documents(), len(self._changed))

    def _write(self, operations: list[Operation]) -> None:
        operations = [one for one in operations if one.documents]
        outcome = write(self._cluster, operations, refresh=False)
        if outcome.refused:
            raise EntriesRefused(outcome.refused)
        self._changed |= outcome.overtaken
        for one in operations:
            self._present.add(one.key)
            self._written += 1
            if len(self._sample) < _SAMPLE:
                self._sample.append(one)
            elif (place := self._chance.randrange(self._written)) < _SAMPLE:
                self._sample[place] = one

    def _compare_keys(self, read: Read) -> None:
        """Raises IndexIncomplete when a key is not there that no event has deleted."""
        found = {stored.key: stored.version for stored in scan(self._cluster, self._index, whole=False)}
        missing = self._present - found.keys()
        self._changed |= missing | {key for key, version in found.items() if version}
        # What an event deleted cannot be written with version 0 again; what got lost can.
        again = [Operation(self._index, key, 0, documents) for key in missing if (documents := read(key))]
        lost = {one.key for one in again} - write(self._cluster, again, refresh=False).overtaken
        if lost:
            raise IndexIncomplete(len(lost), self._written)

    def _compare_sample(self) -> None:
        """Raises IndexIncomplete when an entry differs from what was written, and no event has changed it."""
        sample = {one.key: one for one in self._sample if one.key not in self._changed}
        if not sample:
            return
        answer = self._cluster.ask(
            lambda client: client.mget(index=self._index, ids=[str(key) for key in sample]), patiently=True
        )
        wrong = 0
        for stored in answer["docs"]:
            written = {one.language: to_record(one) for one in sample[UUID(stored["_id"])].documents}
            # An event may have come since the keys were compared.
            same = stored["found"] and orjson.loads(orjson.dumps(written)) == stored["_source"]["documents"]
            wrong += not same and stored.get("_version") == 0
        if wrong:
            raise IndexIncomplete(wrong, len(sample))

    def _count_documents(self) -> int:
        body = {"size": 0, "aggs": {"languages": {"terms": {"field": "languages"}}}}
        answer = self._cluster.ask(lambda client: client.search(index=self._index, body=body), patiently=True)
        return sum(bucket["doc_count"] for bucket in answer["aggregations"]["languages"]["buckets"])
