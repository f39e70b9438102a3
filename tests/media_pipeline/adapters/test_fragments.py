"""Fragments over made-up tracks; real files are in tests/contract."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.adapters import fragments
from media_pipeline.adapters.boxes import BadBox
from media_pipeline.adapters.fragments import PICTURE_LENGTHS, SOUND_LENGTHS, Sample, Track

SCALE = 1000


def box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content


def head(edit_start: int = 0) -> bytes:
    elst = box(b"elst", struct.pack(">IIIiI", 0, 1, 0, edit_start, 0x10000))
    tkhd = box(b"tkhd", struct.pack(">IIII", 0, 0, 0, 1), bytes(60))
    mdhd = box(b"mdhd", struct.pack(">IIII", 0, 0, 0, SCALE), bytes(8))
    trex = box(b"trex", struct.pack(">IIIIII", 0, 1, 1, 0, 0, 0))
    trak = box(b"trak", tkhd, box(b"edts", elst), box(b"mdia", mdhd))
    return box(b"ftyp", b"iso5") + box(b"moov", trak, box(b"mvex", trex))


def file_of(samples: list[tuple[int, int, bool]], edit_start: int = 0) -> bytes:
    """A file with one fragment a sample: (duration, size, sync)."""
    out, start = head(edit_start), 0
    for number, (duration, size, sync) in enumerate(samples):
        sample = Sample(start, duration, 0, size, sync)
        out += fragments._moof(1, number + 1, [sample]) + box(b"mdat", bytes([number % 251]) * size)
        start += duration
    return out


SAMPLES = st.lists(st.tuples(st.integers(1, 3000), st.integers(1, 400), st.booleans()), min_size=1, max_size=60).map(
    lambda samples: [(samples[0][0], samples[0][1], True), *samples[1:]]
)


@given(SAMPLES, st.sampled_from([PICTURE_LENGTHS, SOUND_LENGTHS]))
def test_packing_keeps_every_sample(
    samples: list[tuple[int, int, bool]], lengths: tuple[tuple[float, float], ...]
) -> None:
    data = file_of(samples)
    packed = b"".join(fragments.pack(data, lengths))
    before, after = fragments.read(data), fragments.read(packed)
    assert [(one.start, one.duration, one.size, one.sync) for one in after.samples] == [
        (one.start, one.duration, one.size, one.sync) for one in before.samples
    ]
    for one, other in zip(before.samples, after.samples, strict=True):
        assert data[one.offset : one.offset + one.size] == packed[other.offset : other.offset + other.size]


@given(SAMPLES)
def test_the_index_covers_the_file_and_enters_at_keyframes(samples: list[tuple[int, int, bool]]) -> None:
    packed = b"".join(fragments.pack(file_of(samples), PICTURE_LENGTHS))
    track, index = fragments.read(packed), fragments.index(packed)
    assert index.starts_s[0] == 0
    assert index.offsets[0] == track.init_size
    assert index.offsets[-1] == len(packed)
    assert list(index.offsets) == sorted(set(index.offsets))
    assert len(index.offsets) == len(index.starts_s) + 1
    keyframes = [track.time_s(one.start) for one in track.samples if one.sync]
    if not all(one.sync for one in track.samples):
        assert list(index.starts_s) == pytest.approx(keyframes)


def test_fragments_are_short_at_the_start_and_long_later() -> None:
    samples = tuple(Sample(at * 100, 100, 0, 10, at == 0) for at in range(600))
    track = Track(1, SCALE, 0, 0, samples, (), ())
    lengths = [sum(one.duration for one in group) / SCALE for group in fragments.group(track, PICTURE_LENGTHS)]
    assert lengths[:4] == [2, 2, 2, 2]
    assert lengths[4:10] == [4] * 6
    assert lengths[10:] == [8, 8, 8, 4]


def test_a_new_fragment_begins_at_every_keyframe_of_a_picture() -> None:
    samples = tuple(Sample(at * 500, 500, 0, 10, at in (0, 3)) for at in range(8))
    track = Track(1, SCALE, 0, 0, samples, (), ())
    assert [len(group) for group in fragments.group(track, PICTURE_LENGTHS)] == [3, 4, 1]


def test_the_last_sample_reaches_to_the_end() -> None:
    data = file_of([(500, 10, True), (500, 10, False)])
    packed = b"".join(fragments.pack(data, PICTURE_LENGTHS, end_s=3.0))
    assert [one.duration for one in fragments.read(packed).samples] == [500, 2500]


def test_times_are_as_shown_after_the_edit() -> None:
    packed = b"".join(fragments.pack(file_of([(2312, 10, True), (2000, 10, True)], edit_start=312), SOUND_LENGTHS))
    assert fragments.index(packed).starts_s == (0.0, 2.0)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_bad_box_and_nothing_else(data: bytes) -> None:
    with pytest.raises(BadBox):
        fragments.index(data)


@given(st.data())
def test_damaged_files_give_a_bad_box_or_an_index(data: st.DataObject) -> None:
    whole = bytearray(file_of([(500, 20, True), (500, 10, False), (500, 30, True)]))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        index = fragments.index(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    except BadBox:
        return
    assert len(index.offsets) == len(index.starts_s) + 1
