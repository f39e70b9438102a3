"""ISO base media boxes (ISO/IEC 14496-12): walking them, and what a player must know of a track. Pure over bytes."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

Bytes = bytes | memoryview


class BadBox(ValueError):
    """The bytes are no well-formed MP4."""


@dataclass(frozen=True)
class Box:
    """One box: its type, where it starts, where its content starts, and where it ends."""

    kind: bytes
    start: int
    content: int
    end: int


def boxes(data: Bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """The boxes side by side between `start` and `end`."""
    end = len(data) if end is None else end
    while start < end:
        if end - start < 8:
            raise BadBox(f"box header cut at {start}")
        size, kind = struct.unpack_from(">I4s", data, start)
        content = start + 8
        if size == 1:
            if end - start < 16:
                raise BadBox(f"box header cut at {start}")
            (size,) = struct.unpack_from(">Q", data, content)
            content += 8
        elif size == 0:
            size = end - start
        if size < content - start or start + size > end:
            raise BadBox(f"box {kind!r} at {start} does not fit")
        yield Box(kind, start, content, start + size)
        start += size


def find(data: Bytes, path: str, start: int = 0, end: int | None = None) -> Box | None:
    """The first box at a path like `moov/trak/mdia`."""
    head, _, rest = path.partition("/")
    for box in boxes(data, start, end):
        if box.kind == head.encode():
            if not rest:
                return box
            found = find(data, rest, box.content, box.end)
            if found:
                return found
    return None


def need(data: Bytes, path: str, start: int = 0, end: int | None = None) -> Box:
    """As `find`. Raises BadBox when there is none."""
    box = find(data, path, start, end)
    if box is None:
        raise BadBox(f"no {path}")
    return box


def number(data: Bytes, form: str, at: int) -> int:
    """One unsigned number. Raises BadBox past the end."""
    try:
        (value,) = struct.unpack_from(">" + form, data, at)
    except struct.error as error:
        raise BadBox(f"cut at {at}") from error
    return int(value)


def codecs(data: Bytes) -> list[str]:
    """The `codecs` parameters (RFC 6381) of the tracks in `data`, in their order. AAC is taken to be AAC-LC."""
    moov = need(data, "moov")
    return [
        _codec(data, need(data, "mdia/minf/stbl/stsd", trak.content, trak.end))
        for trak in boxes(data, moov.content, moov.end)
        if trak.kind == b"trak"
    ]


def _codec(data: Bytes, stsd: Box) -> str:
    entry = next(boxes(data, stsd.content + 8, stsd.end))
    kind = entry.kind.decode("latin-1")
    if kind == "Opus":
        return "opus"
    if kind == "mp4a":
        return "mp4a.40.2"
    picture = entry.content + 78  # VisualSampleEntry's own fields
    if kind == "av01":
        return _av1_codec(data, need(data, "av1C", picture, entry.end).content)
    if kind == "avc1":
        at = need(data, "avcC", picture, entry.end).content
        return "avc1." + bytes(data[at + 1 : at + 4]).hex().upper()
    return kind


def _av1_codec(data: Bytes, at: int) -> str:
    """AV1 codec ISO media file format binding, section 5: av01.P.LLT.DD."""
    profile_level, flags = number(data, "B", at + 1), number(data, "B", at + 2)
    tier = "H" if flags & 0x80 else "M"
    depth = 8 if not flags & 0x40 else (12 if flags & 0x20 else 10)
    return f"av01.{profile_level >> 5}.{profile_level & 31:02}{tier}.{depth:02}"
