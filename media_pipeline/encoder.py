"""What makes the files of a lesson, as the steps see it: `media_pipeline.encoding`, or a fake."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from media_pipeline.types import FragmentIndex

EncodedKind = Literal["sound", "slides", "video", "share", "poster", "still", "storyboard"]


@dataclass(frozen=True)
class Progress:
    """How far a step is: `fraction` 0..1, `speed` in seconds of lesson a second; None until they are known."""

    fraction: float
    speed: float | None = None
    left_s: float | None = None


# Called about every second while something is made; what it raises stops the work and goes up.
Watch = Callable[[Progress], None]


def part_of(watch: Watch, begin: float, end: float) -> Watch:
    """Told of a part of the work (0..1), tells of the whole, of which it is from `begin` to `end`."""
    return lambda now: watch(replace(now, fraction=begin + now.fraction * (end - begin)))


@dataclass(frozen=True)
class Encoded:
    """One finished file of a step."""

    name: str
    kind: EncodedKind
    path: Path
    mime: str
    size_bytes: int
    duration_s: float
    average_bps: int
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    language: str = "und"
    index: FragmentIndex | None = None
    start_s: float | None = None  # of a slide to read


class Encoder(Protocol):
    """`Examined`, with its `plan` and `ladder`, is the encoder's own; the steps keep it as JSON between attempts."""

    Examined: Any

    def encoder_version(self) -> str:
        """Names the encoder: part of a rendition's key, as other versions make other bytes."""

    def ladder_version(self) -> int:
        """Counts what the encoder plans: files of an older plan are worth being made anew."""

    def examine(self, source: Path, *, watch: Watch) -> Any:
        """Probe a source, tell its kind of content and plan its ladder."""

    def fitted(self, plan: Any, length_s: float) -> Any:
        """The same plan, cut or padded to a length in seconds."""

    def encode_voice(self, source: Path, plan: Any, folder: Path, *, watch: Watch) -> Sequence[Encoded]: ...
    def encode_pictures(self, source: Path, plan: Any, folder: Path, *, watch: Watch) -> Sequence[Encoded]: ...
    def encode_share(self, source: Path, plan: Any, folder: Path, *, watch: Watch) -> Sequence[Encoded]: ...
    def encode_plain(self, source: Path, plan: Any, folder: Path, *, watch: Watch) -> Sequence[Encoded]: ...
    def encode_storyboard(self, source: Path, plan: Any, folder: Path, *, watch: Watch) -> Sequence[Encoded]: ...
    def encode_slides(self, source: Path, plan: Any, folder: Path, *, watch: Watch) -> Sequence[Encoded]: ...
