"""Which size, rate and CRF a rung gets: the cheapest on the convex hull of what was tried on the lesson itself. Pure.

Short pieces of a lesson are encoded in a few shapes at a few CRFs, and each is judged with VMAF. Between the CRFs of a
shape, VMAF and the logarithm of the rate are taken to be straight. The shapes on the upper hull of all of this are the
best for their bytes; a rung is the cheapest point of theirs that is as good as it is wanted, or the best one under its
ceiling. How well it holds is in docs/decisions/0029.

Source of the idea: Netflix, "Per-Title Encode Optimization" (2015), and "Dynamic optimizer" (2018).
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from media_pipeline.ladder import HIGHEST_CRF, PictureRung, Plan, fit, frame_rate

# Pieces from these places of a lesson: together a fifth of it, but 1 s each at the least and 2 s at the most.
PIECES_AT = (0.25, 0.65)
LONGEST_PIECE_S = 2.0
SHARE_OF_LESSON = 0.2
SHORTEST_LESSON_S = 8.0  # below this trials would take longer than the encode itself
MARGIN = 0.94  # of a ceiling is aimed at: what is left out of the pieces may be harder than they are
ADDS_FROM = 3.0  # points of VMAF by which a rung is better than the one below it, or it is left out
FULL_CRFS = (42, 52, 58, 61, HIGHEST_CRF)  # from 61 on a step is worth three of the others
HALF_CRFS = (54, 61, HIGHEST_CRF)
SMALL_CRFS = (58, HIGHEST_CRF)
LOWEST_CRF = 36
SLOWEST_FPS = 4.5
TRIAL_PRESET = 8


@dataclass(frozen=True)
class Shape:
    """A size and a frame rate."""

    width: int
    height: int
    fps: float


@dataclass(frozen=True)
class Trial:
    """One shape at one CRF, to be encoded."""

    shape: Shape
    crf: int


@dataclass(frozen=True)
class Tried:
    """What came of a trial: bytes of a keyframe, bits a second of the pictures between them, VMAF."""

    trial: Trial
    key_bytes: float
    rest_bps: float
    vmaf: float


@dataclass(frozen=True)
class Point:
    """A shape at a CRF with its rate over the whole lesson, its first picture and its VMAF, measured or between."""

    shape: Shape
    crf: int
    bps: float
    first_bytes: float
    vmaf: float


def pieces(duration_s: float) -> tuple[float, tuple[float, ...]]:
    """How long each piece is, and where each begins; no pieces of a lesson that is too short to try things on."""
    if duration_s < SHORTEST_LESSON_S:
        return 0.0, ()
    length_s = min(LONGEST_PIECE_S, max(1.0, duration_s * SHARE_OF_LESSON / len(PIECES_AT)))
    return length_s, tuple(duration_s * at for at in PIECES_AT)


def whole(plan: Plan) -> Shape | None:
    """The largest and quickest shape that is tried, which the others are judged by; None where nothing is tried."""
    wanted = [rung for rung in plan.pictures if rung.vmaf]
    if not wanted or not plan.probe.width or not plan.probe.height:
        return None
    area, fps = max(rung.width * rung.height for rung in wanted), max(rung.fps for rung in wanted)
    return Shape(*fit(plan.probe.width, plan.probe.height, area), fps)


def next_trials(plan: Plan, found: Sequence[Tried] = ()) -> tuple[Trial, ...]:
    """What is still to be tried of a lesson; nothing when enough is known.

    First the whole picture at its rate and at half of it. Half of its area only where both take more than the lowest
    rung may have: elsewhere it was on no clip's hull.
    """
    full = whole(plan)
    if full is None:
        return ()
    half = replace(full, fps=frame_rate(full.fps, full.fps / 2)) if full.fps >= SLOWEST_FPS * 2 else full
    if not found:
        slower = [Trial(half, crf) for crf in HALF_CRFS] if half != full else []
        return (*(Trial(full, crf) for crf in FULL_CRFS), *slower)
    small = fit(full.width, full.height, full.width * full.height // 2)
    if any(one.trial.shape.width < full.width for one in found) or small == (full.width, full.height):
        return ()
    if min(point.bps for point in points(found, plan)) <= _aim(plan.pictures[0]):
        return ()
    shapes = dict.fromkeys(replace(shape, width=small[0], height=small[1]) for shape in (full, half))
    return tuple(Trial(shape, crf) for shape in shapes for crf in SMALL_CRFS)


def points(found: Sequence[Tried], plan: Plan) -> list[Point]:
    """Every CRF between those that were tried of a shape, and a little below them for the first, the best shape."""
    keys_a_second = len(plan.pictures[0].keyframes_s) / plan.duration_s
    out: list[Point] = []
    for shape in dict.fromkeys(one.trial.shape for one in found):
        known = sorted((one for one in found if one.trial.shape == shape), key=lambda one: one.trial.crf)
        for low, high in pairwise(known):
            begin = LOWEST_CRF if low.trial.crf == FULL_CRFS[0] else low.trial.crf
            crfs = range(begin, high.trial.crf + (high is known[-1]))
            out.extend(_between(low, high, crf, keys_a_second) for crf in crfs)
    return out


def _between(low: Tried, high: Tried, crf: int, keys_a_second: float) -> Point:
    at = (crf - low.trial.crf) / (high.trial.crf - low.trial.crf)

    def straight(of_low: float, of_high: float) -> float:
        return math.exp(math.log(max(of_low, 1)) * (1 - at) + math.log(max(of_high, 1)) * at)

    key_bytes = straight(low.key_bytes, high.key_bytes)
    bps = straight(low.rest_bps, high.rest_bps) + key_bytes * 8 * keys_a_second
    vmaf = min(100.0, low.vmaf * (1 - at) + high.vmaf * at)
    return Point(low.trial.shape, crf, bps, key_bytes, vmaf)


def hull(of: Iterable[Point]) -> list[Point]:
    """The upper convex hull of VMAF over the logarithm of the rate, as far as it rises; fewest bytes first."""
    out: list[Point] = []
    for point in sorted(of, key=lambda point: (point.bps, -point.vmaf)):
        if out and point.vmaf <= out[-1].vmaf:
            continue
        while len(out) > 1 and _slope(out[-2], point) >= _slope(out[-2], out[-1]):
            out.pop()
        out.append(point)
    return out


def front(of: Sequence[Point]) -> list[Point]:
    """In the shapes that are on the hull, the points that none is better than for fewer bytes; fewest bytes first.

    Where the hull goes from one shape to another it leaves out a stretch, and a rung in it would take the far end.
    """
    shapes = {point.shape for point in hull(of)}
    out: list[Point] = []
    for point in sorted(of, key=lambda point: (point.bps, -point.vmaf)):
        if point.shape in shapes and (not out or point.vmaf > out[-1].vmaf):
            out.append(point)
    return out


def _slope(low: Point, high: Point) -> float:
    return (high.vmaf - low.vmaf) / max(math.log(high.bps / low.bps), 1e-9)


def chosen(plan: Plan, found: Sequence[Tried]) -> tuple[PictureRung, ...]:
    """The plan's rungs in the shapes and at the CRFs that are best for this lesson, without those that add nothing.

    Rungs that no VMAF is wanted of stay as they are. One that nothing tried is low enough for begins with the lowest.
    """
    best = front(points(found, plan))
    out: list[PictureRung] = []
    before = -math.inf
    for rung in plan.pictures:
        if not rung.vmaf or not best:
            out.append(rung)
            continue
        allowed = [point for point in best if point.bps <= _aim(rung)]
        if allowed and allowed[-1].vmaf < before + ADDS_FROM:
            continue
        wanted = max(rung.vmaf, before + ADDS_FROM)
        point = next((point for point in allowed if point.vmaf >= wanted), (allowed or best[:1])[-1])
        before = point.vmaf if allowed else before
        shape = point.shape
        out.append(replace(rung, width=shape.width, height=shape.height, fps=shape.fps, crf=point.crf))
    return tuple(out)


def _aim(rung: PictureRung) -> float:
    return rung.ceiling_bps * MARGIN
