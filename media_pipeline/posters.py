"""The poster of a lesson: the sharpest of a few frames, small enough to come with a page."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageFilter, ImageStat

POSTER_BYTES = 6_000
# What is given up first: quality until it shows, then size.
_SCALES = (1.0, 0.8, 0.65, 0.5, 0.35, 0.25)
_QUALITIES = (70, 55, 45, 35)


def poster(candidates: Sequence[Path]) -> tuple[bytes, tuple[int, int]]:
    """A JPEG of at most `POSTER_BYTES` where that can be, and its size. Needs a candidate."""
    with Image.open(max(candidates, key=_sharpness)) as opened:
        picture = opened.convert("RGB")
    found = None
    for data, size in _tries(picture):
        found = data, size
        if len(data) <= POSTER_BYTES:
            break
    assert found
    return found


def _tries(picture: Image.Image) -> Iterator[tuple[bytes, tuple[int, int]]]:
    for scale in _SCALES:
        size = max(2, round(picture.width * scale)), max(2, round(picture.height * scale))
        smaller = picture.resize(size, Image.Resampling.LANCZOS) if scale < 1 else picture
        for quality in _QUALITIES:
            out = io.BytesIO()
            smaller.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
            yield out.getvalue(), size


def _sharpness(path: Path) -> float:
    """How much the edges of a picture differ: a blurred or empty one has few."""
    with Image.open(path) as picture:
        return ImageStat.Stat(picture.convert("L").filter(ImageFilter.FIND_EDGES)).stddev[0]
