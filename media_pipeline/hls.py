"""HLS playlists over the files as they are: index rows in, text out. Pure.

A segment is what stands between two entries of our own index: one or more fragments of the same file, the first of
which begins with a keyframe. Nothing is encoded, cut or stored for it. The playlist of a track lies beside its file,
and so whoever may have the file may have the playlist, for as long.

Sources: RFC 8216 (HTTP Live Streaming), RFC 6381 (CODECS), ISO/IEC 23000-19 (CMAF: one track a file, tfdt, sync samples
first), MP4RA for the name `Opus`: Safari knows it in no other writing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

from media_pipeline.types import FragmentIndex, Media, Rendition, Sound

MIME = "application/vnd.apple.mpegurl"
VERSION = 7  # EXT-X-MAP outside of playlists of I-frames needs 6, fragmented MP4 on Apple's devices 7
OPUS, AAC, WORDS = "opus", "aac", "words"  # groups of renditions
SHORTEST_S = 0.001


@dataclass(frozen=True)
class Voice:
    """A sound that can be chosen: `opus` for devices with AV1, `aac` for the others."""

    language: str  # BCP 47, "und" when unknown
    name: str
    opus: Sound | None = None
    aac: Sound | None = None

    @classmethod
    def of(cls, media: Media, language: str = "", name: str = "") -> "Voice":
        """The voice of a recording, which may know its language itself."""
        known = media.sound.language if media.sound else "und"
        return cls(language or known, name or "voice", media.sound, media.plain.sound)


@dataclass(frozen=True)
class Words:
    """Captions that can be chosen: `url` is that of a playlist."""

    language: str
    name: str
    url: str


@dataclass(frozen=True)
class Rates:
    """What a track asks of a link, in bits a second, without its initialization segment (RFC 8216, 4.1)."""

    peak_bps: int
    average_bps: int

    def with_(self, other: "Rates") -> "Rates":
        return Rates(self.peak_bps + other.peak_bps, self.average_bps + other.average_bps)


def address(url: str) -> str:
    """Where the playlist of the track at `url` is: beside it."""
    return f"{url.rpartition('.')[0]}.m3u8"


def durations(index: FragmentIndex, duration_s: float) -> list[float]:
    """How long each segment of a track is, in seconds."""
    ends = [*index.starts_s[1:], duration_s]
    return [max(SHORTEST_S, end - start) for start, end in zip(index.starts_s, ends, strict=True)]


def rates(index: FragmentIndex, duration_s: float) -> Rates:
    """As RFC 8216, 4.1 has it: the peak is of any run of segments half to one and a half target durations long."""
    lengths = durations(index, duration_s)
    sizes = [end - first for first, end in pairwise(index.offsets)]
    average_bps = sum(sizes) * 8 / sum(lengths)
    return Rates(ceil(max(_runs(lengths, sizes), default=average_bps)), ceil(average_bps))


def _runs(lengths: Sequence[float], sizes: Sequence[int]) -> Iterator[float]:
    target_s = _target(lengths)
    for first in range(len(lengths)):
        length_s, size = 0.0, 0
        for more_s, more in zip(lengths[first:], sizes[first:], strict=True):
            length_s, size = length_s + more_s, size + more
            if length_s > 1.5 * target_s:
                break
            if length_s >= 0.5 * target_s:
                yield size * 8 / length_s


def _target(lengths: Iterable[float]) -> int:
    return ceil(max(lengths))


def track(file: str, index: FragmentIndex, duration_s: float, *, numbered: bool = False) -> str:
    """The playlist of one file, which is at `file` as seen from it.

    Over HTTP, ffmpeg 9.0 takes ranges that follow each other in one file for one request and stops after the first of
    them, in its own playlists too. `numbered` gives each segment a query, and so an address, of its own.
    """
    lengths = durations(index, duration_s)
    lines = [
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{_target(lengths)}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{file}",BYTERANGE="{index.offsets[0]}@0"',
    ]
    for number, (length_s, (first, end)) in enumerate(zip(lengths, pairwise(index.offsets), strict=True), start=1):
        uri = f"{file}?{number}" if numbered else file
        lines += [f"#EXTINF:{length_s:.4f},", f"#EXT-X-BYTERANGE:{end - first}@{first}", uri]
    return _text(*lines, "#EXT-X-ENDLIST")


def whole(file: str, duration_s: float) -> str:
    """The playlist of one file that is a single segment, as captions are."""
    return _text(
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        f"#EXT-X-TARGETDURATION:{ceil(duration_s)}",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXTINF:{duration_s:.4f},",
        file,
        "#EXT-X-ENDLIST",
    )


def master(media: Media, *, voices: Sequence[Voice] = (), words: Sequence[Words] = ()) -> str:
    """The playlist of a lesson: AV1 with Opus, H.264 with AAC, the voice alone; empty when nothing can be played.

    `voices` are those to choose from, the lesson's own first (it alone when there are none), `words` captions. Fewest
    bytes first, sound alone last: players begin with the first variant that they can play.
    """
    own, *others = voices or [Voice.of(media)]
    # RFC 8216, 4.3.4.1.1: groups of one type have the same members. A voice is offered once it is in all of them.
    chosen = [own, *(voice for voice in others if (not own.opus or voice.opus) and (not own.aac or voice.aac))]
    opus = [(voice, voice.opus) for voice in chosen if own.opus and voice.opus]
    aac = [(voice, voice.aac) for voice in chosen if own.aac and voice.aac]
    subtitles = f',SUBTITLES="{WORDS}"' if words else ""
    variants = [
        *_pictures(media.renditions, OPUS, opus),
        *_pictures(media.plain.renditions, AAC, aac),
        *_alone(OPUS, opus),
        *_alone(AAC, aac),
    ]
    if not variants:
        return ""
    return _text(
        "#EXTM3U",
        f"#EXT-X-VERSION:{VERSION}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        *_sounds(OPUS, opus),
        *_sounds(AAC, aac),
        *(_media("SUBTITLES", WORDS, one.language, one.name, one.url, "DEFAULT=NO,AUTOSELECT=YES") for one in words),
        *(line for about, url in variants for line in (f"#EXT-X-STREAM-INF:{about}{subtitles}", url)),
    )


def _sounds(group: str, sounds: Sequence[tuple[Voice, Sound]]) -> Iterator[str]:
    for place, (voice, sound) in enumerate(sounds):
        about = f'DEFAULT={"NO" if place else "YES"},AUTOSELECT=YES,CHANNELS="1"'
        yield _media("AUDIO", group, voice.language, voice.name, address(sound.url), about)


def _media(kind: str, group: str, language: str, name: str, url: str, about: str) -> str:
    spoken = f"LANGUAGE={_quoted(language)}," if language != "und" else ""
    return f'#EXT-X-MEDIA:TYPE={kind},GROUP-ID="{group}",{spoken}NAME={_quoted(name)},{about},URI="{url}"'


def _pictures(
    pictures: Sequence[Rendition], group: str, sounds: Sequence[tuple[Voice, Sound]]
) -> Iterator[tuple[str, str]]:
    """Each picture with its group of sounds: what is said of it, and where its playlist is."""
    codec = codecs(sounds[0][1].mime) if sounds else ""
    audio = f',AUDIO="{group}"' if sounds else ""
    for picture in pictures:
        asked = rates(picture.index, picture.duration_s).with_(_most(sounds))
        named = ",".join(filter(None, (codecs(picture.mime), codec)))
        size = f",RESOLUTION={picture.width}x{picture.height},FRAME-RATE={picture.fps:.3f}"
        yield f'{_rates(asked)},CODECS="{named}"{size}{audio},CLOSED-CAPTIONS=NONE', address(picture.url)


def _alone(group: str, sounds: Sequence[tuple[Voice, Sound]]) -> Iterator[tuple[str, str]]:
    """The sound without a picture: for links that carry none, and lessons that have none."""
    if sounds:
        _, sound = sounds[0]
        about = f'{_rates(_most(sounds))},CODECS="{codecs(sound.mime)}",AUDIO="{group}",CLOSED-CAPTIONS=NONE'
        yield about, address(sound.url)


def _most(sounds: Sequence[tuple[Voice, Sound]]) -> Rates:
    """What the dearest of a group asks: of any playable combination, RFC 8216 wants the worst (4.3.4.2)."""
    heard = [rates(sound.index, sound.duration_s) for _, sound in sounds]
    return Rates(max((one.peak_bps for one in heard), default=0), max((one.average_bps for one in heard), default=0))


def _rates(asked: Rates) -> str:
    return f"BANDWIDTH={asked.peak_bps},AVERAGE-BANDWIDTH={asked.average_bps}"


def codecs(mime: str) -> str:
    """The codecs of a track as HLS names them."""
    found = re.search(r'codecs="([^"]*)"', mime)
    return found[1].replace("opus", "Opus") if found else ""


def _quoted(words: str) -> str:
    """A quoted string (RFC 8216, 4.2): no line ends and no quotation marks."""
    return '"{}"'.format(re.sub(r"[\r\n\"]+", " ", words).strip())


def _text(*lines: str) -> str:
    return "\n".join((*lines, ""))
