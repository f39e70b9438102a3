"""Tries the nodes of a cluster once, as a site should before it starts with them."""

from dataclasses import dataclass
from typing import Literal

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import ConnectionTimeout, TlsError, TransportError
from elasticsearch import ApiError

from search.engines.cluster import Address, connect

MAJOR = 8


@dataclass(frozen=True)
class Trial:
    """What one node answered: fine, nothing (`away`), or something that is of no use (`wrong`)."""

    node: str
    verdict: Literal["fine", "away", "wrong"]
    reason: str = ""


def try_nodes(address: Address) -> list[Trial]:
    """Ask each node for its version, signed in."""
    return [_try(Address(node, address.ca_certs, address.timeout_s), address.account) for node in address.nodes]


def _try(address: Address, account: tuple[str, str] | None) -> Trial:
    (node,) = address.nodes
    client = connect(address, max_retries=0)
    if account:
        client = client.options(basic_auth=account)
    try:
        # GET / is not there in every build of the server.
        nodes = client.nodes.info(node_id="_local", filter_path="nodes.*.version").body["nodes"]
        version = str(next(iter(nodes.values()))["version"])
    except TlsError:
        return Trial(node, "wrong", "its certificate is not trusted: set ELASTICSEARCH_CA_CERTS to the file of its CA")
    except NoConnection:
        return Trial(node, "away", "no connection")
    except ConnectionTimeout:
        return Trial(node, "away", f"no answer within {address.timeout_s:g} s")
    except ApiError as error:
        return Trial(node, *_refusal(error.status_code, account))
    except (TransportError, KeyError, StopIteration, TypeError):
        return Trial(node, "wrong", "what answers there is no Elasticsearch")
    finally:
        client.close()
    if version.partition(".")[0] != str(MAJOR):
        return Trial(node, "wrong", f"it is version {version}, and {MAJOR}.x is needed")
    return Trial(node, "fine")


def _refusal(status: int, account: tuple[str, str] | None) -> tuple[Literal["away", "wrong"], str]:
    if status == 401:
        who = f"the password of {account[0]!r}, or the name," if account else "a request without user and password"
        return "wrong", f"it does not accept {who} (HTTP 401)"
    if status == 403:
        return "wrong", "the user may not ask for its version: it needs the cluster privilege monitor (HTTP 403)"
    if status in {408, 429, 500, 502, 503, 504}:
        return "away", f"it answers HTTP {status}"
    return "wrong", f"what answers there is no Elasticsearch (HTTP {status})"
