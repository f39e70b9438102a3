"""The words of tus 1.0.0: headers read into values. PURE. Source: https://tus.io/protocols/resumable-upload."""

import base64
import binascii
import re
from dataclasses import dataclass

from media_pipeline.uploads.refusals import BadHeader

VERSION = "1.0.0"
EXTENSIONS = ("creation", "expiration", "checksum", "termination")
ALGORITHMS = {"sha1": 20, "sha256": 32}  # and how many bytes each gives
PIECE_TYPE = "application/offset+octet-stream"
_MOST = 1 << 62
_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+")  # visible signs without the comma


@dataclass(frozen=True)
class Checksum:
    """What a piece's bytes must give."""

    algorithm: str
    digest: bytes


def number(name: str, text: str | None) -> int:
    """A header that holds a number of bytes. Raises BadHeader when it is missing or none."""
    if text is None or not re.fullmatch(r"[0-9]{1,19}", text) or int(text) > _MOST:
        raise BadHeader(name)
    return int(text)


def metadata(text: str | None) -> dict[str, str]:
    """`Upload-Metadata`: pairs of a key and its value in base64, with commas between. Raises BadHeader."""
    found: dict[str, str] = {}
    for pair in (text or "").split(","):
        key, _, value = pair.strip().partition(" ")
        if not key and text and text.strip():
            raise BadHeader("Upload-Metadata")
        if key:
            if key in found or not _KEY.fullmatch(key):
                raise BadHeader("Upload-Metadata")
            try:
                found[key] = base64.b64decode(value, validate=True).decode()
            except ValueError as error:  # neither base64 nor UTF-8
                raise BadHeader("Upload-Metadata") from error
    return found


def checksum(text: str | None) -> Checksum | None:
    """`Upload-Checksum`: an algorithm and the digest in base64. Raises BadHeader."""
    if text is None:
        return None
    algorithm, _, value = text.strip().partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise BadHeader("Upload-Checksum") from error
    if ALGORITHMS.get(algorithm) != len(digest):
        raise BadHeader("Upload-Checksum")
    return Checksum(algorithm, digest)
