"""Byte ranges of HTTP (RFC 9110, section 14), as pure functions."""

import re
from dataclasses import dataclass

# More digits than any file needs are no number of ours; Python would refuse thousands of them.
_RANGE = re.compile(
    r"bytes[ \t]*=[ \t]*(?:([0-9]{1,19})-([0-9]{1,19})?|-([0-9]{1,19}))[ \t]*", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class Span:
    """Bytes `first` to `last`, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        return self.last - self.first + 1


class Unsatisfiable(Exception):
    """No byte of the file is in the range: 416."""


def span(header: str, size: int) -> Span | None:
    """What a Range header asks of a file of `size` bytes; None when the whole file is the answer.

    The whole file answers other units, several ranges and what is no range at all: a server may ignore those (14.2).
    Raises Unsatisfiable.
    """
    match = _RANGE.fullmatch(header)
    if match is None:
        return None
    first, last, suffix = match.groups()
    if suffix is not None:
        if int(suffix) == 0 or size == 0:
            raise Unsatisfiable
        return Span(max(0, size - int(suffix)), size - 1)
    if last is not None and int(last) < int(first):
        return None
    if int(first) >= size:
        raise Unsatisfiable
    return Span(int(first), size - 1 if last is None else min(int(last), size - 1))
