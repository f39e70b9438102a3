"""`python -m scripts.services start|stop|env|remove [--folder DIR] [SERVICE ...]`.

`start` prints addresses as `export NAME=value` lines on standard output, progress on standard error. `stop` keeps data,
`remove` stops and removes them.
"""

import argparse
import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from scripts.services import sets
from scripts.services.base import Service
from scripts.services.elasticsearch import Elasticsearch
from scripts.services.errors import ServiceError
from scripts.services.nginx import Nginx, forwarding
from scripts.services.postgresql import Postgresql
from scripts.services.redis import Redis
from scripts.services.seaweedfs import Seaweedfs

ROOT = Path(__file__).resolve().parent.parent.parent
NAMES = ("elasticsearch", "postgresql", "seaweedfs", "redis", "nginx")


def chosen(names: list[str], nodes: int, site: str) -> list[Service]:
    """The services of these names, all of them if none is named; the slowest first."""
    known: list[Service] = [
        *(Elasticsearch(nodes=nodes), Postgresql(), Seaweedfs(), Redis()),
        Nginx(configuration=forwarding(site)),
    ]
    return [service for service in known if not names or service.name in names]


def say(line: str) -> None:
    """Progress, beside what is printed to be read by a shell."""
    print(line, file=sys.stderr, flush=True)


def show(addresses: Mapping[str, str]) -> None:
    """Lines for a shell."""
    for name, value in addresses.items():
        print(f"export {name}={shlex.quote(value)}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scripts.services", description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=("start", "stop", "env", "remove"))
    parser.add_argument("services", nargs="*", metavar="SERVICE", help=f"of {', '.join(NAMES)}; all if none is named")
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "services")
    parser.add_argument("--elasticsearch-nodes", type=int, default=1, metavar="N")
    site = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}"
    parser.add_argument("--site", default=site, metavar="URL", help="where nginx sends its requests (%(default)s)")
    return parser


def main(arguments: list[str] | None = None) -> int:
    parser = _parser()
    options = parser.parse_intermixed_args(arguments)
    if unknown := set(options.services) - set(NAMES):
        parser.error(f"no such service: {', '.join(sorted(unknown))}")
    folder = options.folder.resolve()
    services = chosen(options.services, options.elasticsearch_nodes, options.site)
    try:
        if options.verb == "start":
            show(sets.start(folder, services, say))
        elif options.verb == "stop":
            sets.stop(folder, say)
        elif options.verb == "remove":
            sets.remove(folder)
        else:
            show(sets.addresses(folder, services))
    except ServiceError as error:
        say(f"error: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
