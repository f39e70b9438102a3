"""Elasticsearch: the official server core from Maven Central, one node or several, with a password.

The `integ-test-zip` is the server that Elasticsearch's own tests run against: everything but the bundled plugins and a
Java of its own. It runs on Java 17, and refuses to run as root.
"""

import base64
import hashlib
import http.client
import json
import shutil
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from fcntl import LOCK_EX, flock
from pathlib import Path
from typing import ClassVar

from scripts.services.base import NotYetError, Service, program
from scripts.services.errors import ServiceError
from scripts.services.places import Place, cache, system_user
from scripts.services.processes import Launch, run

VERSION = "8.19.21"
_ARTIFACT = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{VERSION}:zip"
_SHA256 = "215d5f3dbf0609a149f6218a9e47b6ae2df34ebbff3c5754e35f15a5e5393c8a"
_DEPENDENCY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
_JAVA = 17
# One compiler rather than two, one collecting thread, memory taken when it is needed: 12 s of CPU time and 361 MB until
# it answers instead of 25 s and 752 MB.
_LIGHT = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:-AlwaysPreTouch")


@dataclass(frozen=True)
class Elasticsearch(Service):
    """A cluster of `nodes` on the loopback. `light`: up for half the CPU time and memory, and slower at its work."""

    nodes: int = 1
    light: bool = False

    name: ClassVar[str] = "elasticsearch"
    start_patience_s: ClassVar[float] = 180.0
    stop_patience_s: ClassVar[float] = 30.0

    def user(self) -> str | None:
        return system_user("elasticsearch", "nobody")

    def kind(self) -> str:
        return f"elasticsearch {VERSION}, nodes: {self.nodes}"

    def prepare(self, place: Place) -> None:
        """A configuration for each node, with the password in a keystore (never among the arguments)."""
        first = self._folder(place, 1)
        for number in range(1, self.nodes + 1):
            node = self._folder(place, number)
            for folder in (node, *(node / name for name in ("config", "data", "logs", "tmp"))):
                folder.mkdir(mode=0o700)
                place.give(folder)
        shell = str(distribution() / "bin" / "elasticsearch-keystore")
        for arguments, given in (
            (["create"], ""),
            (["add", "-x", "bootstrap.password"], place.secret("password") + "\n"),
        ):
            launch = Launch("keystore", [shell, *arguments], first, place.user, self._environment(first))
            if run(launch, place.log("keystore"), given) != 0:
                raise ServiceError(self.name, "the keystore for the password cannot be made", place.log("keystore"))
        for number in range(2, self.nodes + 1):
            copy = self._folder(place, number) / "config" / "elasticsearch.keystore"
            shutil.copyfile(first / "config" / "elasticsearch.keystore", copy)
            place.give(copy)

    def launches(self, place: Place) -> list[Launch]:
        server = str(distribution() / "bin" / "elasticsearch")
        launches = []
        for number in range(1, self.nodes + 1):
            folder = self._folder(place, number)
            place.write_home(f"node-{number}/config/elasticsearch.yml", self._settings(place, number))
            place.write_home(f"node-{number}/config/log4j2.properties", _LOGGING)
            place.write_home(f"node-{number}/config/jvm.options", "-Djava.io.tmpdir=${ES_TMPDIR}\n")
            launches.append(Launch(f"node-{number}", [server], folder, place.user, self._environment(folder)))
        return launches

    def ask(self, place: Place) -> None:
        """Cluster health, signed in, with all nodes there."""
        health = self._get(place, f"/_cluster/health?wait_for_nodes={self.nodes}&wait_for_status=yellow&timeout=1s")
        if health.get("timed_out", True) or health["number_of_nodes"] != self.nodes:
            raise NotYetError(f"{health.get('number_of_nodes')} of {self.nodes} nodes, {health.get('status')}")

    def exports(self, place: Place) -> Mapping[str, str]:
        password = place.secret("password")
        urls = [f"http://elastic:{password}@127.0.0.1:{port}" for port in self._ports(place, "http")]
        return {"ELASTICSEARCH_URL": ",".join(urls)}

    def _get(self, place: Place, path: str) -> dict[str, object]:
        token = base64.b64encode(f"elastic:{place.secret('password')}".encode()).decode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{place.port('http-1')}{path}", headers={"Authorization": f"Basic {token}"}
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - a loopback address
                document: dict[str, object] = json.load(answer)
        except urllib.error.HTTPError as error:
            raise NotYetError(f"it answers {error.code}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NotYetError(str(error)) from error
        return document

    def _ports(self, place: Place, kind: str) -> list[int]:
        return [place.port(f"{kind}-{number}") for number in range(1, self.nodes + 1)]

    def _folder(self, place: Place, number: int) -> Path:
        return place.home / f"node-{number}"

    def _environment(self, folder: Path) -> dict[str, str]:
        return {
            "ES_JAVA_HOME": str(java_home()),
            "ES_PATH_CONF": str(folder / "config"),
            "ES_JAVA_OPTS": " ".join(["-Xms512m", "-Xmx512m", *(_LIGHT if self.light else ())]),
            "ES_TMPDIR": str(folder / "tmp"),
            "HOME": str(folder),
        }

    def _settings(self, place: Place, number: int) -> str:
        lines = {
            "cluster.name": "fieldschool",
            "node.name": f"node-{number}",
            "network.host": "127.0.0.1",
            "http.port": place.port(f"http-{number}"),
            "transport.port": place.port(f"transport-{number}"),
            "path.data": str(self._folder(place, number) / "data"),
            "path.logs": str(self._folder(place, number) / "logs"),
            "xpack.security.enabled": True,
            "xpack.security.autoconfiguration.enabled": False,
            # A nearly full disk of a developer's machine is no reason to stop writing.
            "cluster.routing.allocation.disk.threshold_enabled": False,
        }
        if self.nodes == 1:
            lines["discovery.type"] = "single-node"
        else:
            seeds = [f"127.0.0.1:{port}" for port in self._ports(place, "transport")]
            lines["discovery.seed_hosts"] = seeds
            lines["cluster.initial_master_nodes"] = [f"node-{n}" for n in range(1, self.nodes + 1)]
        return "".join(f"{name}: {json.dumps(value)}\n" for name, value in lines.items())


_LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
# The built-in roles want an index whose analyzers are among the plugins left out: the user elastic needs no role.
logger.roles.name = org.elasticsearch.xpack.security.support.QueryableBuiltInRolesSynchronizer
logger.roles.level = error
rootLogger.appenderRef.console.ref = console
"""


def java_home() -> Path:
    """The Java that the server runs on.

    Raises ServiceError when it is not installed.
    """
    for java in sorted(Path("/usr/lib/jvm").glob(f"*{_JAVA}*/bin/java")):
        return java.parent.parent
    raise ServiceError("elasticsearch", f"Java {_JAVA} is not installed: apt-get install openjdk-{_JAVA}-jre-headless")


def distribution() -> Path:
    """The unpacked server, fetched once for this machine.

    Raises ServiceError when it cannot be fetched, or is not the file that was tried.
    """
    folder = cache()
    folder.mkdir(parents=True, exist_ok=True)
    unpacked = folder / f"elasticsearch-{VERSION}"
    with (folder / "elasticsearch.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        if not unpacked.exists():
            _fetch(folder, unpacked)
    return unpacked


def _fetch(folder: Path, unpacked: Path) -> None:
    log = folder / "elasticsearch-fetch.log"
    scratch = folder / "elasticsearch-scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    maven = program("elasticsearch", "mvn", package="maven")
    command = [maven, "-q", "-B", _DEPENDENCY, f"-Dartifact={_ARTIFACT}", f"-DoutputDirectory={scratch}"]
    home = {"HOME": str(Path.home()), "JAVA_HOME": str(java_home())}
    archive = scratch / f"elasticsearch-{VERSION}.zip"
    if run(Launch("fetch", command, scratch, environment=home), log) != 0 or not archive.exists():
        raise ServiceError("elasticsearch", f"{_ARTIFACT} cannot be fetched through Maven", log)
    if hashlib.sha256(archive.read_bytes()).hexdigest() != _SHA256:
        raise ServiceError("elasticsearch", f"the archive fetched is not {_ARTIFACT}: its checksum differs")
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(scratch)
    for path in (scratch / unpacked.name / "bin").iterdir():
        path.chmod(0o755)
    (scratch / unpacked.name).rename(unpacked)
    shutil.rmtree(scratch)
