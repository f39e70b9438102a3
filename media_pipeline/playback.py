"""What the player of a lesson page starts with: addresses, kinds, and where each file can be entered.

The page carries it as compact JSON, initialization segments included, so that one request for a byte range brings the
first sound at any position. How the player (static/media_pipeline/player.js) uses it:

- One MediaSource holds sound and picture as two SourceBuffers. The voice comes first where it is here already, as at
  the start, and on links below about 200 kbit/s: the picture is held by `endOfStream` while it is short, and joins at
  the keyframe that is estimated to be on the screen first. Otherwise both are fetched side by side.
- The page brings the first two seconds of the voice with it (`ends`): sound begins without another round trip, and the
  link is free for what follows.
- `endOfStream` cuts the duration to what is buffered. A silent packet at the lesson's very end (also in `ends`) keeps
  it whole, and makes a gap of what is missing: play waits there rather than ends.
- "Listen only" is the same hold: the picture stops being fetched, its last still stays, the sound never pauses.
- On a slow link the next request leaves while the last one's bytes still come, so that no round trip is idle.

Sources: Media Source Extensions (W3C), ISO/IEC 14496-12 (moof, traf, trun), RFC 6716 (Opus packets),
RFC 9110, 14 (ranges).
"""

import base64
import logging
import struct
from functools import lru_cache
from itertools import pairwise
from typing import Any

from lms.core.storage_errors import StorageError
from media_pipeline.adapters.storage import renditions
from media_pipeline.types import FragmentIndex, Media, Rendition, Sound

logger = logging.getLogger(__name__)
# Time scale in Hz, one packet of silence, its length in that scale: 20 ms of CELT with nothing coded; an AAC-LC frame
# of one channel (ISO/IEC 14496-3, 4.4.2) as the ladder samples it.
OPUS = (48_000, bytes([0xF8, 0xFF, 0xFE]), 960)
AAC = (32_000, bytes([0x00, 0xC8, 0x00, 0x80, 0x23, 0x80]), 1024)
_LARGEST_INIT = 64_000
BEGINNING_S = 2.0
FRAGMENT_EDGE_S = 0.1  # a fragment ends with a packet: a little before or after the round second
MOST_BEGINNING_BYTES = 6_000  # two seconds of a voice are 4 kB; of music in good quality far more


def start_data(media: Media) -> dict[str, Any]:
    """What the page carries as `lesson-media`; without tracks when only the shared file can play.

    `steps` are the starts of the entries in ms, each as the difference to the one before; `sizes` in the same way
    their bytes, the first being the initialization segment's.
    """
    sound = _track(media.sound) if media.sound else None
    pictures = [track for track in map(_track, media.renditions) if track]
    tracks = [track for track in (media.sound, *media.renditions) if track]
    end_s = tracks[0].duration_s if tracks else 0.0
    return {
        "duration": round(end_s, 3),
        "sound": sound,
        "pictures": pictures,
        "ends": base64.b64encode(_beginning(media.sound) + silent_end(end_s, media.sound.mime)).decode()
        if media.sound and sound
        else "",
    }


def _track(track: Sound | Rendition) -> dict[str, Any] | None:
    index = track.index
    init = index.init or _init_segment(track.url, index.offsets[0])
    if not init:
        return None
    return {
        "name": track.name,
        "url": track.url,
        "mime": track.mime,
        "init": init,
        "sizes": [index.offsets[0], *(b - a for a, b in pairwise(index.offsets))],
        "steps": steps(index),
    }


def steps(index: FragmentIndex) -> list[int]:
    """The entries' starts in ms, each less the one before."""
    starts = [round(start_s * 1000) for start_s in index.starts_s]
    return [starts[0], *(b - a for a, b in pairwise(starts))]


def _init_segment(url: str, size: int) -> str:
    """The first `size` bytes of the file at `url`, in base64; empty when the storage has lost it."""
    return base64.b64encode(_bytes(url, 0, size)).decode()


def _beginning(sound: Sound) -> bytes:
    """The fragments of the first two seconds; none when they would make the page heavy, or cannot be read."""
    starts, offsets = sound.index.starts_s, sound.index.offsets
    last = next((at for at, start_s in enumerate(starts) if start_s >= BEGINNING_S - FRAGMENT_EDGE_S), len(starts))
    size = offsets[last] - offsets[0]
    return _bytes(sound.url, offsets[0], size) if size <= MOST_BEGINNING_BYTES else b""


def _bytes(url: str, first: int, size: int) -> bytes:
    """`size` bytes of the file at `url`; none when the storage has lost it or does not answer."""
    sha256 = url.rsplit("/", 2)[-2]
    if not 0 < size <= _LARGEST_INIT:
        logger.error("a part of %s would be %d bytes", sha256, size)
        return b""
    try:
        return _read(sha256, first, size)
    except FileNotFoundError:
        logger.exception("the storage has lost %s", sha256)
        return b""
    except StorageError as error:
        # The page is shown without quality choice: the file for sharing plays by itself once the store answers.
        logger.warning("%s cannot be read: %s (%s)", sha256, error.code, error.detail)
        return b""


@lru_cache(maxsize=4096)
def _read(sha256: str, first: int, size: int) -> bytes:
    # A file's content never changes: what was read once holds.
    with renditions.open(sha256, first=first, length=size) as file:
        return file.read(size)


def silent_end(end_s: float, mime: str = "opus") -> bytes:
    """A fragment with one silent packet that ends at `end_s` (seconds). Source: ISO/IEC 14496-12, 8.8."""
    scale, packet, length = AAC if "mp4a" in mime else OPUS
    # default-base-is-moof; version 1 has 64-bit times; data offset, sample duration and size are present.
    header = _box(b"tfhd", struct.pack(">II", 0x020000, 1))
    time = _box(b"tfdt", struct.pack(">IQ", 1 << 24, max(0, round(end_s * scale) - length)))

    def moof(data_offset: int) -> bytes:
        one = struct.pack(">IIiII", 0x000301, 1, data_offset, length, len(packet))
        return _box(b"moof", _box(b"mfhd", struct.pack(">II", 0, 1)), _box(b"traf", header, time, _box(b"trun", one)))

    return moof(len(moof(0)) + 8) + _box(b"mdat", packet)


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I4s", 8 + len(content), kind) + content
