"""Encoding: one source file in, renditions out. The face of ffmpeg for the steps; knows no models and no database.

Each step writes into a folder of its caller and can be repeated. `watch` is called at least every second with the
progress; what it raises stops the work and goes up.
"""

import contextlib
import math
import mmap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from errno import EDQUOT, ENOSPC
from pathlib import Path

from media_pipeline import storyboards
from media_pipeline.adapters import boxes, ffmpeg, fragments, graphs, probe
from media_pipeline.content import classify
from media_pipeline.encoder import Encoded, EncodedKind, Progress, Watch, part_of
from media_pipeline.errors import MediaError, NoSpace
from media_pipeline.hull import chosen
from media_pipeline.ladder import VERSION, Effort, PictureRung, Plan, Probe, TrackRung, fit, harder, plain_rungs, plan
from media_pipeline.posters import poster
from media_pipeline.reading import encode_slides
from media_pipeline.trying import tried
from media_pipeline.types import Content, FragmentIndex

__all__ = ["Encoded", "Examined", "MediaError", "NoSpace", "Plan", "Probe", "Progress", "Watch", "encode_slides"]

PROMISE_TOLERANCE = 1.02
PASSES = 4


@dataclass(frozen=True)
class Examined:
    """What a source is, and what will be made of it."""

    probe: Probe
    content: Content
    plan: Plan
    ladder: int  # the version that planned


def ladder_version() -> int:
    """Counts what the ladder plans: files of an older one are worth being made anew."""
    return VERSION


def encoder_version() -> str:
    """Names the encoder: part of a rendition's key, as other versions make other bytes."""
    return ffmpeg.version()


def examine(source: Path, *, effort: Effort = "default", watch: Watch) -> Examined:
    """Probe a source, tell its kind of content and plan its ladder. Raises MediaError for what cannot be used."""
    looked = probe.look_at(source, watch=watch)
    content = classify(looked.look)
    return Examined(looked.probe, content, plan(looked.probe, content, effort), VERSION)


def fitted(plan: Plan, length_s: float) -> Plan:
    """The same, cut or padded with silence to `length_s`."""
    return replace(plan, probe=replace(plan.probe, duration_s=length_s))


def encode_voice(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    """The sound alone; nothing when the source has none."""
    if not plan.voice:
        return []
    raw, target = folder / "voice.raw.mp4", folder / "voice.mp4"
    _run(graphs.voice(probe.regular_file(source), plan, raw), plan, watch)
    index = _pack(raw, target, fragments.SOUND_LENGTHS, plan.duration_s)
    return [_encoded("voice", "sound", target, "audio/mp4", plan, index=index)]


def encode_pictures(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    """All picture renditions from one decode, in the shapes that trials find best; nothing for sound alone.

    A rung above its promise is encoded again, harder.
    """
    if not plan.pictures:
        return []
    real = probe.regular_file(source)
    rungs = chosen(plan, tried(real, plan, folder, watch=watch))
    waiting: Sequence[PictureRung] = rungs
    done: dict[str, Encoded] = {}
    passes: dict[str, list[tuple[int, int]]] = {rung.name: [] for rung in waiting}
    for attempt in range(PASSES):
        targets = [(rung, folder / f"{rung.name}.raw.mp4") for rung in waiting]
        if not targets:
            break
        _run(graphs.pictures(real, plan, targets), plan, _part(watch, attempt), pictures=len(targets))
        again = []
        for rung, raw in targets:
            encoded = _picture(rung, raw, folder / f"{rung.name}.{attempt}.mp4", plan)
            done[rung.name] = _smaller(encoded, done.get(rung.name), folder / f"{rung.name}.mp4")
            passes[rung.name].append((rung.crf, encoded.average_bps))
            if encoded.average_bps > rung.ceiling_bps * PROMISE_TOLERANCE:
                again.append(harder(rung, passes[rung.name]))
        waiting = again
    return [done[rung.name] for rung in rungs]


def _smaller(encoded: Encoded, before: Encoded | None, target: Path) -> Encoded:
    """The smaller of two passes, at `target`: on noise a higher CRF can come out larger."""
    if before and before.size_bytes <= encoded.size_bytes:
        encoded.path.unlink()
        return before
    return replace(encoded, path=encoded.path.replace(target))


def encode_share(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    """The file that plays anywhere, and the poster where there is a picture."""
    target, frames = folder / "share.mp4", folder / "poster-%d.png"
    real = probe.regular_file(source)
    at_s = min(plan.duration_s * 0.1, 12.0)
    _run(graphs.share(real, plan, target, (frames, at_s)), plan, watch)
    rung = plan.share
    if rung is None:
        return [_encoded("share", "share", target, "audio/mp4", plan)]
    share = _encoded("share", "share", target, "video/mp4", plan)
    share = replace(share, width=rung.width, height=rung.height, fps=round(rung.fps, 3))
    return [share, _poster(folder)]


def _poster(folder: Path) -> Encoded:
    taken = sorted(folder.glob("poster-*.png"))
    if not taken:
        raise MediaError("encoder_failed", "no frame for the poster")
    data, size = poster(taken)
    for path in taken:
        path.unlink()
    target = folder / "poster.jpg"
    target.write_bytes(data)
    return Encoded("poster", "poster", target, "image/jpeg", len(data), 0.0, 0, *size)


def encode_plain(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    """What devices without AV1 or Opus play: H.264 pictures and an AAC sound."""
    targets = [(rung, folder / f"{rung.name}.raw.mp4") for rung in plain_rungs(plan.probe, plan.content)]
    raw = folder / "aac.raw.mp4" if plan.voice else None
    _run(graphs.plain(probe.regular_file(source), plan, targets, raw), plan, watch, pictures=len(targets))
    made = [_picture(rung, path, folder / f"{rung.name}.mp4", plan) for rung, path in targets]
    if raw:
        target = folder / "aac.mp4"
        index = _pack(raw, target, fragments.SOUND_LENGTHS, plan.duration_s)
        made.append(_encoded("aac", "sound", target, "audio/mp4", plan, index=index))
    return made


def encode_storyboard(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    """Small pictures of the lesson on one sheet; nothing for sound alone."""
    if not plan.probe.width or not plan.probe.height:
        return []
    size = fit(plan.probe.width, plan.probe.height, storyboards.AREA)
    _run(graphs.storyboard(probe.regular_file(source), plan, folder, size), plan, watch)
    taken = sorted(folder.glob("story-*.png"))
    if not taken:
        raise MediaError("encoder_failed", "no picture for the storyboard")
    data, size = storyboards.sheet(taken, storyboards.most_bytes(plan.duration_s))
    for path in taken:
        path.unlink()
    target = folder / "storyboard.webp"
    target.write_bytes(data)
    made = Encoded("storyboard", "storyboard", target, "image/webp", len(data), round(plan.duration_s, 3), 0, *size)
    return [replace(made, fps=1 / storyboards.EVERY_S)]


@contextlib.contextmanager
def _named_errors() -> Iterator[None]:
    """Gives a full disk, and a result of ffmpeg that is no MP4 file, their MediaError."""
    try:
        yield
    except OSError as error:
        if error.errno in (ENOSPC, EDQUOT):
            raise NoSpace(str(error)) from error
        raise
    except ValueError as error:  # BadBox; mmap's own for an empty file
        raise MediaError("encoder_failed", str(error)) from error


def _run(command: list[str], plan: Plan, watch: Watch, *, pictures: int = 1) -> None:
    limits = ffmpeg.limits_for(plan.duration_s, pictures)
    ffmpeg.run(command, duration_s=plan.duration_s, limits=limits, watch=watch)


def _part(watch: Watch, attempt: int) -> Watch:
    """Progress that stays below 1 and never goes back when a rung is encoded again."""
    begin = 1 - 0.2**attempt if attempt else 0.0
    end = 1 - 0.2 ** (attempt + 1)
    return part_of(watch, begin, end)


def _picture(rung: TrackRung, raw: Path, target: Path, plan: Plan) -> Encoded:
    index = _pack(raw, target, fragments.PICTURE_LENGTHS, plan.duration_s)
    encoded = _encoded(rung.name, rung.kind, target, "video/mp4", plan, index=index)
    return replace(encoded, width=rung.width, height=rung.height, fps=round(rung.fps, 3))


@_named_errors()
def _encoded(
    name: str, kind: EncodedKind, path: Path, container: str, plan: Plan, *, index: FragmentIndex | None = None
) -> Encoded:
    size_bytes = path.stat().st_size
    with _bytes_of(path) as data:
        mime = f'{container}; codecs="{", ".join(boxes.codecs(data))}"'
    average_bps = math.ceil(size_bytes * 8 / plan.duration_s)
    return Encoded(name, kind, path, mime, size_bytes, round(plan.duration_s, 3), average_bps, index=index)


@_named_errors()
def _pack(raw: Path, target: Path, lengths: Sequence[tuple[float, float]], end_s: float) -> FragmentIndex:
    """Write `raw` anew in our fragments, take `raw` away, and index the result."""
    try:
        with _bytes_of(raw) as data, target.open("wb") as out:
            for piece in fragments.pack(data, lengths, end_s=end_s):
                out.write(piece)
        with _bytes_of(target) as data:
            return fragments.index(data)
    finally:
        raw.unlink(missing_ok=True)


@contextlib.contextmanager
def _bytes_of(path: Path) -> Iterator[memoryview]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        view = memoryview(mapped)
        try:
            yield view
        finally:
            view.release()
