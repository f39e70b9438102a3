"""`manage.py transcode SOURCE --output DIR [--effort EFFORT] [--json]`: the pipeline on one file, without a site."""

import argparse
import errno
import json
import resource
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType
from typing import Any, get_args

from django.core.management.base import BaseCommand

from media_pipeline import encoding
from media_pipeline.encoding import Encoded, Examined, MediaError, NoSpace, Progress
from media_pipeline.ladder import Effort
from media_pipeline.packaging import write_playlists

STEPS = {
    "voice": encoding.encode_voice,
    "pictures": encoding.encode_pictures,
    "share": encoding.encode_share,
    "slides": encoding.encode_slides,
    "plain": encoding.encode_plain,
    "storyboard": encoding.encode_storyboard,
}


class Command(BaseCommand):
    help = "Encodes one video or sound file into every rendition of its ladder."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("source", type=Path, metavar="SOURCE")
        parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="absent or empty")
        parser.add_argument(
            "--effort", choices=get_args(Effort), default="default", help="how much time to spend on fewer bytes"
        )
        parser.add_argument("--json", action="store_true", help="print the manifest and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _interrupted)
        try:
            manifest = transcode(options["source"], options["output"], effort=options["effort"])
        except MediaError as error:
            sys.stderr.write(f"error: {error.code}: {error}\n")
            sys.exit(1)
        except KeyboardInterrupt:
            self.stderr.write("stopped; nothing is left behind")
            sys.exit(130)
        if options["json"]:
            self.stdout.write(json.dumps(manifest, ensure_ascii=False, indent=1))
        else:
            self.stdout.write(_table(manifest))


def _interrupted(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def transcode(source: Path, output: Path, *, effort: Effort = "default") -> dict[str, Any]:
    """Encode `source` into `output` and return the manifest. On any failure `output` is as it was before."""
    wall, cpu = time.monotonic(), _cpu_s()
    made, folder = _prepare(output)
    try:
        examined = encoding.examine(source, effort=effort, watch=_show("examining"))
        encoded: list[Encoded] = []
        for name in examined.plan.steps:
            encoded += STEPS[name](source, examined.plan, folder, watch=_show(name))
        manifest = describe(source, examined, encoded) | {"playlists": write_playlists(encoded, folder)}
        manifest["seconds"] = {"wall": round(time.monotonic() - wall, 2), "cpu": round(_cpu_s() - cpu, 2)}
        (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
        for path in sorted(folder.iterdir(), key=lambda path: path.name == "manifest.json"):
            path.rename(output / path.name)  # the manifest last: where it is, all is
        folder.rmdir()
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        for path in output.iterdir():
            path.unlink()
        if made:
            output.rmdir()
        if isinstance(error, OSError):
            raise _disk_error(error) from error
        raise
    finally:
        sys.stderr.write("\r\x1b[K" if sys.stderr.isatty() else "")
    return manifest


def _prepare(output: Path) -> tuple[bool, Path]:
    """Make the output folder, and a working folder in it. Returns whether it was made, and the working folder."""
    made = not output.exists()
    try:
        output.mkdir(parents=True, exist_ok=True)
        if any(output.iterdir()):
            raise MediaError("output_not_empty")
        return made, Path(tempfile.mkdtemp(prefix=".part-", dir=output))
    except OSError as error:
        raise _disk_error(error) from error


def _disk_error(error: OSError) -> MediaError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return NoSpace(str(error)) if full else MediaError("output_unusable", str(error))


def describe(source: Path, examined: Examined, encoded: list[Encoded]) -> dict[str, Any]:
    """The manifest without its seconds."""
    probe = examined.probe
    sounds = [one for one in encoded if one.kind == "sound"]
    sound_bytes = sounds[0].size_bytes if sounds else 0
    share = next(one for one in encoded if one.kind == "share")
    poster = next((one for one in encoded if one.kind == "poster"), None)
    storyboard = next((one for one in encoded if one.kind == "storyboard"), None)
    return {
        "source": {
            "name": source.name,
            "bytes": probe.size_bytes,
            "duration_s": round(probe.duration_s, 3),
            "width": probe.width,
            "height": probe.height,
            "fps": probe.fps and round(probe.fps, 3),
            "video_codec": probe.video_codec,
            "audio_codec": probe.audio_codec,
        },
        "content": examined.content,
        "sounds": [
            {"name": one.name, "language": one.language, **_file(one), "default": one is sounds[0]} for one in sounds
        ],
        "renditions": [
            {
                "name": one.name,
                "kind": one.kind,
                **_file(one),
                "bytes_with_sound": one.size_bytes + sound_bytes,
                "width": one.width,
                "height": one.height,
                "fps": one.fps,
                "vmaf": None,
            }
            for one in encoded
            if one.kind in ("slides", "video")
        ],
        "share": {"file": share.path.name, "mime": share.mime, "bytes": share.size_bytes},
        "poster": poster and poster.path.name,
        "storyboard": storyboard
        and {
            "file": storyboard.path.name,
            "bytes": storyboard.size_bytes,
            "width": storyboard.width,
            "height": storyboard.height,
            "every_s": round(1 / (storyboard.fps or 1), 3),
        },
        "stills": [
            {
                "file": one.path.name,
                "bytes": one.size_bytes,
                "start_s": one.start_s,
                "width": one.width,
                "height": one.height,
            }
            for one in encoded
            if one.kind == "still"
        ],
    }


def _file(one: Encoded) -> dict[str, Any]:
    return {
        "file": one.path.name,
        "mime": one.mime,
        "bytes": one.size_bytes,
        "duration_s": one.duration_s,
        "average_bps": one.average_bps,
    }


def _show(step: str) -> encoding.Watch:
    """Progress on stderr: one line that is written over on a terminal, a line every tenth elsewhere."""
    told = -1

    def watch(now: Progress) -> None:
        nonlocal told
        line = f"{step}: {now.fraction:4.0%}"
        if now.speed:
            line += f", {now.speed:.1f}x, {now.left_s or 0:.0f} s left"
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{line}")
        elif int(now.fraction * 10) != told:
            told = int(now.fraction * 10)
            sys.stderr.write(line + "\n")
        sys.stderr.flush()

    return watch


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _table(manifest: dict[str, Any]) -> str:
    lines = [f"{manifest['content']}, {manifest['source']['duration_s']:.1f} s"]
    lines += [f"  {one['file']:<12} {one['bytes']:>9} bytes" for one in manifest["sounds"]]
    for one in manifest["renditions"]:
        rate = one["bytes_with_sound"] * 8 / one["duration_s"] / 1000
        size = f"{one['width']}x{one['height']} at {one['fps']:.3g}"
        lines.append(f"  {one['file']:<12} {one['bytes']:>9} bytes, {size}, {rate:.1f} kbit/s with sound")
    lines.append(f"  {manifest['share']['file']:<12} {manifest['share']['bytes']:>9} bytes")
    if manifest["stills"]:
        size = sum(one["bytes"] for one in manifest["stills"])
        lines.append(f"  {len(manifest['stills'])} slides to read {size:>9} bytes")
    return "\n".join(lines)
