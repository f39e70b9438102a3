"""Slides to read: which moments of a lesson are worth a picture, found from what changes in it. Pure.

The picture is looked at `LOOKS_A_SECOND` times a second in a small grey grid. A slide begins where the grid is no more
what it was when the slide settled, and its picture is taken once the grid has settled again, as late as nothing else
comes: a page that builds up within seconds is one picture with all its lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

LOOKS_A_SECOND = 2
GRID = (160, 90)  # cells; a line of text is two or three of them high
Grids = NDArray[numpy.uint8]  # (looks, rows, columns)

CELL_CHANGED = 20  # grey levels: more than a codec's noise
CHANGED = 0.004  # a shorter word than this share of the picture is none
STILL = 0.002  # of one look against the one before
SHORTEST_S = 3.0  # what stands for less is on its way to the next
MOST = 300


@dataclass(frozen=True)
class Slide:
    """One picture: it belongs to the lesson from `start_s`, and is taken at the look `look` (of the grid's clock)."""

    start_s: float
    look: int


def slides(grids: Grids) -> tuple[Slide, ...]:
    """The slides of a lesson, the first from 0. Empty when there are no looks; at most `MOST`, those shown longest."""
    if not len(grids):
        return ()
    starts = _starts(grids)
    ends = [*starts[1:], len(grids)]
    found = [
        Slide(start / LOOKS_A_SECOND, _settled(grids, start, end)) for start, end in zip(starts, ends, strict=True)
    ]
    return _longest(found, len(grids) / LOOKS_A_SECOND)


def _starts(grids: Grids) -> list[int]:
    """The looks at which slides begin: `begin` leaves what stood there, and something stays after it."""
    starts = [0]
    reference = grids[0]
    moving = 0  # the look at which the picture began to leave the reference, 0: it has not
    for look in range(1, len(grids)):
        if _share(reference, grids[look]) < CHANGED:
            moving = 0
            continue
        moving = moving or look
        if _share(grids[look - 1], grids[look]) >= STILL:
            continue
        if moving - starts[-1] < SHORTEST_S * LOOKS_A_SECOND:
            reference, moving = grids[look], 0  # the slide goes on building up
            continue
        starts.append(moving)
        reference, moving = grids[look], 0
    return starts


def _settled(grids: Grids, start: int, end: int) -> int:
    """The last look of a slide at which nothing moves, one before its end where it can be."""
    for look in range(end - 2, start, -1):
        if _share(grids[look - 1], grids[look]) < STILL:
            return look
    return max(start, end - 1)


def _longest(found: Sequence[Slide], end_s: float) -> tuple[Slide, ...]:
    if len(found) <= MOST:
        return tuple(found)
    ends = [*(slide.start_s for slide in found[1:]), end_s]
    times = {slide.look: until - slide.start_s for slide, until in zip(found, ends, strict=True)}
    kept = set(sorted(times, key=times.__getitem__, reverse=True)[:MOST])
    first, *rest = found
    return (first, *(slide for slide in rest if slide.look in kept))[:MOST]


def _share(before: NDArray[numpy.uint8], after: NDArray[numpy.uint8]) -> float:
    """The share of cells that changed by more than noise."""
    apart = numpy.abs(before.astype(numpy.int16) - after)
    return float((apart > CELL_CHANGED).mean())
