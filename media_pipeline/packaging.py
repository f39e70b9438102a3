"""What `transcode` writes beside its files: HLS playlists, for any server of files to send as they are."""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from media_pipeline import hls
from media_pipeline.encoder import Encoded
from media_pipeline.types import Media, Plain, Rendition, Sound

MASTER = "master.m3u8"


def write_playlists(encoded: Sequence[Encoded], folder: Path) -> dict[str, str]:
    """Write a playlist for each track and one for all. Returns the manifest's `playlists`."""
    media = _media(encoded)
    text = hls.master(media)
    if not text:
        return {}
    (folder / MASTER).write_text(text, encoding="utf-8")
    for one in encoded:
        if one.index:
            text = hls.track(one.path.name, one.index, one.duration_s)
            (folder / hls.address(one.path.name)).write_text(text, encoding="utf-8")
    return {"hls": MASTER}


def _media(encoded: Sequence[Encoded]) -> Media:
    """The tracks as a page would see them, their addresses the names of the files."""
    sounds = [_sound(one) for one in encoded if one.kind == "sound"]
    pictures = [_picture(one) for one in encoded if one.kind in ("slides", "video")]
    opus = tuple(one for one in sounds if "opus" in one.mime)
    return Media(
        asset_id=UUID(int=0),
        state="ready",
        name="",
        content=None,
        duration_s=None,
        width=None,
        height=None,
        sounds=opus,
        renditions=tuple(one for one in pictures if "av01" in one.mime),
        plain=Plain(
            next((one for one in sounds if one not in opus), None),
            tuple(one for one in pictures if "avc1" in one.mime),
        ),
    )


def _sound(one: Encoded) -> Sound:
    assert one.index
    return Sound(
        name=one.name,
        language=one.language,
        url=one.path.name,
        mime=one.mime,
        size_bytes=one.size_bytes,
        duration_s=one.duration_s,
        average_bps=one.average_bps,
        is_default="opus" in one.mime,
        index=one.index,
    )


def _picture(one: Encoded) -> Rendition:
    assert one.index
    return Rendition(
        name=one.name,
        kind="slides" if one.kind == "slides" else "video",
        url=one.path.name,
        mime=one.mime,
        size_bytes=one.size_bytes,
        size_with_sound_bytes=one.size_bytes,
        duration_s=one.duration_s,
        average_bps=one.average_bps,
        width=one.width or 0,
        height=one.height or 0,
        fps=one.fps or 0.0,
        index=one.index,
    )
