"""Several services in one folder: started together, stopped together, and only what was started here."""

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path

from scripts.services.base import NotYetError, Service
from scripts.services.errors import ServiceError
from scripts.services.places import Place
from scripts.services.processes import Process, spawn

Say = Callable[[str], None]
_ASK_AGAIN_S = 0.2


def silent(_: str) -> None:
    """Says nothing."""


def start(folder: Path, services: Sequence[Service], say: Say = silent) -> dict[str, str]:
    """Start what does not run yet, wait until all answer, and return their addresses as environment variables.

    What answers already is left alone. When one cannot be started, those started by this call are stopped again.
    Raises ServiceError.
    """
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    began: dict[str, float] = {}
    with _locked(folder):
        started: list[Place] = []
        try:
            places = [(service, Place.of(folder, service.name, service.user())) for service in services]
            for service, place in places:
                began[service.name] = time.monotonic()
                if _launch(service, place, say):
                    started.append(place)
            for service, place in places:
                _wait(service, place)
                if place in started:
                    say(f"{service.name} answers after {time.monotonic() - began[service.name]:.1f} s")
        except BaseException:
            for place in reversed(started):
                _end(place)
            raise
        return {name: value for service, place in places for name, value in service.exports(place).items()}


def addresses(folder: Path, services: Sequence[Service]) -> dict[str, str]:
    """The addresses of those of `services` that run in `folder`."""
    found: dict[str, str] = {}
    for service in services:
        if (folder / service.name / "state.json").exists():
            place = Place.of(folder, service.name, service.user())
            if place.state.processes and all(process.is_alive for process in place.state.processes.values()):
                found |= service.exports(place)
    return found


def processes(folder: Path, service: str) -> Mapping[str, Process]:
    """The processes of a service as they were started, by name (`node-2`)."""
    return Place.of(folder, service).state.processes


def stop(folder: Path, say: Say = silent) -> None:
    """Stop what was started in `folder`, and nothing else. Data stay."""
    if not folder.exists():
        return
    with _locked(folder):
        for place in _places(folder):
            if place.state.processes:
                _end(place)
                say(f"{place.service} stopped")


def remove(folder: Path) -> None:
    """Stop what was started in `folder`, and remove its data."""
    stop(folder)
    for place in _places(folder):
        shutil.rmtree(place.home, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def _places(folder: Path) -> list[Place]:
    return [Place.of(folder, path.parent.name) for path in sorted(folder.glob("*/state.json"))]


def _launch(service: Service, place: Place, say: Say) -> bool:
    """Start what does not run of a service. False when all of it runs."""
    state = place.state
    if state.prepared and state.prepared != service.kind():
        reason = f"{place.folder} was made for {state.prepared}, not for {service.kind()}: use another folder"
        raise ServiceError(service.name, reason)
    if state.processes and all(process.is_alive for process in state.processes.values()):
        return False
    say(f"{service.name} ...")
    if not any(process.is_alive for process in state.processes.values()):
        _end(place)  # what a killed process left behind
        place.move_taken_ports()
    state.stop_signal, state.stop_patience_s = service.stop_signal, service.stop_patience_s
    try:
        if not state.prepared:
            place.clear_home()
            service.prepare(place)
            state.prepared = service.kind()
        launches = service.launches(place)
        place.write()
        for launch in launches:
            if launch.name not in state.processes or not state.processes[launch.name].is_alive:
                state.processes[launch.name] = spawn(launch, place.log(launch.name))
                place.write()
    except BaseException as error:
        _end(place)
        if isinstance(error, OSError):
            raise ServiceError(service.name, f"cannot be started: {error}", place.folder) from error
        raise
    return True


def _wait(service: Service, place: Place) -> None:
    """Wait until the service answers as a client expects it to."""
    until = time.monotonic() + service.start_patience_s
    while True:
        answered = "nothing"
        try:
            service.ask(place)
        except NotYetError as error:
            answered = str(error)
        else:
            return
        for name, process in place.state.processes.items():
            if process.wait(_ASK_AGAIN_S / len(place.state.processes)):
                reason = f"ended while it was starting: {_last_line(place.log(name))}"
                raise ServiceError(service.name, reason, place.log(name))
        if time.monotonic() > until:
            reason = f"does not answer within {service.start_patience_s:.0f} s: {answered}"
            raise ServiceError(service.name, reason, place.log(next(iter(place.state.processes))))


def _end(place: Place) -> None:
    state = place.state
    for process in state.processes.values():
        process.end(state.stop_signal, state.stop_patience_s)
    state.processes.clear()
    place.write()


def _last_line(log: Path) -> str:
    """The last thing that was said, without escape sequences."""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return "".join(c for c in lines[-1] if c.isprintable())[:300] if lines else "it said nothing"


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One start or stop at a time."""
    with os.fdopen(os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
        flock(lock, LOCK_EX)
        yield
