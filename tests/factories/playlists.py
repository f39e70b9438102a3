"""A reader of HLS playlists by the letter of RFC 8216, written apart from the writer: what is wrong is an error."""

import re
from dataclasses import dataclass, field
from math import floor

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"\r\n]*"|[^",\s]+)(?:,|$)')
_BYTES = re.compile(r"^(\d+)@(\d+)$")
KNOWN_MASTER = {"EXT-X-MEDIA", "EXT-X-STREAM-INF", "EXT-X-INDEPENDENT-SEGMENTS"}


class Wrong(ValueError):
    """The playlist breaks the RFC."""


@dataclass(frozen=True)
class Segment:
    """One segment: bytes `first .. first + size` of `uri`; None for a whole file."""

    uri: str
    duration_s: float
    first: int | None = None
    size: int | None = None


@dataclass
class Track:
    """A media playlist."""

    target_s: int = 0
    independent: bool = False
    init: Segment | None = None
    segments: list[Segment] = field(default_factory=list)

    @property
    def duration_s(self) -> float:
        return sum(segment.duration_s for segment in self.segments)


@dataclass(frozen=True)
class Variant:
    """A line of EXT-X-STREAM-INF with its address."""

    uri: str
    about: dict[str, str]

    @property
    def codecs(self) -> list[str]:
        return self.about["CODECS"].split(",")


@dataclass
class Master:
    """A master playlist."""

    independent: bool = False
    variants: list[Variant] = field(default_factory=list)
    media: list[dict[str, str]] = field(default_factory=list)

    def group(self, kind: str, name: str) -> list[dict[str, str]]:
        return [one for one in self.media if one["TYPE"] == kind and one["GROUP-ID"] == name]


def attributes(text: str) -> dict[str, str]:
    """An attribute list (4.2), quotes taken off."""
    found, at = {}, 0
    while at < len(text):
        match = _ATTRIBUTE.match(text, at)
        if not match:
            raise Wrong(f"no attribute at {text[at:]!r}")
        name, value = match.groups()
        if name in found:
            raise Wrong(f"{name} twice")
        found[name] = value.strip('"')
        at = match.end()
    return found


def _lines(text: str) -> list[str]:
    if not text.startswith("#EXTM3U\n") or text.encode()[:3] == b"\xef\xbb\xbf":
        raise Wrong("EXTM3U is not the first line")
    lines = text.split("\n")
    if lines.pop() or any(line != line.strip() or not line for line in lines):
        raise Wrong("empty lines or spaces around a line")
    if int(lines[1].removeprefix("#EXT-X-VERSION:")) < 7:
        raise Wrong("EXT-X-MAP of fragmented MP4 needs version 7")
    return lines[2:]


def read_track(text: str) -> Track:
    """A media playlist of a recording that is whole."""
    track, length_s, span = Track(), None, None
    lines = _lines(text)
    if lines.pop() != "#EXT-X-ENDLIST" or "#EXT-X-PLAYLIST-TYPE:VOD" not in lines:
        raise Wrong("not a whole recording")
    for line in lines:
        tag, _, rest = line.removeprefix("#").partition(":")
        if not line.startswith("#"):
            if length_s is None:
                raise Wrong(f"no EXTINF before {line}")
            track.segments.append(Segment(line, length_s, *(span or ())))
            length_s = span = None
        elif tag == "EXTINF":
            length_s = float(rest.removesuffix(","))
        elif tag == "EXT-X-BYTERANGE":
            size, first = _BYTES.match(rest).groups()  # type: ignore[union-attr]
            span = (int(first), int(size))
        elif tag == "EXT-X-MAP":
            about = attributes(rest)
            size, first = _BYTES.match(about["BYTERANGE"]).groups()  # type: ignore[union-attr]
            track.init = Segment(about["URI"], 0.0, int(first), int(size))
        elif tag == "EXT-X-TARGETDURATION":
            track.target_s = int(rest)
        elif tag == "EXT-X-INDEPENDENT-SEGMENTS":
            track.independent = True
        elif tag != "EXT-X-PLAYLIST-TYPE":
            raise Wrong(f"unknown tag {tag}")
    _check(track)
    return track


def _check(track: Track) -> None:
    if not track.segments:
        raise Wrong("no segments")
    for segment in track.segments:
        if segment.duration_s <= 0:
            raise Wrong("a segment of no length")
        if floor(segment.duration_s + 0.5) > track.target_s:
            raise Wrong("4.3.3.1: a segment longer than the target duration")


def read_master(text: str) -> Master:
    """A master playlist, its groups and names as the RFC wants them."""
    master, waiting = Master(), None
    for line in _lines(text):
        tag, _, rest = line.removeprefix("#").partition(":")
        if not line.startswith("#"):
            if waiting is None:
                raise Wrong(f"no EXT-X-STREAM-INF before {line}")
            master.variants.append(Variant(line, waiting))
            waiting = None
        elif tag not in KNOWN_MASTER:
            raise Wrong(f"unknown tag {tag}")
        elif tag == "EXT-X-MEDIA":
            master.media.append(attributes(rest))
        elif tag == "EXT-X-STREAM-INF":
            waiting = attributes(rest)
        else:
            master.independent = True
    if waiting is not None or not master.variants:
        raise Wrong("a variant without address, or none")
    _check_groups(master)
    return master


def _check_groups(master: Master) -> None:
    for kind, attribute in (("AUDIO", "AUDIO"), ("SUBTITLES", "SUBTITLES")):
        groups = {one["GROUP-ID"] for one in master.media if one["TYPE"] == kind}
        if groups != {one.about[attribute] for one in master.variants if attribute in one.about}:
            raise Wrong(f"4.3.4.2: {attribute} names a group that is not there, or none names it")
        members = []
        for name in sorted(groups):
            group = master.group(kind, name)
            if len({one["NAME"] for one in group}) != len(group):
                raise Wrong("4.3.4.1: two of a group have one name")
            if sum(one.get("DEFAULT") == "YES" for one in group) > 1:
                raise Wrong("4.3.4.1: two of a group are the default")
            if any(one.get("DEFAULT") == "YES" and one.get("AUTOSELECT") != "YES" for one in group):
                raise Wrong("4.3.4.1: the default is chosen by itself")
            own = {"URI", "GROUP-ID"}
            members.append({tuple(sorted((k, v) for k, v in one.items() if k not in own)) for one in group})
        if any(one != members[0] for one in members):
            raise Wrong("4.3.4.1.1: groups of one type have other members")
    for variant in master.variants:
        if int(variant.about["BANDWIDTH"]) < int(variant.about["AVERAGE-BANDWIDTH"]):
            raise Wrong("the peak is below the average")
