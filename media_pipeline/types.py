"""What other rooms see of media: frozen values, no models."""

from dataclasses import dataclass, field, replace
from typing import Literal
from uuid import UUID

AssetState = Literal["received", "encoding", "ready", "failed"]
Content = Literal["slides", "screencast", "camera", "audio"]
PictureKind = Literal["slides", "video"]
StepState = Literal["waiting", "running", "done", "failed", "waiting_for_space", "waiting_for_storage"]


@dataclass(frozen=True)
class FragmentIndex:
    """Where a fragmented MP4 can be entered: one entry for each fragment that begins with a keyframe.

    `starts_s[i]` is the presentation time of the entry, `offsets[i]` its first byte; `offsets` has one entry more, the
    size of the file. Bytes `0 .. offsets[0]` are the initialization segment. Source: ISO/IEC 14496-12, moov and moof.
    """

    starts_s: tuple[float, ...]
    offsets: tuple[int, ...]
    init: str = ""  # the initialization segment in base64, where it is known


@dataclass(frozen=True)
class Sound:
    """One sound track of a lesson, a file of its own."""

    name: str
    language: str  # BCP 47, "und" when unknown
    url: str
    mime: str
    size_bytes: int
    duration_s: float
    average_bps: int
    is_default: bool
    index: FragmentIndex


@dataclass(frozen=True)
class Rendition:
    """One picture track of a lesson, without sound."""

    name: str
    kind: PictureKind
    url: str
    mime: str
    size_bytes: int
    size_with_sound_bytes: int
    duration_s: float
    average_bps: int
    width: int
    height: int
    fps: float
    index: FragmentIndex


@dataclass(frozen=True)
class Plain:
    """What a device without AV1 plays with MediaSource: H.264, and AAC where it has no Opus either."""

    sound: Sound | None = None
    renditions: tuple[Rendition, ...] = ()


@dataclass(frozen=True)
class Share:
    """The file that plays anywhere: H.264 and AAC, or AAC alone."""

    url: str
    mime: str
    size_bytes: int


@dataclass(frozen=True)
class Still:
    """A slide to read: a picture that belongs to the lesson from `start_s` to the next one's."""

    start_s: float
    url: str
    size_bytes: int
    width: int
    height: int


@dataclass(frozen=True)
class Storyboard:
    """Small pictures of a lesson on one sheet, and the list of what stands where (WebVTT)."""

    url: str
    list_url: str
    size_bytes: int


@dataclass(frozen=True)
class StepProgress:
    """How far one step of an asset is, for progress bars."""

    kind: str
    state: StepState
    fraction: float  # 0..1
    speed: float | None  # seconds of lesson a second of work
    left_s: float | None
    sentence: str = ""  # for people, when the state needs one


@dataclass(frozen=True)
class Media:
    """Everything a page needs to know of one asset. Playable as soon as there is a sound or a rendition."""

    asset_id: UUID
    state: AssetState
    name: str
    content: Content | None
    duration_s: float | None
    width: int | None
    height: int | None
    sounds: tuple[Sound, ...] = ()
    renditions: tuple[Rendition, ...] = ()  # fewest bytes first
    plain: Plain = Plain()
    share: Share | None = None
    poster_url: str | None = None
    poster_width: int | None = None
    poster_height: int | None = None
    storyboard: Storyboard | None = None
    steps: tuple[StepProgress, ...] = ()
    error_code: str = ""
    error_sentence: str = ""
    source_size_bytes: int = 0
    private: bool = field(default=False)

    @property
    def sound(self) -> Sound | None:
        """The sound that plays unless another is chosen."""
        return next((sound for sound in self.sounds if sound.is_default), None)

    def as_plain(self, *, opus: bool) -> "Media":
        """The same for a device without AV1: of the tracks, only those that it plays, with Opus or without.

        One that plays Opus hears the voice of the others, at half of AAC's bytes.
        """
        if opus and self.sound:
            return replace(self, renditions=_heard_with(self.sound, self.plain.renditions))
        return replace(
            self,
            sounds=(self.plain.sound,) if self.plain.sound else (),
            renditions=self.plain.renditions,
            plain=Plain(),
        )

    def spoken(self, voice: "Media") -> "Media":
        """The same pictures with the sound of another recording, and that alone as the file that plays anywhere."""
        plain = voice.plain.sound
        return replace(
            self,
            sounds=voice.sounds,
            renditions=_heard_with(voice.sound, self.renditions),
            plain=Plain(plain, _heard_with(plain, self.plain.renditions)) if plain else Plain(),
            # That of a filmed recording would show its pictures.
            share=voice.share if voice.content == "audio" else None,
        )

    @property
    def playable(self) -> bool:
        """True when something can be played with MediaSource."""
        return bool(self.sounds or self.renditions)

    @property
    def size_to_play_bytes(self) -> int | None:
        """Data of the usual choice: the smallest picture with sound, else the sound alone, else the shared file."""
        if self.renditions:
            return self.renditions[0].size_with_sound_bytes
        if self.sound:
            return self.sound.size_bytes
        return self.share.size_bytes if self.share else None

    @property
    def fraction(self) -> float:
        """How far encoding is in all, 0..1."""
        if self.state == "ready" or not self.steps:
            return 1.0 if self.state == "ready" else 0.0
        return sum(step.fraction for step in self.steps) / len(self.steps)


@dataclass(frozen=True)
class Size:
    """What lists say of one asset: its length, and the data of the usual choice (Media.size_to_play_bytes)."""

    duration_s: float | None
    size_to_play_bytes: int | None


def _heard_with(sound: Sound | None, renditions: tuple[Rendition, ...]) -> tuple[Rendition, ...]:
    sound_bytes = sound.size_bytes if sound else 0
    return tuple(replace(one, size_with_sound_bytes=one.size_bytes + sound_bytes) for one in renditions)
