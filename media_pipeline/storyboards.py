"""The storyboard of a lesson: one sheet of small pictures, in order, for finding a place in it. Pure.

A kilobyte a minute, and one for what is shorter: at 20 s and 96 x 54 points WebP keeps people and pages apart
(measured on the clips, docs/decisions/0032). The list of its pictures is WebVTT with a part of the sheet for each
stretch of time (Media Fragments URI 1.0, 4.2.2), as players expect it.
"""

import io
from collections.abc import Iterator, Sequence
from math import ceil
from pathlib import Path

from PIL import Image

EVERY_S = 20.0
AREA = 96 * 54
COLUMNS = 10
BYTES_A_MINUTE = 1000
# What is given up first: quality until it shows, then size.
_SCALES = (1.0, 0.8, 0.65, 0.5, 0.35, 0.25)
_QUALITIES = (60, 45, 30, 20, 12, 6, 1)


def most_bytes(duration_s: float) -> int:
    """What the sheet of a lesson may weigh."""
    return int(BYTES_A_MINUTE * max(1.0, duration_s / 60))


def sheet(pictures: Sequence[Path], limit: int) -> tuple[bytes, tuple[int, int]]:
    """The pictures side by side as one WebP of at most `limit` bytes where that can be, and the size of each.

    Needs a picture; all are of one size.
    """
    opened = [_opened(path) for path in pictures]
    found = None
    for data, size in _tries(opened):
        found = data, size
        if len(data) <= limit:
            break
    assert found
    return found


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")


def _tries(pictures: Sequence[Image.Image]) -> Iterator[tuple[bytes, tuple[int, int]]]:
    width, height = pictures[0].size
    for scale in _SCALES:
        size = max(2, round(width * scale)), max(2, round(height * scale))
        whole = _pasted([picture.resize(size, Image.Resampling.LANCZOS) for picture in pictures], size)
        for quality in _QUALITIES:
            out = io.BytesIO()
            whole.save(out, "WEBP", quality=quality, method=6)
            yield out.getvalue(), size


def _pasted(pictures: Sequence[Image.Image], size: tuple[int, int]) -> Image.Image:
    columns, rows = min(COLUMNS, len(pictures)), ceil(len(pictures) / COLUMNS)
    whole = Image.new("RGB", (columns * size[0], rows * size[1]))
    for number, picture in enumerate(pictures):
        whole.paste(picture, _place(number, size))
    return whole


def _place(number: int, size: tuple[int, int]) -> tuple[int, int]:
    """Where a picture stands on the sheet: its left and upper edge."""
    return number % COLUMNS * size[0], number // COLUMNS * size[1]


def webvtt(file: str, *, duration_s: float, every_s: float, size: tuple[int, int]) -> str:
    """Which part of the sheet at `file` belongs to which stretch of the lesson."""
    cues = ["WEBVTT\n"]
    for number in range(max(1, ceil(duration_s / every_s))):
        start_s, end_s = number * every_s, min((number + 1) * every_s, duration_s)
        x, y = _place(number, size)
        cues.append(f"{_clock(start_s)} --> {_clock(end_s)}\n{file}#xywh={x},{y},{size[0]},{size[1]}\n")
    return "\n".join(cues)


def _clock(time_s: float) -> str:
    minutes, rest = divmod(round(time_s * 1000), 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
