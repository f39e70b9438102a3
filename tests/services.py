"""Real services for tests: a test that needs one asks for `postgresql`, `redis`, `elasticsearch` or `s3`.

Each gives the addresses as environment variables of the site. A service is started by the first test that asks for it
and shared by the whole run, all its processes included; the run's end stops it, however the run ends. What a test
makes there (databases, indexes, keys) bears a name of its own. `TEST_SERVICES=FOLDER` uses a set that is left running
instead, so that one test can be run again and again without waiting for Elasticsearch.
"""

import os
import secrets
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path

import pytest

from scripts.services import sets
from scripts.services.base import Service
from scripts.services.elasticsearch import Elasticsearch
from scripts.services.keeper import keep
from scripts.services.places import Place
from scripts.services.postgresql import Postgresql
from scripts.services.processes import known
from scripts.services.redis import Redis
from scripts.services.seaweedfs import Seaweedfs

Addresses = Mapping[str, str]
_RUN = "FIELDSCHOOL_TEST_RUN"
_LEFT_RUNNING = os.environ.get("TEST_SERVICES", "")


def pytest_configure(config: pytest.Config) -> None:
    """The process that people start names the run; its xdist workers inherit the name."""
    if not hasattr(config, "workerinput"):
        os.environ[_RUN] = f"{os.getpid()}-{secrets.token_hex(4)}"


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and not _LEFT_RUNNING:
        sets.remove(_folder())


def _folder() -> Path:
    """Where the services of this run are; made when the first of them is started."""
    return Path(_LEFT_RUNNING or f"/var/tmp/fieldschool-tests-{os.environ[_RUN]}").resolve()


def running(service: Service) -> Addresses:
    """The addresses of a service of this run, started if it is not there. Raises ServiceError, naming it."""
    if not _LEFT_RUNNING:
        _keep(_folder())
    return sets.start(_folder(), [service])


def _keep(folder: Path) -> None:
    """Once for each folder: a keeper that removes it even if this run is killed."""
    folder.mkdir(mode=0o711, exist_ok=True)
    with (folder / "keeper").open("a+") as note:
        flock(note, LOCK_EX)
        if note.tell() == 0:
            owner = known(int(os.environ[_RUN].partition("-")[0]))
            assert owner is not None
            keep(folder, owner)
            note.write("kept")


@pytest.fixture(scope="session")
def postgresql() -> Addresses:
    """`DATABASE_URL` of a role that may make databases."""
    return running(Postgresql())


@pytest.fixture(scope="session")
def redis() -> Addresses:
    """`CELERY_BROKER_URL`."""
    return running(Redis())


@pytest.fixture(scope="session")
def elasticsearch() -> Addresses:
    """`ELASTICSEARCH_URL` of one node, with the user elastic and its password."""
    return running(Elasticsearch(light=True))


@pytest.fixture(scope="session")
def s3() -> Addresses:
    """`MEDIA_STORAGE`, `S3_ENDPOINT_URL` and `AWS_*`."""
    return running(Seaweedfs())


@dataclass(frozen=True)
class Own:
    """Services of one test, which may kill them and start them again where they were."""

    folder: Path
    services: tuple[Service, ...]

    def start(self) -> Addresses:
        """Start what does not run; the addresses stay the same."""
        return sets.start(self.folder, self.services)

    def kill(self, service: Service, process: str, *, forget: bool = False) -> None:
        """`kill -9` of a process; with `forget` its data are gone too."""
        place = Place.of(self.folder, service.name)
        place.state.processes[process].end(signal.SIGKILL, patience_s=10)
        if forget:
            place.clear_home()


@pytest.fixture
def own_services() -> Iterator[Callable[..., Own]]:
    """`own_services(Redis(), ...)` gives a set that no other test uses, not started yet."""
    folder = _folder().with_name(f"fieldschool-tests-{os.environ[_RUN]}-{secrets.token_hex(4)}")
    _keep(folder)
    yield lambda *chosen: Own(folder, chosen)
    sets.remove(folder)
