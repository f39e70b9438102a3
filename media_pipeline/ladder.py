"""The ladder: which renditions a lesson gets. Pure: a probe and the kind of content in, a plan out.

The rungs' numbers (48, 100, 250) are kbit/s with sound, kept on average over a lesson: quality is held constant
(CRF) under that ceiling, so that easy content costs less. Sizes are areas, so that upright lessons get as many points
as lying ones. Nothing is scaled up. What is planned here without measurements, `media_pipeline.hull` makes better with
those of trials.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from media_pipeline.types import Content, PictureKind

Bright = Literal["pq", "hlg"]
Effort = Literal["fast", "default", "best"]
StepKind = Literal["voice", "pictures", "share", "slides", "plain", "storyboard"]

VOICE_BPS = 13_250
VOICE_TO_HZ = 8_000  # what speech has; all bits for it sound better than the same for twice the band (ADR 0025)
VOICE_ON_DISK_BPS = 14_200  # Opus in packets of 60 ms, container counted
SHARE_SOUND_BPS = 32_000
PLAIN_SOUND_BPS = 24_000  # AAC for devices without Opus: at this rate 32 kHz sounds better than 16 or 24 (PESQ)
SHARE_CEILING_BPS = 110_000
HIGH_WITH_SOUND_BPS = 1_200_000
VERSION = 4  # one more when what it plans changes: `complete_media` has made anew what an older one planned
SLIDES_WITH_SOUND_BPS = 29_000
# (first ones, then every so many seconds). A keyframe costs as much as 2 to 10 s of pictures (two more in 10 s of
# talking people: 18 % at equal CRF), so they stand close only where playing starts. Slides are entered from the last
# keyframe: at a frame a second the pictures between are nearly free.
KEYFRAMES_S: dict[Content, tuple[tuple[float, ...], float]] = {
    "camera": ((0.0, 3.0, 12.0), 16.0),
    "screencast": ((0.0, 6.0), 20.0),
    "slides": ((0.0,), 30.0),
}
READ: tuple[Content, ...] = ("slides", "screencast")  # what can be read as pictures
STILL_AREA = 854 * 480
# Pictures and voice of a lesson together are to stay below 20 kbit/s; no picture gets worse than the last of these.
STILLS_BPS = 20_000 - VOICE_ON_DISK_BPS
STILL_QUALITIES = (60, 50, 40, 30, 20, 12)
SMALLEST_SIDE = 16
HIGHEST_CRF = 63
PEAK = 1.5  # times the ceiling, for a while: held to the ceiling itself the same bytes give a worse picture


@dataclass(frozen=True)
class Probe:
    """What is known of a source. Width and height are as shown: upright, in square pixels; None without a picture."""

    format: str
    size_bytes: int
    duration_s: float
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    video_codec: str | None = None
    audio_codec: str | None = None
    video_index: int | None = None
    audio_index: int | None = None
    rotation: int = 0
    interlaced: bool = False
    bright: Bright | None = None  # high dynamic range: how light becomes numbers


@dataclass(frozen=True)
class TrackRung:
    """One rendition to encode, without sound. `ceiling_bps` is the picture's own share of the promise."""

    name: str
    kind: PictureKind
    width: int
    height: int
    fps: float
    crf: int
    ceiling_bps: int
    keyframes_s: tuple[float, ...]


@dataclass(frozen=True)
class PictureRung(TrackRung):
    """AV1."""

    preset: int
    screen: bool
    cheap_keyframes: bool  # coarser at first, refined by the pictures after it: on drawn pages nothing refines it
    vmaf: float = 0.0  # good enough: no bytes are spent on more; 0 where size, rate and CRF are not to be tried


@dataclass(frozen=True)
class PlainRung(TrackRung):
    """H.264, for devices without AV1: keyframes where the others have theirs."""

    drawn: bool  # its edges want what the encoder does for the eye; faces at these rates do not


@dataclass(frozen=True)
class ShareRung:
    """The picture of the shared file: H.264."""

    width: int
    height: int
    fps: float
    crf: int
    ceiling_bps: int


@dataclass(frozen=True)
class Plan:
    """Everything to be made of one source, by step."""

    probe: Probe
    content: Content
    voice: bool
    pictures: tuple[PictureRung, ...]
    share: ShareRung | None  # None: the shared file is sound alone
    steps: tuple[StepKind, ...]
    effort: Effort = "default"

    @property
    def duration_s(self) -> float:
        return self.probe.duration_s


@dataclass(frozen=True)
class _Rung:
    name: str
    kind: PictureKind
    with_sound_bps: int
    area: int
    fps: float
    crf: int
    preset: int
    vmaf: float = 0.0


# The last column is the VMAF of trials: a lesson, with keyframes far apart and a slower preset, is better at the same
# CRF by 4 to 6 points at 80, by 2 at 88, by none at 94 (docs/decisions/0033).
# What a lesson gets that is too short for trials, and where the trials (media_pipeline.hull) start from. At a high CRF
# a picture of full size and rate is better than a smaller or slower one of the same bytes.
_CAMERA = (
    _Rung("v48", "video", 48_000, 854 * 480, 15, 58, 3, 80),
    _Rung("v100", "video", 100_000, 854 * 480, 30, 56, 5, 88),
    _Rung("v250", "video", 250_000, 854 * 480, 30, 47, 6, 94),
    _Rung("high", "video", HIGH_WITH_SOUND_BPS, 1280 * 720, 30, 37, 10),
)
_SCREENCAST = (
    _Rung("v48", "video", 48_000, 1280 * 720, 7.5, 59, 3, 80),
    _Rung("v100", "video", 100_000, 1280 * 720, 15, 55, 5, 88),
    _Rung("v250", "video", 250_000, 1280 * 720, 30, 48, 6, 94),
)
_SLIDES = (
    _Rung("slides", "slides", SLIDES_WITH_SOUND_BPS, 854 * 480, 1, 63, 3),
    _Rung("v100", "video", 100_000, 1280 * 720, 5, 40, 6),
)
_RUNGS: dict[Content, tuple[_Rung, ...]] = {"camera": _CAMERA, "screencast": _SCREENCAST, "slides": _SLIDES}
# H.264: the preset column is not asked.
_PLAIN: dict[Content, tuple[_Rung, ...]] = {
    "camera": (
        _Rung("h64", "video", 64_000, 540 * 304, 15, 35, 0),
        _Rung("h200", "video", 200_000, 854 * 480, 30, 33, 0),
    ),
    "screencast": (
        _Rung("h64", "video", 64_000, 854 * 480, 5, 30, 0),
        _Rung("h200", "video", 200_000, 1280 * 720, 7.5, 26, 0),
    ),
    "slides": (
        _Rung("h64", "slides", 64_000, 854 * 480, 1, 27, 0),
        _Rung("h200", "video", 200_000, 1280 * 720, 5, 24, 0),
    ),
}
_SHARE: dict[Content, tuple[int, float]] = {
    "camera": (480 * 270, 15),
    "screencast": (854 * 480, 7.5),
    "slides": (854 * 480, 2),
}
# Added to the presets of AV1 (the lower, the slower). What comes of it: docs/operations/media.md.
_HASTE: dict[Effort, int] = {"fast": 4, "default": 0, "best": -1}
_QUICKEST = 10
_ADDS_FROM = 1.15  # times as wide
# Text of 480 lines is read at the highest CRF as it is at 45, for half the bytes of its keyframes; in 240 lines its
# strokes have so few points that they go first (words read by tesseract: benchmarks/results/media.md).
_TEXT_STANDS_FROM = 640 * 480
_TEXT_CRF_BY_HALVING = 16
_TEXT_LOWEST_CRF = 45
_SLIDES_LARGER_FROM = 1.25  # a larger rung of slides pays when the source has this much more than 480 lines


def fit(width: int, height: int, area: int) -> tuple[int, int]:
    """The largest even size of the same shape within `area`, never larger than the source."""
    scale = min(1.0, math.sqrt(area / (width * height)))
    return _even(width * scale, width), _even(height * scale, height)


def _even(side: float, most: int) -> int:
    return max(SMALLEST_SIDE, min(round(side / 2) * 2, most // 2 * 2))


def frame_rate(source_fps: float, most: float) -> float:
    """The source's frame rate divided by the least whole number that brings it to `most` or (nearly) under."""
    if source_fps <= most:
        return source_fps
    return source_fps / math.ceil(source_fps / (most * 1.01))


def common_step_s(source_fps: float | None, content: Content) -> float:
    """How far apart the moments are at which pictures of all rungs begin; 0 when that is not known.

    Keyframes that stand there stand together: a change of quality at one leaves no gap.
    """
    if not source_fps:
        return 0.0
    rates = {rung.fps for rung in (*_RUNGS[content], *_PLAIN[content])}
    tried = [rung.fps for rung in _RUNGS[content] if rung.vmaf]
    if tried:  # trials may choose half of the highest rate
        rates.add(frame_rate(source_fps, max(tried)) / 2)
    return math.lcm(*(round(source_fps / frame_rate(source_fps, most)) for most in rates)) / source_fps


def keyframes(duration_s: float, first: tuple[float, ...], every_s: float, step_s: float = 0.0) -> tuple[float, ...]:
    """Where keyframes are put: close at the start, where a player joins in; rarer later. None in the last second.

    At multiples of `step_s`, the next ones up.
    """
    times = list(first)
    while times[-1] + every_s < duration_s:
        times.append(times[-1] + every_s)
    if step_s:
        times = [math.ceil(time / step_s - 1e-6) * step_s for time in times]
    return tuple(time for time in times if time == 0 or time < duration_s - 1)


def plan(probe: Probe, content: Content, effort: Effort = "default") -> Plan:
    """The ladder of one source. More effort is more time for fewer bytes; names and promises are the same."""
    has_sound = probe.audio_codec is not None
    pictures: tuple[PictureRung, ...] = ()
    share = None
    if probe.width and probe.height:
        pictures = tuple(
            _rung(probe, content, rung, fit(probe.width, probe.height, rung.area), effort)
            for rung in _rungs(probe.width, probe.height, content)
        )
        share = _share(probe, content, probe.width, probe.height)
    steps: list[StepKind] = []
    if has_sound:
        steps.append("voice")
    if pictures:
        steps.append("pictures")
    steps.append("share")
    if pictures and content in READ:
        steps.append("slides")
    steps.append("plain")
    if pictures:
        steps.append("storyboard")
    return Plan(probe, content, has_sound, pictures, share, tuple(steps), effort)


def plain_rungs(probe: Probe, content: Content) -> tuple[PlainRung, ...]:
    """The renditions for devices without AV1; a second one only where it has more to show than the first."""
    found: list[PlainRung] = []
    for rung in _PLAIN[content] if probe.width and probe.height else ():
        size = fit(probe.width or 0, probe.height or 0, rung.area)
        fps = frame_rate(probe.fps or rung.fps, rung.fps)
        if found and size[0] < found[0].width * _ADDS_FROM and (content == "slides" or fps < found[0].fps * 1.1):
            continue
        ceiling_bps = rung.with_sound_bps - VOICE_ON_DISK_BPS
        times = _keyframes(probe, content)
        found.append(PlainRung(rung.name, rung.kind, *size, fps, rung.crf, ceiling_bps, times, content != "camera"))
    return tuple(found)


def harder(rung: PictureRung, tried: Sequence[tuple[int, int]]) -> PictureRung:
    """The rung again after passes that came out too large: a higher CRF, and past the highest a smaller size.

    `tried` holds (CRF, bits a second) of the passes so far, the last one of `rung` itself. The CRF that halves the rate
    is taken from the last two passes; before there are two, 8, and 5 where CRFs are high (measured: 6 to 10, and 3 to 7
    on the clips). One more for certainty.
    """
    crf, average_bps = tried[-1]
    halving = 8.0 if crf < 55 else 5.0
    if len(tried) > 1 and tried[-2][1] > average_bps and tried[-2][0] < crf:
        halving = (crf - tried[-2][0]) / math.log2(tried[-2][1] / average_bps)
    wanted = crf + math.ceil(min(halving, 16.0) * math.log2(average_bps / rung.ceiling_bps)) + 1
    if wanted <= HIGHEST_CRF:
        return replace(rung, crf=wanted)
    scale = max(0.5, 2 ** (-(wanted - HIGHEST_CRF) / 12))
    width, height = _even(rung.width * scale, rung.width), _even(rung.height * scale, rung.height)
    return replace(rung, crf=HIGHEST_CRF, width=width, height=height)


def _rungs(width: int, height: int, content: Content) -> tuple[_Rung, ...]:
    if content == "slides":
        worth = width * height >= (854 * 480) * _SLIDES_LARGER_FROM**2
        return _SLIDES if worth else _SLIDES[:1]
    if content == "screencast":
        return _SCREENCAST
    worth = width * height >= _CAMERA[-2].area * _ADDS_FROM**2
    return _CAMERA if worth else _CAMERA[:-1]


def _rung(probe: Probe, content: Content, rung: _Rung, size: tuple[int, int], effort: Effort) -> PictureRung:
    return PictureRung(
        name=rung.name,
        kind=rung.kind,
        width=size[0],
        height=size[1],
        fps=frame_rate(probe.fps or rung.fps, rung.fps),
        crf=_crf(rung, size),
        preset=_preset(rung, effort),
        vmaf=0.0 if effort == "fast" else rung.vmaf,
        ceiling_bps=rung.with_sound_bps - VOICE_ON_DISK_BPS,
        screen=content != "camera",
        cheap_keyframes=content == "camera",
        keyframes_s=_keyframes(probe, content),
    )


def _preset(rung: _Rung, effort: Effort) -> int:
    haste = _HASTE[effort] if rung.kind == "video" else max(0, _HASTE[effort])  # slides are as slow as it helps
    return min(rung.preset + haste, _QUICKEST)


def _crf(rung: _Rung, size: tuple[int, int]) -> int:
    if rung.kind != "slides":
        return rung.crf
    halvings = max(0.0, math.log2(_TEXT_STANDS_FROM / (size[0] * size[1])))
    return max(_TEXT_LOWEST_CRF, round(rung.crf - _TEXT_CRF_BY_HALVING * halvings))


def _keyframes(probe: Probe, content: Content) -> tuple[float, ...]:
    return keyframes(probe.duration_s, *KEYFRAMES_S[content], common_step_s(probe.fps, content))


def _share(probe: Probe, content: Content, width: int, height: int) -> ShareRung:
    area, most_fps = _SHARE[content]
    size = fit(width, height, area)
    return ShareRung(*size, frame_rate(probe.fps or most_fps, most_fps), crf=30, ceiling_bps=SHARE_CEILING_BPS)
