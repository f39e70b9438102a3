"""Services started and stopped together."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psycopg
import pytest

from scripts.services import __main__ as command
from scripts.services import sets
from scripts.services.base import NotYetError, Service
from scripts.services.elasticsearch import Elasticsearch
from scripts.services.errors import ServiceError
from scripts.services.nginx import Nginx, forwarding
from scripts.services.places import Place
from scripts.services.postgresql import Postgresql
from scripts.services.processes import Launch, Process
from scripts.services.redis import Redis

pytestmark = pytest.mark.contract


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for a set, which is removed with all that runs in it."""
    path = tmp_path / "set"
    yield path
    sets.remove(path)


def server(folder: Path, service: str) -> Process:
    return sets.processes(folder, service)["server"]


def test_starting_again_prints_the_same_and_starts_nothing(folder: Path) -> None:
    first = sets.start(folder, [Redis()])
    process = server(folder, "redis")
    assert sets.start(folder, [Redis()]) == first
    assert server(folder, "redis") == process


def test_a_killed_service_is_started_again_at_its_address_with_its_data(folder: Path) -> None:
    first = sets.start(folder, [Postgresql()])
    with psycopg.connect(first["DATABASE_URL"]) as link:
        link.execute("CREATE TABLE kept (x int)")
    killed = server(folder, "postgresql")
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait(30)
    assert sets.addresses(folder, [Postgresql()]) == {}
    assert sets.start(folder, [Postgresql()]) == first
    with psycopg.connect(first["DATABASE_URL"]) as link:
        assert link.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_stopping_ends_its_own_and_no_other(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    sets.start(folder, [Redis()])
    sets.start(other, [Redis()])
    mine, theirs = server(folder, "redis"), server(other, "redis")
    try:
        sets.stop(folder)
        assert not mine.is_alive
        assert theirs.is_alive
    finally:
        sets.remove(other)
    assert not theirs.is_alive


def test_stopping_what_does_not_run_is_no_error(folder: Path) -> None:
    sets.stop(folder)
    sets.start(folder, [Redis()])
    sets.stop(folder)
    sets.stop(folder)


def test_secrets_are_for_their_owner_only_and_in_no_argument(folder: Path) -> None:
    sets.start(folder, [Redis(), Postgresql()])
    secrets = list(folder.glob("*/*.secret"))
    assert len(secrets) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in secrets} == {0o600}
    assert stat.S_IMODE((folder / "redis/home/redis.conf").stat().st_mode) == 0o600
    arguments = [Path(f"/proc/{server(folder, name).pid}/cmdline").read_text() for name in ("redis", "postgresql")]
    assert not [path for path in secrets for line in arguments if path.read_text() in line]


def test_without_its_password_redis_and_postgresql_answer_nobody(folder: Path) -> None:
    addresses = sets.start(folder, [Redis(), Postgresql()])
    wrong = {name: url.replace(url.rpartition("@")[0].rpartition(":")[2], "wrong") for name, url in addresses.items()}
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(wrong["DATABASE_URL"])
    place = Place.of(folder, "redis")
    (folder / "redis/password.secret").write_text("wrong")
    with pytest.raises(NotYetError, match="WRONGPASS"):
        Redis().ask(place)


@dataclass(frozen=True)
class Broken(Service):
    """A service that ends at once."""

    name: ClassVar[str] = "broken"

    def launches(self, place: Place) -> list[Launch]:
        return [Launch("server", ["/bin/sh", "-c", "echo it will not do; exit 3"], place.home)]

    def ask(self, place: Place) -> None:
        raise NotYetError("no")

    def exports(self, place: Place) -> Mapping[str, str]:
        return {}


def test_when_one_fails_those_started_with_it_are_stopped_and_others_left(folder: Path) -> None:
    sets.start(folder, [Postgresql()])
    with pytest.raises(ServiceError, match=r"^broken: .*it will not do \(log: .*broken/server\.log\)$"):
        sets.start(folder, [Postgresql(), Redis(), Broken()])
    assert sets.addresses(folder, [Redis()]) == {}
    assert list(sets.addresses(folder, [Postgresql()])) == ["DATABASE_URL"]


def test_a_preparation_that_was_broken_off_is_begun_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(self: Postgresql, place: Place) -> None:
        (place.home / "data").mkdir()
        (place.home / "data" / "half").touch()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Postgresql, "prepare", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sets.start(folder, [Postgresql()])
    assert sets.start(folder, [Postgresql()])


def test_a_port_that_somebody_took_meanwhile_is_chosen_anew(folder: Path) -> None:
    import socket

    first = sets.start(folder, [Redis()])["CELERY_BROKER_URL"]
    sets.stop(folder)
    with socket.create_server(("127.0.0.1", int(first.rpartition(":")[2].partition("/")[0]))):
        assert sets.start(folder, [Redis()])["CELERY_BROKER_URL"] != first


def test_data_made_for_another_number_of_nodes_are_refused(folder: Path) -> None:
    place = Place.of(folder, "elasticsearch")
    place.state.prepared = Elasticsearch(nodes=3).kind()
    place.write()
    with pytest.raises(ServiceError, match=r"^elasticsearch: .*nodes: 3.*use another folder"):
        sets.start(folder, [Elasticsearch()])


def test_a_program_that_is_not_installed_is_named_with_its_package(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.services.base.which", lambda name, path: None)
    with pytest.raises(ServiceError, match=r"^redis: .*redis-server is not installed: apt-get install redis-server"):
        sets.start(folder, [Redis()])


def test_nginx_says_what_it_does_not_like_about_a_configuration(folder: Path) -> None:
    with pytest.raises(ServiceError, match=r"^nginx: the configuration is refused \(log: "):
        sets.start(folder, [Nginx(configuration=lambda place, port: "nonsense;")])


def test_nginx_hands_requests_on(folder: Path) -> None:
    addresses = sets.start(folder, [Nginx(configuration=forwarding("http://127.0.0.1:9"))])
    assert addresses["NGINX_URL"].startswith("http://127.0.0.1:")


def test_the_command_prints_lines_for_a_shell_and_progress_beside_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["start", "--folder", str(folder), "redis"]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("export CELERY_BROKER_URL=redis://")
    assert "redis answers" in printed.err
    assert command.main(["env", "--folder", str(folder)]) == 0
    assert capsys.readouterr().out == printed.out
    assert command.main(["stop", "--folder", str(folder)]) == 0
    assert command.main(["env", "--folder", str(folder)]) == 0
    assert "export" not in capsys.readouterr().out


def test_when_its_owner_is_killed_the_keeper_removes_the_set(folder: Path) -> None:
    code = (
        "import os, pathlib, sys\n"
        "from scripts.services import sets\n"
        "from scripts.services.keeper import keep\n"
        "from scripts.services.processes import known\n"
        "from scripts.services.redis import Redis\n"
        "folder = pathlib.Path(sys.argv[1])\n"
        "folder.mkdir()\n"
        "keep(folder, known(os.getpid()))\n"
        "sets.start(folder, [Redis()])\n"
        "print('up', flush=True)\n"
        "sys.stdin.read()\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], cwd=command.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert owner.stdout is not None
    assert owner.stdout.readline() == b"up\n"
    process = server(folder, "redis")
    owner.kill()
    owner.communicate()
    assert process.wait(60)
