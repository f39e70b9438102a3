"""A lesson's slides as pictures to read: looked for, taken, and written small enough together."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy
from PIL import Image

from media_pipeline.adapters import ffmpeg, graphs, probe
from media_pipeline.encoder import Encoded, Progress, Watch, part_of
from media_pipeline.errors import MediaError
from media_pipeline.ladder import READ, STILL_AREA, STILL_QUALITIES, STILLS_BPS, Plan, fit
from media_pipeline.stills import GRID, Grids, Slide, slides

SLOWEST_METHOD = 6  # of WebP: a picture is written once and sent a thousand times


def encode_slides(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    """One WebP picture for each slide; nothing for filmed lessons and for sound alone."""
    if plan.content not in READ or not plan.share or not plan.probe.width or not plan.probe.height:
        return []
    real = probe.regular_file(source)
    found = slides(_look(real, plan, folder, part_of(watch, 0, 0.4)))
    if not found:
        return []
    size = fit(plan.probe.width, plan.probe.height, STILL_AREA)
    _run(graphs.stills(real, plan, folder, [slide.look for slide in found], size), plan, part_of(watch, 0.4, 0.7))
    taken = sorted(folder.glob("still-*.png"))
    if len(taken) != len(found):
        raise MediaError("encoder_failed", f"{len(taken)} pictures of {len(found)}")
    pictures = _written(taken, plan.duration_s, part_of(watch, 0.7, 1))
    for path in taken:
        path.unlink()
    return [
        _still(folder, number, slide, picture, size)
        for number, (slide, picture) in enumerate(zip(found, pictures, strict=True), start=1)
    ]


def _look(source: Path, plan: Plan, folder: Path, watch: Watch) -> Grids:
    raw = folder / "looks.raw"
    _run(graphs.looks(source, plan, raw), plan, watch)
    cells = numpy.fromfile(raw, dtype=numpy.uint8)
    raw.unlink()
    columns, rows = GRID
    return cells[: len(cells) // (columns * rows) * columns * rows].reshape(-1, rows, columns)


def _written(paths: Sequence[Path], duration_s: float, watch: Watch) -> list[bytes]:
    """The pictures at the best quality at which all together stay within their share, else at the least."""
    most_bytes = STILLS_BPS * duration_s / 8
    pictures: list[bytes] = []
    for at, quality in enumerate(STILL_QUALITIES):
        pictures = []
        for number, path in enumerate(paths):
            watch(Progress((at + number / len(paths)) / len(STILL_QUALITIES)))
            pictures.append(_webp(path, quality))
        if sum(map(len, pictures)) <= most_bytes:
            break
    return pictures


def _webp(path: Path, quality: int) -> bytes:
    out = io.BytesIO()
    with Image.open(path) as picture:
        picture.save(out, "WEBP", quality=quality, method=SLOWEST_METHOD)
    return out.getvalue()


def _still(folder: Path, number: int, slide: Slide, picture: bytes, size: tuple[int, int]) -> Encoded:
    path = folder / f"still-{number:03}.webp"
    path.write_bytes(picture)
    return Encoded(path.stem, "still", path, "image/webp", len(picture), 0.0, 0, *size, start_s=slide.start_s)


def _run(command: list[str], plan: Plan, watch: Watch) -> None:
    ffmpeg.run(command, duration_s=plan.duration_s, limits=ffmpeg.limits_for(plan.duration_s), watch=watch)
