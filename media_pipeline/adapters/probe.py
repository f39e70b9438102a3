"""Looks at an untrusted source: in a child process with limits, with PyAV (the bundled ffmpeg has no ffprobe)."""

import contextlib
import json
import os
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from media_pipeline.adapters.ffmpeg import TICK_S
from media_pipeline.content import Look
from media_pipeline.encoder import Progress, Watch
from media_pipeline.errors import Killed, MediaError
from media_pipeline.ladder import Bright, Probe
from media_pipeline.meter import spend

CHILD = Path(__file__).with_name("probe_child.py")
WALL_S = 120
CPU_S = 90
LONGEST_S = 6 * 3600
SHORTEST_S = 0.5
_BRIGHT: dict[int, Bright] = {16: "pq", 18: "hlg"}  # transfer characteristics of ITU-T H.273
# Containers that hold their own bytes. Playlists (hls, dash, concat, image2 ...) can name other files and are not here.
FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg,wav,w64,aiff,mp3,aac,flac,amr,caf,ac3,mxf"


@dataclass(frozen=True)
class Looked:
    """A probe, and what the look at the picture found (None without a picture)."""

    probe: Probe
    look: Look | None


def regular_file(source: Path) -> Path:
    """The real path of a regular file; links are followed first. Raises MediaError for anything else."""
    try:
        real = source.resolve(strict=True)
        status = real.stat()
    except (OSError, RuntimeError) as error:
        raise MediaError("not_found", repr(error)) from error
    try:
        str(real).encode()
    except UnicodeEncodeError as error:  # the name is no UTF-8: neither a command nor a manifest can hold it
        raise MediaError("bad_name") from error
    if not stat.S_ISREG(status.st_mode):
        raise MediaError("not_a_file")
    if status.st_size == 0:
        raise MediaError("empty")
    if not os.access(real, os.R_OK):
        raise MediaError("not_found", "not readable")
    return real


def look_at(source: Path, *, watch: Watch) -> Looked:
    """Probe `source` and look at its picture. Raises MediaError with a code for what cannot be used."""
    real = regular_file(source)
    found = _ask_child(real, watch)
    return _read(found, real.stat().st_size)


def _ask_child(real: Path, watch: Watch) -> dict[str, Any]:
    command = [sys.executable, "-I", str(CHILD), str(real), FORMATS, str(os.getpid()), str(CPU_S)]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={"LC_ALL": "C"}
    ) as child:
        until = time.monotonic() + WALL_S
        try:
            while True:
                watch(Progress(0))
                with contextlib.suppress(subprocess.TimeoutExpired):
                    out, errors = child.communicate(timeout=TICK_S)
                    break
                if time.monotonic() > until:
                    raise MediaError("too_heavy", "wall")
        finally:
            child.kill()
    if child.returncode == -signal.SIGKILL:
        raise Killed
    if child.returncode == -signal.SIGXCPU:  # its own limit
        raise MediaError("too_heavy", "CPU time")
    try:
        answer: dict[str, Any] = json.loads(out)
    except ValueError as error:
        raise MediaError("damaged", errors[-500:].decode(errors="replace")) from error
    spend(answer["cpu_s"])
    if "error" in answer:
        raise MediaError(answer["error"], answer.get("detail", ""))
    found: dict[str, Any] = answer["ok"]
    return found


def _read(found: dict[str, Any], size_bytes: int) -> Looked:
    sound, picture = found["sound"], found["picture"]
    if picture and not picture["look"].get("width"):
        raise MediaError("damaged", "no frame can be decoded")
    if not sound and not picture:
        raise MediaError("no_tracks")
    duration_s = _duration(found)
    common: dict[str, Any] = {"format": found["format"], "size_bytes": size_bytes, "duration_s": duration_s}
    if sound:
        common |= {"audio_codec": sound["codec"], "audio_index": sound["index"]}
    if not picture:
        return Looked(Probe(**common), None)
    look = picture["look"]
    width, height = shown_size(look["width"], look["height"], picture["aspect"], look["rotation"])
    probe = Probe(
        **common,
        width=width,
        height=height,
        fps=_frame_rate(picture),
        video_codec=picture["codec"],
        video_index=picture["index"],
        rotation=look["rotation"],
        interlaced=look["interlaced"],
        bright=next((_BRIGHT[code] for code in (look["transfer"], picture["transfer"]) if code in _BRIGHT), None),
    )
    return Looked(probe, Look(*(tuple(look[name]) for name in ("moved", "frozen", "levels", "flat"))))


def shown_size(width: int, height: int, aspect: float, rotation: int) -> tuple[int, int]:
    """The size as seen: square pixels, upright."""
    if 0.1 < aspect < 10:
        if aspect >= 1:
            width = round(width * aspect)
        else:
            height = round(height / aspect)
    return (height, width) if rotation % 180 else (width, height)


def _frame_rate(picture: dict[str, Any]) -> float:
    """Frames a second. With a variable rate: the usual step between frames, or the average where that is higher."""
    start, end, _, count, *step = picture["seen"]
    average = count / (end - start) if end > start else picture["rate"]
    if average and abs(picture["rate"] / average - 1) < 0.05:
        rate = picture["rate"]
    else:
        rate = max(average, 1 / step[0] if step and step[0] else 0.0)
    return float(min(max(rate, 0.2), 60.0))


def _duration(found: dict[str, Any]) -> float:
    """The real length: to the last moment of either track, against what the header says."""
    seen = [track["seen"] for track in (found["sound"], found["picture"]) if track]
    start_s: float = found["start_s"]  # packets before it only help to decode what an edit list shows
    walked_s = float(max(entry[1] for entry in seen)) - start_s
    last_start_s = float(max(entry[2] for entry in seen)) - start_s
    header_s: float | None = found["header_s"]
    if header_s and not found["whole"]:
        walked_s = max(walked_s, header_s)
    elif header_s and header_s - walked_s > max(2.0, 0.05 * header_s):
        raise MediaError("truncated", f"{header_s} s in the header, {walked_s} s found")
    elif header_s and last_start_s <= header_s < walked_s:
        walked_s = header_s  # an edit list ends within the last frame
    if walked_s > LONGEST_S:
        raise MediaError("too_long")
    if walked_s < SHORTEST_S:
        raise MediaError("too_short")
    return walked_s
