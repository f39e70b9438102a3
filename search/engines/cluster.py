"""The way to an Elasticsearch cluster: connections kept per process, time limits, retries, and a circuit.

A cluster that does not answer costs one time limit, not one a request: the circuit opens, everyone is told EngineAway
at once, and a thread of its own asks whether it is back.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from elastic_transport import TransportError
from elastic_transport.client_utils import DEFAULT
from elasticsearch import ApiError, Elasticsearch
from elasticsearch.serializer import OrjsonSerializer

from search.engines.circuit import Circuit
from search.errors import EngineAway

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
WRITE_TIMEOUT_S = 30.0
_AWAY = {401, 403, 408, 429, 502, 503, 504}


@dataclass(frozen=True)
class Address:
    """Where a cluster is and how to sign in. `url`: one or more nodes, with commas, the account in the first."""

    url: str
    ca_certs: str | None = None
    timeout_s: float = 2.0

    @property
    def nodes(self) -> list[str]:
        """The addresses of the nodes, without account."""
        parts = [urlsplit(url.strip()) for url in self.url.split(",")]
        return [f"{part.scheme}://{part.netloc.rpartition('@')[2]}" for part in parts]

    @property
    def account(self) -> tuple[str, str] | None:
        """User and password."""
        first = urlsplit(self.url.split(",")[0].strip())
        return (unquote(first.username), unquote(first.password or "")) if first.username else None

    def __repr__(self) -> str:
        return f"Address({', '.join(self.nodes)})"


def connect(address: Address, *, max_retries: int | None = None) -> Elasticsearch:
    """A client. Nothing is sent yet. A request that a node does not answer goes to the next one."""
    others = len(address.nodes) - 1
    return Elasticsearch(
        address.nodes,
        basic_auth=address.account,
        ca_certs=address.ca_certs or DEFAULT,
        request_timeout=address.timeout_s,
        max_retries=min(max(others, 1), 2) if max_retries is None else max_retries,
        retry_on_timeout=others > 0,
        retry_on_status=(429, 502, 503, 504),
        serializer=OrjsonSerializer(),
        connections_per_node=32,
    )


class Cluster:
    """A cluster as this process sees it."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._circuit = Circuit(clock=time.monotonic)
        self._lock = threading.Lock()
        self._client: Elasticsearch | None = None
        self._patient: Elasticsearch | None = None

    def ask(self, call: Callable[[Elasticsearch], Answer], *, patiently: bool = False) -> Answer:
        """What `call` gets from the cluster. `patiently`: it may take as long as writing does.

        Raises EngineAway when the cluster cannot be asked, ApiError when it refuses what is asked.
        """
        if not self._circuit.closed:
            if self._circuit.take_trial():
                threading.Thread(target=self._try, name="search-trial", daemon=True).start()
            raise EngineAway("not asked again yet")
        try:
            return call(self._connected(patiently=patiently))
        except TransportError as error:
            self._failed(reason := _plain(error))
            raise EngineAway(reason) from error
        except ApiError as error:
            # An answer that is no error and is refused all the same comes from something that is no Elasticsearch.
            if error.status_code >= 400 and error.status_code not in _AWAY:
                raise
            self._failed(reason := f"HTTP {error.status_code}")
            raise EngineAway(reason) from error

    def _connected(self, *, patiently: bool) -> Elasticsearch:
        with self._lock:
            if self._client is None:
                self._client = connect(self.address)
                self._patient = self._client.options(request_timeout=WRITE_TIMEOUT_S)
        client = self._patient if patiently else self._client
        assert client is not None
        return client

    def _failed(self, reason: str) -> None:
        if self._circuit.closed:
            logger.error("The search cluster at %s does not answer: %s.", ", ".join(self.address.nodes), reason)
        self._circuit.failed()

    def _try(self) -> None:
        """Find out whether the cluster is back."""
        try:
            self._connected(patiently=False).cluster.health()
        except (TransportError, ApiError):
            self._circuit.failed()
        else:
            self._circuit.succeeded()
            logger.warning("The search cluster answers again.")

    def close(self) -> None:
        """Give the connections back."""
        with self._lock:
            if self._client is not None:
                self._client.close()
            self._client = self._patient = None


def _plain(error: TransportError) -> str:
    """What went wrong, without addresses: a client's words may repeat all it knows."""
    known = {
        "ConnectionTimeout": "no answer in time",
        "ConnectionError": "no connection",
        "TlsError": "certificate not trusted",
    }
    return known.get(type(error).__name__, "no answer that can be read")


def index_settings(shards: int, replicas: int, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a new index. Fewer copies than `replicas` are made where there are not that many nodes."""
    return {**settings, "number_of_shards": shards, "auto_expand_replicas": f"0-{replicas}" if replicas else False}
