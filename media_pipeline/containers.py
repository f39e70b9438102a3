"""What an uploaded file says it is: by its name and by its first bytes. A first sieve, before any decoder sees it."""

# Sound and picture files that people have; the examination decides whether one can be used.
_PICTURES = {"mp4", "m4v", "mov", "qt", "3gp", "3g2", "mkv", "webm", "avi", "wmv", "asf", "flv", "ogv"}
_STREAMS = {"mpg", "mpeg", "vob", "ts", "mts", "m2ts"}
_SOUNDS = {"ogg", "oga", "opus", "mp3", "m4a", "aac", "wav", "flac", "amr", "wma"}
SUFFIXES = frozenset(_PICTURES | _STREAMS | _SOUNDS)
HEAD_BYTES = 1024  # enough for every sign below

_ATOMS = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_SIGNS = (
    (b"\x1a\x45\xdf\xa3", "matroska"),
    (b"OggS", "ogg"),
    (b"fLaC", "flac"),
    (b"ID3", "mp3"),
    (b"FLV\x01", "flv"),
    (b"#!AMR", "amr"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "asf"),
    (b"\x00\x00\x01\xba", "mpeg-ps"),
    (b"\x00\x00\x01\xb3", "mpeg-ps"),
)


def suffix(name: str) -> str:
    """The part of a name after its last dot, in lower case; empty when there is none."""
    _, dot, last = name.rpartition(".")
    return last.strip().lower() if dot else ""


def sniff(head: bytes) -> str | None:
    """The container that a file's first `HEAD_BYTES` show, or None when it is none that holds sound or pictures."""
    if head[4:8] in _ATOMS:
        return "mp4"
    if head[:4] == b"RIFF":
        return {b"AVI ": "avi", b"WAVE": "wav"}.get(head[8:12])
    for sign, container in _SIGNS:
        if head.startswith(sign):
            return container
    for packet, start in ((188, 0), (192, 4)):
        places = range(start, len(head), packet)
        if len(places) >= 3 and all(head[place] == 0x47 for place in places):
            return "mpeg-ts"
    if len(head) >= 4 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "aac" if head[1] & 0x06 == 0 else "mp3"
    return None
