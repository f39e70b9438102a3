"""The probe's own process: reads one untrusted file with PyAV under limits and prints one JSON document.

Started by path with `python -I`, it imports nothing of the project. Exit 0: {"ok": {...}} or {"error": CODE}.
"""

import contextlib
import ctypes
import itertools
import json
import os
import resource
import signal
import sys
import time
from typing import Any

MEMORY_BYTES = 1 << 30
WALK_S = 45.0  # a longer walk trusts the header
LOOK_S = 25.0
LARGEST_SIDE = 8192
WINDOWS = 14
WINDOW_S = 1.6
WINDOW_FRAMES = 60
SAMPLE_EVERY_S = 0.2
GRID = (96, 54)
STILL = (384, 216)
PR_SET_PDEATHSIG = 1


def limit(parent: int, cpu_s: int) -> None:
    """Bound this process, and let it die with its parent."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit(3)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 2))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (32, 32))


def open_source(path: str, formats: str) -> Any:
    import av

    return av.open(
        "file:" + path, options={"protocol_whitelist": "file", "format_whitelist": formats}, timeout=(10, 10)
    )


def walk(container: Any, streams: list[Any]) -> tuple[dict[int, list[float]], bool]:
    """Demux the file. Per stream: first start, last end, last start, packets, usual step; and whether all was read."""
    seen: dict[int, list[float]] = {}
    steps: dict[int, list[float]] = {stream.index: [] for stream in streams}
    until = time.monotonic() + WALK_S
    for count, packet in enumerate(container.demux(streams)):
        if count % 256 == 0 and time.monotonic() > until:
            return seen, False
        if packet.pts is None or not packet.size:
            continue
        start = float(packet.pts * packet.time_base)
        end = start + float((packet.duration or 0) * packet.time_base)
        entry = seen.setdefault(packet.stream.index, [start, end, start, 0])
        entry[:] = min(entry[0], start), max(entry[1], end), max(entry[2], start), entry[3] + 1
        if len(steps[packet.stream.index]) < 600:
            steps[packet.stream.index].append(start)
    for index, entry in seen.items():
        entry.append(common_step(steps[index]))
    return seen, True


def common_step(starts: list[float]) -> float:
    """The usual time between packets (median): what a camera of variable frame rate does most of the time."""
    ordered = sorted(set(starts))
    steps = sorted(after - before for before, after in itertools.pairwise(ordered))
    return steps[len(steps) // 2] if steps else 0.0


def grid_of(frame: Any, size: tuple[int, int]) -> bytes:
    small = frame.reformat(width=size[0], height=size[1], format="gray", interpolation="AREA")
    plane = small.planes[0]
    data, line = bytes(plane), plane.line_size
    return b"".join(data[row * line : row * line + size[0]] for row in range(size[1]))


def look(container: Any, stream: Any, start_s: float, duration_s: float) -> dict[str, Any]:
    """Decode a little at many places: how much moves between neighbouring looks, and how flat the picture is."""
    until = time.monotonic() + LOOK_S
    moved: list[float] = []
    levels: list[float] = []
    frozen: list[float] = []
    edges: list[float] = []
    first: dict[str, Any] = {}
    stream.thread_type = "NONE"
    for window in range(WINDOWS):
        if time.monotonic() > until:
            break
        at_s = start_s + duration_s * window / WINDOWS
        with contextlib.suppress(OSError, ValueError):
            container.seek(int(at_s / stream.time_base), stream=stream, backward=True, any_frame=False)
        grids, still, shown = look_at(container, stream, until)
        if shown is not None and not first:
            first = shown
        frozen.extend(same(before, after) for before, after in itertools.pairwise(grids))
        moved.extend(changed(before, after) for before, after in itertools.pairwise(grids))
        if still is not None:
            levels.append(common_levels(still))
            edges.append(flatness(still))
    return {**first, "moved": moved, "frozen": frozen, "levels": levels, "flat": edges}


def look_at(container: Any, stream: Any, until: float) -> tuple[list[bytes], bytes | None, dict[str, Any] | None]:
    """The window from here on: small grids at least SAMPLE_EVERY_S apart, one larger still, facts of a frame."""
    import av

    grids: list[bytes] = []
    still: bytes | None = None
    shown: dict[str, Any] | None = None
    begin = last = None
    try:
        for count, frame in enumerate(container.decode(stream)):
            now = frame.time
            if now is None or frame.is_corrupt:
                continue
            begin = now if begin is None else begin
            if last is None or now - last >= SAMPLE_EVERY_S - 0.01:
                grids.append(grid_of(frame, GRID))
                last = now
                if still is None:
                    still = grid_of(frame, STILL)
                    shown = {
                        "rotation": frame.rotation,
                        "interlaced": bool(frame.interlaced_frame),
                        "transfer": int(frame.color_trc),
                        "width": frame.width,
                        "height": frame.height,
                    }
            if now - begin >= WINDOW_S or count >= WINDOW_FRAMES or time.monotonic() > until:
                break
    except (av.error.InvalidDataError, av.error.EOFError):
        pass  # a broken stretch: the other windows tell enough
    return grids, still, shown


def changed(before: bytes, after: bytes) -> float:
    """The share of cells that changed by more than noise."""
    return sum(1 for a, b in zip(before, after, strict=True) if a - b > 10 or b - a > 10) / len(before)


def common_levels(still: bytes) -> float:
    """The share of points within 3 levels of the most common one, or of the second most common apart from it."""
    counts = [0] * 262
    for level in range(256):
        counts[level + 3] = still.count(level)
    sums = [sum(counts[level : level + 7]) for level in range(256)]
    best = max(range(256), key=sums.__getitem__)
    second = max((sums[level] for level in range(256) if abs(level - best) > 6), default=0)
    return (sums[best] + second) / len(still)


def same(before: bytes, after: bytes) -> float:
    """The share of cells that are exactly as they were."""
    return sum(1 for a, b in zip(before, after, strict=True) if a == b) / len(before)


def flatness(still: bytes) -> float:
    """The share of points that are as bright as their right neighbour, to 1 level."""
    pairs = list(itertools.pairwise(still))
    return sum(1 for a, b in pairs if -2 < a - b < 2) / len(pairs)


def sound_and_picture(container: Any) -> tuple[Any, Any]:
    import av

    pictures = [
        stream
        for stream in container.streams.video
        if not stream.disposition & (av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails)
        and stream.codec_context is not None
    ]
    sounds = [stream for stream in container.streams.audio if stream.codec_context is not None]
    picture = max(pictures, key=lambda stream: stream.width * stream.height, default=None)
    return (sounds[0] if sounds else None), picture


def describe(path: str, formats: str) -> dict[str, Any]:
    with open_source(path, formats) as container:
        sound, picture = sound_and_picture(container)
        streams = [stream for stream in (sound, picture) if stream is not None]
        if not streams:
            return {"error": "no_tracks"}
        header_s = float(container.duration / 1_000_000) if container.duration else None
        start_s = float(container.start_time / 1_000_000) if container.start_time else 0.0
        seen, whole = walk(container, streams)
        out: dict[str, Any] = {
            "format": container.format.name,
            "header_s": header_s,
            "start_s": start_s,
            "whole": whole,
            "sound": None,
            "picture": None,
        }
        if sound is not None and sound.index in seen:
            out["sound"] = {"codec": sound.codec_context.name, "index": sound.index, "seen": seen[sound.index]}
        if picture is None or picture.index not in seen:
            return {"ok": out}
        if max(picture.width, picture.height) > LARGEST_SIDE:  # before a frame of it takes all memory
            return {"error": "too_large"}
        index = picture.index
        out["picture"] = {
            "codec": picture.codec_context.name,
            "index": index,
            "seen": seen[index],
            "rate": float(picture.average_rate or picture.guessed_rate or 0),
            "aspect": float(picture.sample_aspect_ratio or 1),
            "transfer": int(picture.codec_context.color_trc),
        }
    begin_s, end_s = seen[index][:2]
    # Opened afresh: after a walk to the end some demuxers cannot seek.
    with open_source(path, formats) as container:
        out["picture"]["look"] = look(container, container.streams[index], begin_s, max(0.0, end_s - begin_s))
    return {"ok": out}


def main() -> None:
    path, formats, parent, cpu_s = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    limit(parent, cpu_s)
    import av

    av.logging.set_level(None)
    try:
        answer = describe(path, formats)
    except (MemoryError, av.error.MemoryError):
        answer = {"error": "too_heavy"}
    except (av.error.InvalidDataError, av.error.ArgumentError, av.error.EOFError, av.error.UndefinedError) as error:
        # ArgumentError: a format that is not allowed, as playlists.
        answer = {"error": "not_media", "detail": repr(error)}
    except (av.error.FFmpegError, OSError, ValueError) as error:
        answer = {"error": "damaged", "detail": repr(error)}
    sys.stdout.write(json.dumps(answer | {"cpu_s": time.process_time()}))


if __name__ == "__main__":
    main()
