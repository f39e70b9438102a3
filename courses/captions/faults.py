"""What is wrong with captions: every place, with its line and what to change."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SHOWN = 20


@dataclass(frozen=True)
class Fault:
    """A line (from 1) that is wrong, and a sentence that says what to change."""

    line: int
    sentence: str | Promise

    def __str__(self) -> str:
        return _("Line %(line)d: %(sentence)s") % {"line": self.line, "sentence": self.sentence}


class CaptionsError(ValueError):
    """A text that cannot be read as captions: `faults` in the order of their lines, never empty."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__("; ".join(f"{fault.line}: {fault.sentence}" for fault in self.faults[:SHOWN]))

    @property
    def sentences(self) -> list[str]:
        """For people: the first `SHOWN` faults, and how many more there are."""
        found = [str(fault) for fault in self.faults[:SHOWN]]
        left = len(self.faults) - SHOWN
        if left > 0:
            found.append(ngettext("%(n)d line more is wrong.", "%(n)d lines more are wrong.", left) % {"n": left})
        return found


def at(line: int, sentence: str | Promise) -> CaptionsError:
    """An error of one line."""
    return CaptionsError([Fault(line, sentence)])
