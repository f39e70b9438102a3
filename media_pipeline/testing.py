"""Fakes for tests of any room: recordings that need no camera, an encoder that needs no ffmpeg, assets that are ready.

The encoder is a whole one: it reads what a recording is from its bytes (`recording`), keeps to the plan, reports
progress, and fails where the recording says so. Tests choose data; they patch nothing.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.test import override_settings

from lms.core.clock import now as present
from lms.core.errors import FieldschoolError
from media_pipeline import services
from media_pipeline.encoder import Encoded, Progress, Watch
from media_pipeline.ladder import READ, VERSION
from media_pipeline.meter import spend
from media_pipeline.models import Asset, Step
from media_pipeline.steps import run_next
from media_pipeline.types import Content, FragmentIndex

_HEAD = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2"
_RUNGS = {
    "slides": (("slides", "slides", 12_000, 854, 480, 1.0), ("v100", "video", 84_000, 1280, 720, 5.0)),
    "screencast": (("v48", "video", 32_000, 854, 480, 5.0), ("v100", "video", 84_000, 1024, 576, 7.5)),
    "camera": (
        ("v48", "video", 32_000, 320, 180, 10.0),
        ("v100", "video", 84_000, 426, 240, 15.0),
        ("v250", "video", 234_000, 640, 360, 30.0),
    ),
    "audio": (),
}


@dataclass(frozen=True)
class Probe:
    duration_s: float
    width: int | None
    height: int | None


@dataclass(frozen=True)
class Plan:
    content: Content
    duration_s: float
    sound: bool
    fail: dict[str, str] = field(default_factory=dict)
    seed: str = ""


@dataclass(frozen=True)
class Examined:
    probe: Probe
    content: Content
    plan: Plan
    ladder: int


def recording(
    *,
    content: Content = "slides",
    duration_s: float = 90.0,
    sound: bool = True,
    fail: Mapping[str, str] | None = None,
    seed: str = "",
) -> bytes:
    """A recording that this encoder understands.

    `fail` maps a step's kind to what goes wrong in it: a code ("damaged", "no_space"), "bug" for an exception of
    another kind, or "killed" for an ffmpeg that was killed.
    """
    told = {"content": content, "duration_s": duration_s, "sound": sound, "fail": dict(fail or {}), "seed": seed}
    return _HEAD + json.dumps(told).encode()


class Killed(FieldschoolError):
    code = "encoder_killed"
    interrupted = True


def ladder_version() -> int:
    return VERSION  # the real one: the fake may have made what the real encoder is asked about


def encoder_version() -> str:
    return "fake 1"


def examine(source: Path, *, watch: Watch) -> Examined:
    watch(Progress(0.5))
    told = json.loads(source.read_bytes()[len(_HEAD) :])
    _fail(told["fail"], "examine")
    size = (None, None) if told["content"] == "audio" else (1280, 720)
    plan = Plan(told["content"], told["duration_s"], told["sound"], told["fail"], told["seed"])
    return Examined(Probe(told["duration_s"], *size), told["content"], plan, ladder_version())


def fitted(plan: Plan, length_s: float) -> Plan:
    return replace(plan, duration_s=length_s)


def encode_voice(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    _begin(plan, "voice", folder, watch)
    if not plan.sound:
        return []
    return [_track(plan, folder, "voice", "sound", 16_500, 'audio/mp4; codecs="opus"')]


def encode_pictures(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    _begin(plan, "pictures", folder, watch)
    return [
        _track(plan, folder, name, kind, bps, 'video/mp4; codecs="av01.0.01M.08"', (width, height, fps))
        for name, kind, bps, width, height, fps in _RUNGS[plan.content]
    ]


def encode_share(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    _begin(plan, "share", folder, watch)
    mime = "audio/mp4" if plan.content == "audio" else 'video/mp4; codecs="avc1.64001e, mp4a.40.2"'
    path = _write(plan, folder / "share.mp4", int(plan.duration_s * 12_000))
    made = [Encoded("share", "share", path, mime, path.stat().st_size, plan.duration_s, 96_000)]
    if plan.content != "audio":
        poster = _write(plan, folder / "poster.jpg", 6_000)
        made.append(Encoded("poster", "poster", poster, "image/jpeg", 6_000, 0, 0, width=640, height=360))
    return made


def encode_plain(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    _begin(plan, "plain", folder, watch)
    pictures = () if plan.content == "audio" else (("h64", 48_000, 426, 240), ("h200", 180_000, 640, 360))
    made = [
        _track(plan, folder, name, "video", bps, 'video/mp4; codecs="avc1.64001E"', (width, height, 12.0))
        for name, bps, width, height in pictures
    ]
    if plan.sound:
        made.append(_track(plan, folder, "aac", "sound", 25_000, 'audio/mp4; codecs="mp4a.40.2"'))
    return made


def encode_storyboard(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    _begin(plan, "storyboard", folder, watch)
    if plan.content == "audio":
        return []
    path = _write(plan, folder / "storyboard.webp", 900)
    return [Encoded("storyboard", "storyboard", path, "image/webp", 900, plan.duration_s, 0, 96, 54, fps=0.05)]


def encode_slides(source: Path, plan: Plan, folder: Path, *, watch: Watch) -> list[Encoded]:
    _begin(plan, "slides", folder, watch)
    if plan.content not in READ:
        return []
    made = []
    for number, start_s in enumerate((0.0, plan.duration_s / 3, plan.duration_s / 2), start=1):
        path = _write(plan, folder / f"still-{number:03}.webp", 5_000 + number)
        size = path.stat().st_size
        made.append(Encoded(path.stem, "still", path, "image/webp", size, 0, 0, 854, 480, start_s=start_s))
    return made


def _begin(plan: Plan, kind: str, folder: Path, watch: Watch) -> None:
    watch(Progress(0.25, 8.0, plan.duration_s / 8))
    spend(0.5)
    (folder / "half-written.mp4").write_bytes(b"half")
    _fail(plan.fail, kind)


def _fail(fail: Mapping[str, str], kind: str) -> None:
    what = fail.get(kind)
    if what == "bug":
        raise ZeroDivisionError("a bug in the encoder")
    if what == "killed":
        raise Killed("ffmpeg was killed")
    if what:
        raise FieldschoolError(f"The recording says: {what}.", code=what)


def _track(
    plan: Plan,
    folder: Path,
    name: str,
    kind: Any,
    bps: int,
    mime: str,
    picture: tuple[int, int, float] | tuple[None, None, None] = (None, None, None),
) -> Encoded:
    size = max(1_000, int(bps * plan.duration_s / 8))
    starts = tuple(float(start) for start in range(0, max(1, int(plan.duration_s)), 10))
    offsets = (*(600 + (size - 600) * i // len(starts) for i in range(len(starts))), size)
    path = _write(plan, folder / f"{name}.mp4", size)
    width, height, fps = picture
    return Encoded(
        name, kind, path, mime, size, plan.duration_s, bps, width, height, fps, index=FragmentIndex(starts, offsets)
    )


def _write(plan: Plan, path: Path, size: int) -> Path:
    """Bytes that the same plan and name always give."""
    block = hashlib.sha256(f"{asdict(plan)} {path.name}".encode()).digest() * 32
    path.write_bytes((_HEAD + block * (size // len(block) + 1))[:size])
    return path


def received_asset(
    *, name: str = "lesson.mp4", language: str = "und", sent_by: int | None = None, **about: Any
) -> UUID:
    """An asset just uploaded, none of its steps done. `about` goes to `recording`."""
    about.setdefault("seed", name)
    file = io.BytesIO(recording(**about))
    return services.ingest(file=file, name=name, language=language, uploaded_by_id=sent_by, now=present())


def ready_asset(*, name: str = "lesson.mp4", language: str = "und", **about: Any) -> UUID:
    """An asset with all its renditions, files included. `about` goes to `recording`."""
    asset_id = received_asset(name=name, language=language, **about)
    work_off()
    return asset_id


def playable_asset(*, name: str = "lesson.mp4", language: str = "und", **about: Any) -> UUID:
    """An asset whose voice is there, and whose pictures and shared file are still to come."""
    asset_id = received_asset(name=name, language=language, **about)
    while Step.objects.filter(asset=asset_id, kind="voice").exclude(state="done").exists():
        work_off(steps=1)
    return asset_id


def failed_asset(*, name: str = "lesson.mp4", code: str = "damaged", **about: Any) -> UUID:
    """An asset that could not be used."""
    asset_id = received_asset(name=name, fail={"examine": code}, **about)
    work_off()
    assert Asset.objects.get(id=asset_id).state == Asset.State.FAILED
    return asset_id


def work_off(*, steps: int | None = None, now: datetime | None = None) -> int:
    """Do the steps that are due (at `now`), with this encoder. Returns how many were tried."""
    done = 0
    with override_settings(MEDIA_ENCODER=__name__):
        while (steps is None or done < steps) and run_next(now=now or present()):
            done += 1
    return done


def shown_everywhere(asset_ids: Any) -> set[UUID]:
    """For MEDIA_SHOWN_ASSETS in tests without pages."""
    return set(asset_ids)
