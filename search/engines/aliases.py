"""The indexes of a site in a cluster, and the aliases that say what each is for.

An alias belongs to one shape of index: while a new release builds its own, the old one goes on searching its index.

  NAME-VERSION            the live index, that is searched
  NAME-VERSION-whole      the same, once everything is in it
  NAME-VERSION-next       one that is being built: what changes is written to it too
  NAME-VERSION-previous   the one before, for going back
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from lms.core.ids import uuid7


@dataclass(frozen=True)
class State:
    """Which index is what, by name; `others` are of this site, and no alias names them."""

    live: str | None
    whole: bool
    next: tuple[str, ...]
    previous: str | None
    others: tuple[str, ...]
    all: tuple[str, ...]

    @property
    def written(self) -> tuple[str, ...]:
        """Where changes go."""
        return (*([self.live] if self.live else []), *self.next)


class Aliases:
    """The indexes called `name`, of the shape `version`."""

    def __init__(self, name: str, version: str) -> None:
        self.name = name
        self.live = f"{name}-{version}"
        self._own = re.compile(rf"{re.escape(name)}-[0-9a-f]{{8}}-([0-9a-f]{{32}}|first)")

    def state(self, client: Elasticsearch) -> State:
        """What there is now."""
        # One that a rebuild deletes while this is answered is no more: without the option that is an error.
        found: Mapping[str, Any] = client.indices.get_alias(index=f"{self.name}-*", ignore_unavailable=True).body
        ours = {name: set(index["aliases"]) for name, index in found.items() if self._own.fullmatch(name)}

        def called(alias: str) -> list[str]:
            return sorted(name for name, aliases in ours.items() if alias in aliases)

        live = called(self.live)
        previous = called(f"{self.live}-previous")
        return State(
            live=live[-1] if live else None,
            whole=bool(called(f"{self.live}-whole")),
            next=tuple(called(f"{self.live}-next")),
            previous=previous[-1] if previous else None,
            others=tuple(sorted(name for name, aliases in ours.items() if not aliases)),
            all=tuple(sorted(ours)),
        )

    def begin(self, client: Elasticsearch, *, settings: Any, mapping: Any) -> str:
        """Make an index that is to be built; from now on changes are written to it too."""
        name = f"{self.live}-{uuid7().hex}"  # by time, and unlike any other
        client.indices.create(
            index=name, settings=settings, mappings=mapping, aliases={f"{self.live}-next": {}}, wait_for_active_shards=1
        )
        return name

    def first(self, client: Elasticsearch, *, settings: Any, mapping: Any) -> str:
        """Make an index for changes that come before anything was built, whoever is the first to need it."""
        name = f"{self.live}-first"
        try:
            client.indices.create(
                index=name, settings=settings, mappings=mapping, aliases={self.live: {}}, wait_for_active_shards=1
            )
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
        return name

    def swap(self, client: Elasticsearch, state: State, built: str) -> None:
        """Make `built` the live index and the live one the previous, at once for everyone."""
        actions = [
            _remove(built, f"{self.live}-next"),
            _remove(built, f"{self.live}-previous"),
            _add(built, self.live),
            _add(built, f"{self.live}-whole"),
        ]
        for old in {state.live, state.previous} - {built, None}:
            actions += [_remove(old, alias) for alias in (self.live, f"{self.live}-whole", f"{self.live}-previous")]
        if state.live and state.whole:
            actions.append(_add(state.live, f"{self.live}-previous"))
        client.indices.update_aliases(actions=actions)

    def delete(self, client: Elasticsearch, names: Iterable[str]) -> None:
        """Delete indexes, gone ones too."""
        for name in names:
            with suppress(NotFoundError):
                client.indices.delete(index=name)

    @staticmethod
    def left_over(state: State) -> list[str]:
        """What earlier rebuilds left: indexes that never became live, and those before the previous one."""
        return [name for name in (*state.next, *state.others) if name not in {state.live, state.previous}]


def _add(index: str, alias: str) -> dict[str, Any]:
    return {"add": {"index": index, "alias": alias}}


def _remove(index: str | None, alias: str) -> dict[str, Any]:
    return {"remove": {"index": index, "alias": alias, "must_exist": False}}
