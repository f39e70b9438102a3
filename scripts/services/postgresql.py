"""PostgreSQL: a cluster of its own with a role that may make databases, on the loopback, with passwords."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from signal import SIGINT
from typing import ClassVar

import psycopg

from scripts.services.base import NotYetError, Service, program
from scripts.services.errors import ServiceError
from scripts.services.places import Place, system_user
from scripts.services.processes import Launch, run

ROLE = "fieldschool"
_SETTINGS = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
# The data are thrown away with the machine, never with the server: a server that is killed loses nothing.
fsync = off
full_page_writes = off
log_min_messages = warning
"""


def _version(folder: Path) -> int:
    return int(re.sub(r"\D", "", folder.parent.name) or 0)


@dataclass(frozen=True)
class Postgresql(Service):
    """The newest PostgreSQL that is installed. It refuses to run as root."""

    name: ClassVar[str] = "postgresql"
    stop_signal: ClassVar[int] = SIGINT  # at once, rather than when the last client has gone

    def user(self) -> str | None:
        return system_user("postgres", "nobody")

    def prepare(self, place: Place) -> None:
        """`initdb`, with the administrator's password from a file."""
        password = place.write_home("administrator", place.secret("administrator"))
        command = [
            *(_program("initdb"), "--pgdata", str(place.home / "data"), "--username", "postgres"),
            *("--auth", "scram-sha-256", "--pwfile", str(password), "--encoding", "UTF8", "--locale", "C.UTF-8"),
            "--no-sync",
        ]
        log = place.log("initdb")
        if run(Launch("initdb", command, place.home, place.user), log) != 0:
            raise ServiceError(self.name, "its data folder cannot be made", log)
        password.unlink()

    def launches(self, place: Place) -> list[Launch]:
        place.write_home("data/postgresql.auto.conf", _SETTINGS.format(port=place.port("sql")))
        command = [_program("postgres"), "-D", str(place.home / "data")]
        return [Launch("server", command, place.home, place.user)]

    def ask(self, place: Place) -> None:
        """A query, signed in as the site's role, which is made if it is not there."""
        try:
            with psycopg.connect(self.exports(place)["DATABASE_URL"], connect_timeout=5) as site:
                site.execute("SELECT 1")
        except psycopg.OperationalError as error:
            self._make_role(place)
            raise NotYetError(str(error).strip()) from error

    def exports(self, place: Place) -> Mapping[str, str]:
        return {"DATABASE_URL": f"postgresql://{ROLE}:{place.secret('role')}@127.0.0.1:{place.port('sql')}/{ROLE}"}

    def _make_role(self, place: Place) -> None:
        try:
            with psycopg.connect(
                host="127.0.0.1",
                port=place.port("sql"),
                user="postgres",
                password=place.secret("administrator"),
                dbname="postgres",
                connect_timeout=5,
                autocommit=True,
            ) as administrator:
                # Hashed here: the server's log would keep a password that it refuses.
                secret = administrator.pgconn.encrypt_password(place.secret("role").encode(), ROLE.encode()).decode()
                if administrator.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone() is None:
                    administrator.execute(
                        psycopg.sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}").format(
                            psycopg.sql.Identifier(ROLE), psycopg.sql.Literal(secret)
                        )
                    )
                administrator.execute(
                    psycopg.sql.SQL("CREATE DATABASE {} OWNER {}").format(*[psycopg.sql.Identifier(ROLE)] * 2)
                )
        except psycopg.Error as error:
            raise NotYetError(str(error).strip()) from error


def _program(name: str) -> str:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    return program("postgresql", name, *folders, package="postgresql")
