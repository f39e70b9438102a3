"""Writes frames and a sound as an ordinary camera file: H.264 and AAC in MP4, by the bundled ffmpeg under limits."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

from media_pipeline.adapters.ffmpeg import LAUNCH, program

CPU_S = 1200
MEMORY_BYTES = 3 << 30
OUTPUT_BYTES = 1 << 30
ENDS_WITHIN_S = 300


class FilmError(Exception):
    """ffmpeg could not write the file; the message is its last line."""


def write(frames: Iterable[Image.Image], size: tuple[int, int], fps: int, sound: Path, output: Path) -> None:
    """Encode `frames` (RGB, `size`) at `fps` with `sound` into `output`.

    Raises FilmError, and leaves no file then.
    """
    width, height = size
    command = [
        *(program(), "-hide_banner", "-loglevel", "error", "-y", "-protocol_whitelist", "file,pipe"),
        *("-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", f"{width}x{height}", "-framerate", str(fps)),
        *("-i", "pipe:0", "-protocol_whitelist", "file,pipe", "-f", "wav", "-i", str(sound)),
        *("-map", "0:v", "-map", "1:a", "-c:v", "libx264", "-preset", "veryfast", "-crf", "19", "-pix_fmt", "yuv420p"),
        *("-g", str(fps * 5), "-c:a", "aac", "-b:a", "96k", "-ar", "44100", "-ac", "1", "-af", "apad", "-shortest"),
        *("-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4", str(output)),
    ]
    limits = map(str, (os.getpid(), CPU_S, MEMORY_BYTES, OUTPUT_BYTES))
    with subprocess.Popen(
        [sys.executable, "-I", "-S", str(LAUNCH), *limits, *command], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        try:
            for frame in frames:
                process.stdin.write(frame.tobytes())
            complaint = process.communicate(timeout=ENDS_WITHIN_S)[1]
        except BrokenPipeError:  # it gave up; what it says is on its other pipe
            complaint = process.stderr.read() if process.stderr else b""
        finally:
            if process.poll() is None:
                process.kill()
    if process.returncode != 0:
        output.unlink(missing_ok=True)
        raise FilmError((complaint.decode(errors="replace").strip().splitlines() or ["ffmpeg failed"])[-1])
