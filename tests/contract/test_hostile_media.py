"""Files that cannot be used, or lie, or want to reach other files: one clear error each."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from media_pipeline import encoding
from media_pipeline.encoding import MediaError
from media_pipeline.management.commands.transcode import transcode
from tests.factories import clips

pytestmark = pytest.mark.contract
SECRET = "the secret of another file 7f3a"


def quiet(now: encoding.Progress) -> None:
    pass


def empty(path: Path) -> Path:
    path.touch()
    return path


def text(path: Path) -> Path:
    path.write_text("Minutes of the meeting\n" * 200)
    return path


def random_bytes(path: Path) -> Path:
    path.write_bytes(bytes(range(256)) * 400)
    return path


def picture(path: Path) -> Path:
    clips.ffmpeg(*clips.pattern(), "-frames:v", "1", "-f", "image2", path.with_suffix(".jpg"))
    return path.with_suffix(".jpg").rename(path)


def without_index(path: Path) -> Path:
    """An MP4 cut before its moov, as when a phone ran out of battery."""
    clips.video(path)
    path.write_bytes(path.read_bytes()[:-6000])
    return path


def cut_after_index(path: Path) -> Path:
    clips.video(path, "-movflags", "+faststart", seconds=6)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def cut_matroska(path: Path) -> Path:
    clips.video(path.with_suffix(".mkv"), seconds=6)
    data = path.with_suffix(".mkv").read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def no_length(path: Path) -> Path:
    return clips.silent(path, "-frames:v", "1")


def hls(path: Path) -> Path:
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{path.parent}/secret.mp4\n#EXT-X-ENDLIST\n")
    return path


def concat(path: Path) -> Path:
    path.write_text("ffconcat version 1.0\nfile secret.mp4\n")
    return path


def dash(path: Path) -> Path:
    path.write_text(
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT2S">'
        '<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>secret.mp4</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>"
    )
    return path


def session(path: Path) -> Path:
    path.write_text("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n")
    return path


def subtitles_of_avi(path: Path) -> Path:
    """A playlist of this server's files inside a GAB2 subtitle track of an AVI."""
    clips.video(path.with_suffix(".avi"))
    data = path.with_suffix(".avi").read_bytes()
    playlist = f"#EXTM3U\n#EXTINF:9,\nfile://{path.parent}/secret.mp4\n".encode()
    path.write_bytes(data + b"GAB2\0\2\0" + playlist)
    return path


@pytest.mark.parametrize(
    ("make", "codes"),
    [
        (empty, {"empty"}),
        (text, {"not_media"}),
        (random_bytes, {"not_media", "damaged", "no_tracks"}),
        (picture, {"not_media"}),
        (without_index, {"not_media", "damaged"}),
        (cut_after_index, {"truncated"}),
        (cut_matroska, {"truncated"}),
        (no_length, {"too_short"}),
        (hls, {"not_media"}),
        (concat, {"not_media"}),
        (dash, {"not_media"}),
        (session, {"not_media"}),
    ],
)
def test_what_cannot_be_used_gets_one_clear_error(
    tmp_path: Path, make: Callable[[Path], Path], codes: set[str]
) -> None:
    clips.video(tmp_path / "secret.mp4", seconds=1)
    source = make(tmp_path / "lesson.mp4")
    with pytest.raises(MediaError) as refused:
        transcode(source, tmp_path / "out")
    assert refused.value.code in codes
    assert not (tmp_path / "out").exists()
    sentence = str(refused.value)
    assert str(tmp_path) not in sentence
    assert sentence.endswith((".", "。"))


def test_a_playlist_behind_a_real_video_reaches_no_other_file(tmp_path: Path) -> None:
    clips.video(tmp_path / "secret.mp4", seconds=30, size="64x64")
    source = subtitles_of_avi(tmp_path / "lesson.mp4")
    assert encoding.examine(source, watch=quiet).probe.duration_s < 3


def test_flipped_bits_give_a_result_or_an_error(tmp_path: Path) -> None:
    source = clips.video(tmp_path / "lesson.mp4", size="192x108")
    data = bytearray(source.read_bytes())
    for place in range(3000, len(data), 701):
        data[place] ^= 0x55
    source.write_bytes(data)
    code = "made"
    try:
        transcode(source, tmp_path / "out")
    except MediaError as refused:
        code = refused.code
    assert code in {"made", "damaged", "not_media", "truncated", "too_short", "no_tracks", "encoder_failed"}
    assert (tmp_path / "out").exists() == (code == "made")


def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "lesson.mp4")
    with pytest.raises(MediaError) as refused:
        encoding.examine(tmp_path / "lesson.mp4", watch=quiet)
    assert refused.value.code == "not_a_file"


@pytest.mark.parametrize("target", ["missing", ".", "/dev/zero", "loop"])
def test_links_to_what_is_no_file_are_refused(tmp_path: Path, target: str) -> None:
    (tmp_path / "loop").symlink_to(target)
    with pytest.raises(MediaError) as refused:
        encoding.examine(tmp_path / "loop", watch=quiet)
    assert refused.value.code in {"not_found", "not_a_file"}


def test_a_link_to_a_video_is_that_video(tmp_path: Path) -> None:
    clips.video(tmp_path / "lesson.mp4")
    (tmp_path / "link").symlink_to("lesson.mp4")
    assert encoding.examine(tmp_path / "link", watch=quiet).probe.video_codec == "h264"


def test_a_name_that_looks_like_an_option_or_an_address_is_a_file(tmp_path: Path) -> None:
    for name in ("-i.mp4", "http:%2f%2fx.mp4", "concat:a|b.mp4", "课 程'\"$(x).mp4"):
        clips.silent(tmp_path / "x.mp4", size="64x64", seconds=1)
        (tmp_path / "x.mp4").rename(tmp_path / name)
        assert encoding.examine(tmp_path / name, watch=quiet).probe.video_codec == "h264"


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "transcode", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, check=False, env={**os.environ, "LANGUAGE": "en"},
    )  # fmt: skip


def test_the_command_says_one_line_and_leaves_nothing(tmp_path: Path) -> None:
    done = command(text(tmp_path / "a.mp4"), "--output", tmp_path / "out", "--json")
    assert (done.returncode, done.stdout) == (1, "")
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("error: not_media: ")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_the_command_knows_wrong_usage(tmp_path: Path) -> None:
    assert command(tmp_path / "a.mp4").returncode == 2
    assert command(tmp_path / "a.mp4", "--output", tmp_path / "out", "--effort", "most").returncode == 2


def test_the_command_touches_no_folder_that_holds_something(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text(SECRET)
    with pytest.raises(MediaError) as refused:
        transcode(clips.silent(tmp_path / "a.mp4", size="64x64"), tmp_path / "out")
    assert refused.value.code == "output_not_empty"
    assert (tmp_path / "out" / "mine.txt").read_text() == SECRET


def test_a_disk_that_is_full_at_the_manifest_is_said_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Path.write_text

    def full(path: Path, *text: Any, **how: Any) -> int:
        if path.name == "manifest.json":
            write(path, "{")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(path, *text, **how)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(MediaError) as refused:
        transcode(clips.silent(tmp_path / "a.mp4", size="64x64"), tmp_path / "out")
    assert refused.value.code == "no_space"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("made", [b"", b"no boxes at all"])
def test_a_share_file_that_is_no_mp4_is_an_error_of_the_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, made: bytes
) -> None:
    source = clips.silent(tmp_path / "a.mp4", size="64x64")
    plan = encoding.examine(source, watch=quiet).plan
    monkeypatch.setattr(encoding.ffmpeg, "run", lambda *_, **__: (tmp_path / "share.mp4").write_bytes(made))
    with pytest.raises(MediaError) as refused:
        encoding.encode_share(source, plan, tmp_path, watch=quiet)
    assert refused.value.code == "encoder_failed"
