"""Fragmented MP4 of one track (ISO/IEC 14496-12): reading its samples, packing them anew, and our index. Pure.

ffmpeg cuts fragments at one fixed length and its own index marks every fragment as a place to enter. We pack the
samples ourselves: short fragments where playing starts, longer ones later, never across a keyframe.
"""

import itertools
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from media_pipeline.adapters.boxes import BadBox, Box, Bytes, boxes, find, need, number
from media_pipeline.types import FragmentIndex

SYNC_FLAGS = 0x02000000
OTHER_FLAGS = 0x01010000
MOST_SAMPLES = 50_000  # in one run: more is damage
_NOT_SYNC = 0x00010000

# Fragments that start before the moment are at most so long (seconds). The last is for the rest of a lesson.
PICTURE_LENGTHS = ((8.0, 2.0), (32.0, 4.0), (float("inf"), 8.0))
SOUND_LENGTHS = ((12.0, 2.0), (36.0, 6.0), (float("inf"), 12.0))


@dataclass(frozen=True)
class Sample:
    """One coded picture or sound packet: times in the track's time scale, place in the file."""

    start: int
    duration: int
    offset: int
    size: int
    sync: bool


@dataclass(frozen=True)
class Track:
    """A fragmented file of one track. `init_size` bytes make its initialization segment."""

    track_id: int
    timescale: int
    edit_start: int  # media time shown at 0
    init_size: int
    samples: tuple[Sample, ...]
    fragment_starts: tuple[int, ...]  # index of the first sample of each fragment
    fragment_offsets: tuple[int, ...]

    def time_s(self, start: int) -> float:
        return (start - self.edit_start) / self.timescale


def read(data: Bytes) -> Track:
    """Everything of a fragmented file of one track. Raises BadBox."""
    moov = need(data, "moov")
    trak = need(data, "trak", moov.content, moov.end)
    tkhd = need(data, "tkhd", trak.content, trak.end)
    mdhd = need(data, "mdia/mdhd", trak.content, trak.end)
    trex = need(data, "mvex/trex", moov.content, moov.end)
    defaults = _Defaults(
        number(data, "I", trex.content + 12),
        number(data, "I", trex.content + 16),
        number(data, "I", trex.content + 20),
    )
    samples: list[Sample] = []
    starts: list[int] = []
    offsets: list[int] = []
    for box in boxes(data, moov.end):
        if box.kind == b"moof":
            starts.append(len(samples))
            offsets.append(box.start)
            samples.extend(_fragment(data, box, defaults))
    return Track(
        track_id=number(data, "I", tkhd.content + (20 if number(data, "B", tkhd.content) else 12)),
        timescale=number(data, "I", mdhd.content + (20 if number(data, "B", mdhd.content) else 12)),
        edit_start=_edit_start(data, trak),
        init_size=moov.end,
        samples=tuple(samples),
        fragment_starts=tuple(starts),
        fragment_offsets=tuple(offsets),
    )


@dataclass(frozen=True)
class _Defaults:
    duration: int
    size: int
    flags: int


def _edit_start(data: Bytes, trak: Box) -> int:
    elst = find(data, "edts/elst", trak.content, trak.end)
    if elst is None:
        return 0
    wide = number(data, "B", elst.content) == 1
    at, starts = elst.content + 8, []
    for _ in range(number(data, "I", elst.content + 4)):
        starts.append(number(data, "q" if wide else "i", at + (8 if wide else 4)))
        at += 20 if wide else 12
    return next((start for start in starts if start >= 0), 0)


def _fragment(data: Bytes, moof: Box, defaults: _Defaults) -> Iterator[Sample]:
    traf = need(data, "traf", moof.content, moof.end)
    tfhd = need(data, "tfhd", traf.content, traf.end)
    flags = number(data, "I", tfhd.content) & 0xFFFFFF
    at = tfhd.content + 8
    base = moof.start
    if flags & 0x1:
        base, at = number(data, "Q", at), at + 8
    at += 4 if flags & 0x2 else 0
    values = [defaults.duration, defaults.size, defaults.flags]
    for place, bit in enumerate((0x8, 0x10, 0x20)):
        if flags & bit:
            values[place], at = number(data, "I", at), at + 4
    tfdt = need(data, "tfdt", traf.content, traf.end)
    start = number(data, "Q" if number(data, "B", tfdt.content) else "I", tfdt.content + 4)
    for trun in boxes(data, traf.content, traf.end):
        if trun.kind == b"trun":
            for sample in _run(data, trun, base, start, _Defaults(*values)):
                yield sample
                start = sample.start + sample.duration


def _run(data: Bytes, trun: Box, base: int, start: int, defaults: _Defaults) -> Iterator[Sample]:
    flags, count = number(data, "I", trun.content) & 0xFFFFFF, number(data, "I", trun.content + 4)
    at, offset, first_flags = trun.content + 8, base, None
    if flags & 0x1:
        offset, at = base + number(data, "i", at), at + 4
    if flags & 0x4:
        first_flags, at = number(data, "I", at), at + 4
    if count > MOST_SAMPLES:
        raise BadBox(f"{count} samples in one run")
    for place in range(count):
        duration, size, own = defaults.duration, defaults.size, defaults.flags
        if flags & 0x100:
            duration, at = number(data, "I", at), at + 4
        if flags & 0x200:
            size, at = number(data, "I", at), at + 4
        if flags & 0x400:
            own, at = number(data, "I", at), at + 4
        elif place == 0 and first_flags is not None:
            own = first_flags
        if flags & 0x800:
            if number(data, "i", at):
                raise BadBox("pictures out of order are not expected here")
            at += 4
        if not 0 <= offset <= offset + size <= len(data):
            raise BadBox(f"a sample outside of the file at {offset}")
        yield Sample(start, duration, offset, size, not own & _NOT_SYNC)
        start, offset = start + duration, offset + size


def index(data: Bytes) -> FragmentIndex:
    """Where the file can be entered: its fragments that begin with a keyframe. Raises BadBox."""
    return index_of(read(data), len(data))


def index_of(track: Track, size: int) -> FragmentIndex:
    """As `index`, for a file of `size` bytes already read."""
    entries = [
        (track.time_s(track.samples[first].start), offset)
        for first, offset in zip(track.fragment_starts, track.fragment_offsets, strict=True)
        if first < len(track.samples) and track.samples[first].sync
    ]
    if not entries:
        raise BadBox("no fragment begins with a keyframe")
    # The priming of a sound is not shown: its first packet counts as time 0.
    return FragmentIndex(
        starts_s=tuple(round(max(start, 0.0), 4) for start, _ in entries),
        offsets=(*(offset for _, offset in entries), size),
    )


def even_out(samples: Sequence[Sample], end: int | None = None) -> list[Sample]:
    """The samples with durations that reach exactly to the next one (and the last to `end`)."""
    out = [replace(sample, duration=after.start - sample.start) for sample, after in itertools.pairwise(samples)]
    if samples:
        last = samples[-1]
        longer = (end - last.start) if end is not None and end > last.start else last.duration
        out.append(replace(last, duration=max(1, longer)))
    return out


def group(track: Track, lengths: Sequence[tuple[float, float]]) -> list[list[Sample]]:
    """The samples by new fragments: never across a keyframe of a picture, never longer than `lengths` say."""
    every_is_sync = all(sample.sync for sample in track.samples)
    out: list[list[Sample]] = []
    for sample in track.samples:
        at_s = track.time_s(sample.start + sample.duration)
        if out:
            begin_s = max(0.0, track.time_s(out[-1][0].start))
            most_s = next(length for before, length in lengths if begin_s < before)
            fits = at_s - begin_s <= most_s + 0.011
            if fits and (every_is_sync or not sample.sync):
                out[-1].append(sample)
                continue
        out.append([sample])
    return out


def pack(data: Bytes, lengths: Sequence[tuple[float, float]], *, end_s: float | None = None) -> Iterator[bytes]:
    """The file again in pieces: the same initialization segment, the samples in fragments of our lengths.

    `end_s` is where the last sample ends. Raises BadBox.
    """
    track = read(data)
    if not track.samples:
        raise BadBox("no samples")
    end = None if end_s is None else round(end_s * track.timescale) + track.edit_start
    track = replace(track, samples=tuple(even_out(track.samples, end)))
    yield bytes(data[: track.init_size])
    for sequence, samples in enumerate(group(track, lengths), start=1):
        yield _moof(track.track_id, sequence, samples)
        yield struct.pack(">I4s", 8 + sum(sample.size for sample in samples), b"mdat")
        for sample in samples:
            yield bytes(data[sample.offset : sample.offset + sample.size])


def _moof(track_id: int, sequence: int, samples: Sequence[Sample]) -> bytes:
    """One movie fragment. A duration that all share and flags that all but the first share are written once."""
    same = len({sample.duration for sample in samples}) == 1
    rest_sync = samples[-1].sync
    mixed = any(sample.sync != rest_sync for sample in samples[1:])
    flags = 0x1 | 0x200 | (0 if same else 0x100) | (0x400 if mixed else 0)
    if not mixed and samples[0].sync != rest_sync:
        flags |= 0x4
    entries = b"".join(
        (b"" if same else struct.pack(">I", sample.duration))
        + struct.pack(">I", sample.size)
        + (struct.pack(">I", _flags(sample)) if mixed else b"")
        for sample in samples
    )
    first = struct.pack(">I", _flags(samples[0])) if flags & 0x4 else b""
    tfhd = struct.pack(">II", 0x20020 | (0x8 if same else 0), track_id)
    tfhd += (struct.pack(">I", samples[0].duration) if same else b"") + struct.pack(">I", _flags(samples[-1]))
    start = samples[0].start
    tfdt = struct.pack(">II", 0, start) if start < 1 << 32 else struct.pack(">IQ", 1 << 24, start)
    mfhd = _box(b"mfhd", struct.pack(">II", 0, sequence))
    head = _box(b"tfhd", tfhd) + _box(b"tfdt", tfdt)
    size = 8 + len(mfhd) + 8 + len(head) + 8 + 12 + len(first) + len(entries)
    trun = struct.pack(">IIi", flags, len(samples), size + 8) + first + entries
    return _box(b"moof", mfhd + _box(b"traf", head + _box(b"trun", trun)))


def _flags(sample: Sample) -> int:
    return SYNC_FLAGS if sample.sync else OTHER_FLAGS


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content
