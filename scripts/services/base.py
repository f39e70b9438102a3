"""What every service says about itself."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from signal import SIGTERM
from typing import ClassVar

from scripts.services.errors import ServiceError
from scripts.services.places import Place
from scripts.services.processes import Launch, environment


@dataclass(frozen=True)
class Service(ABC):
    """One service: how it is prepared, started, asked whether it answers, and stopped."""

    name: ClassVar[str]
    stop_signal: ClassVar[int] = SIGTERM
    stop_patience_s: ClassVar[float] = 20.0
    start_patience_s: ClassVar[float] = 60.0

    def user(self) -> str | None:
        """The user of the system that it runs as; None for whoever starts it."""
        return None

    def kind(self) -> str:
        """What its data were made for: a set is not started over data made for another kind."""
        return self.name

    def prepare(self, place: Place) -> None:  # noqa: B027 - most need nothing
        """Make its data, once, in an empty home."""

    @abstractmethod
    def launches(self, place: Place) -> list[Launch]:
        """The programs that are to run. Also writes the configuration they read."""

    @abstractmethod
    def ask(self, place: Place) -> None:
        """Do what a client would do, signed in. Raises NotYetError while it does not answer as it should."""

    @abstractmethod
    def exports(self, place: Place) -> Mapping[str, str]:
        """Its address as environment variables of the site."""


class NotYetError(Exception):
    """The service does not answer yet; says what was answered instead."""


def program(service: str, name: str, *folders: str | Path, package: str) -> str:
    """The path of a program: in `folders`, or where programs are.

    Raises ServiceError naming the Debian package that has it.
    """
    for folder in folders:
        if (found := which(name, path=str(folder))) is not None:
            return found
    found = which(name, path=environment({})["PATH"])
    if found is None:
        raise ServiceError(service, f"the program {name} is not installed: apt-get install {package}")
    return found
