"""Where a service keeps what: its ports, its secrets, its log, its data."""

import hashlib
import json
import os
import pwd
import secrets
import shutil
import socket
import stat
from dataclasses import dataclass, field
from pathlib import Path

from scripts.services.errors import ServiceError
from scripts.services.processes import Process

# Below the range that the system gives to connections going out: a port stays free while its service is restarted.
_PORTS = range(20_000, 32_000)
_NAMED = "fieldschool"


@dataclass
class State:
    """What is written down about a service: enough to find it, to stop it and to start it again as it was."""

    home: str
    ports: dict[str, int] = field(default_factory=dict)
    processes: dict[str, Process] = field(default_factory=dict)
    stop_signal: int = 15
    stop_patience_s: float = 20.0
    prepared: str = ""


@dataclass(frozen=True)
class Place:
    """The folder of one service. `home`, its data, belongs to the user of the system that it runs as."""

    service: str
    folder: Path
    user: str | None
    state: State

    @classmethod
    def of(cls, folder: Path, service: str, user: str | None = None) -> "Place":
        """The place of `service` in the folder of a set, made if need be."""
        own = folder / service
        own.mkdir(mode=0o711, parents=True, exist_ok=True)  # others may pass, not look
        path = own / "state.json"
        state = _read(path) if path.exists() else State(home=str(_home(own, user)))
        return cls(service, own, user, state)

    @property
    def home(self) -> Path:
        """Where its data are."""
        return Path(self.state.home)

    def log(self, process: str) -> Path:
        """Where one of its processes says what it does."""
        return self.folder / f"{process}.log"

    def write(self) -> None:
        """Write the state down."""
        scratch = self.folder / "state.json.new"
        document = {**vars(self.state), "processes": {k: vars(v) for k, v in self.state.processes.items()}}
        scratch.write_text(json.dumps(document, indent=1), encoding="utf-8")
        scratch.replace(self.folder / "state.json")

    def port(self, name: str) -> int:
        """The port of that name: the same as last time."""
        if name not in self.state.ports:
            self.state.ports[name] = free_port(set(self.state.ports.values()))
        return self.state.ports[name]

    def move_taken_ports(self) -> None:
        """Choose anew where somebody else listens by now."""
        for name, number in list(self.state.ports.items()):
            if not _is_free(number):
                self.state.ports[name] = free_port(set(self.state.ports.values()))

    def secret(self, name: str) -> str:
        """A random secret of that name: the same as last time, readable by its owner only."""
        path = self.folder / f"{name}.secret"
        if not path.exists():
            write_private(path, secrets.token_hex(24))
        return path.read_text(encoding="ascii")

    def clear_home(self) -> None:
        """Begin with no data."""
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir(mode=0o700, parents=True)
        self.give(self.home)

    def give(self, path: Path) -> None:
        """Let the service's user own a file or a folder."""
        if self.user is not None:
            shutil.chown(path, self.user, pwd.getpwnam(self.user).pw_gid)

    def write_home(self, name: str, text: str) -> Path:
        """Write a file that only the service may read into its home."""
        path = self.home / name
        path.unlink(missing_ok=True)
        write_private(path, text)
        self.give(path)
        return path


def write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def free_port(taken: set[int]) -> int:
    """A port of the loopback that nobody listens on.

    Raises ServiceError when there is none.
    """
    for _ in range(1000):
        number = secrets.choice(_PORTS)
        if number not in taken and _is_free(number):
            return number
    raise ServiceError("services", f"no free port between {_PORTS.start} and {_PORTS.stop} on 127.0.0.1")


def _is_free(number: int) -> bool:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", number))
        except OSError:
            return False
    return True


def system_user(*names: str) -> str | None:
    """As whom a service runs that refuses to be root: the first of `names` that the system has. None if not root."""
    if os.geteuid() != 0:
        return None
    there = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in names if name in there), "nobody")


def cache() -> Path:
    """Where downloads are kept between runs: for root a folder that the services' users can read."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return (Path("/var/cache") if os.geteuid() == 0 else base) / _NAMED


def _home(own: Path, user: str | None) -> Path:
    """Beside the state; but where the service's user may not go there (a clone under /root), in /var/tmp."""
    if user is None or all(stat.S_IMODE(parent.stat().st_mode) & stat.S_IXOTH for parent in (own, *own.parents)):
        return own / "home"
    mark = hashlib.sha256(str(own).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"{_NAMED}-{own.name}-{mark}"  # noqa: S108 - made anew, mode 0700, by its name for root only


def _read(path: Path) -> State:
    document = json.loads(path.read_text(encoding="utf-8"))
    document["processes"] = {name: Process(**known) for name, known in document["processes"].items()}
    return State(**document)
