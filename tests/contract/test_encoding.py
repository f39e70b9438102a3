"""The encoding half of the pipeline with the real ffmpeg, on what phones, cameras and screens deliver."""

import io
import json
import math
import os
import select
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from media_pipeline import encoding, hls, storyboards
from media_pipeline.adapters import boxes, fragments
from media_pipeline.adapters.probe import look_at
from media_pipeline.content import classify
from media_pipeline.ladder import Effort
from media_pipeline.management.commands.transcode import transcode
from tests.factories import clips

pytestmark = pytest.mark.contract
Make = Callable[..., Path]


def quiet(now: encoding.Progress) -> None:
    assert 0 <= now.fraction <= 1


def facts(path: Path) -> dict[str, Any]:
    """What a player finds: codec, size, aspect, first and last moment."""
    with av.open(str(path)) as container:
        out: dict[str, Any] = {"kinds": [stream.type for stream in container.streams]}
        ends = {stream.index: [1e9, 0.0] for stream in container.streams}
        for packet in container.demux():
            if packet.pts is not None and packet.size:
                start = float(packet.pts * packet.time_base)
                seen = ends[packet.stream.index]
                seen[0], seen[1] = min(seen[0], start), max(seen[1], start + float(packet.duration * packet.time_base))
        out["spans"] = list(ends.values())
        for stream in container.streams.video:
            out |= {"size": (stream.width, stream.height), "aspect": stream.sample_aspect_ratio}
            out["codec"] = stream.codec_context.name
    return out


def check(folder: Path, manifest: dict[str, Any], duration_s: float) -> None:
    """What holds for every result: one length, from zero, even sizes, square pixels, an index that fits."""
    assert json.loads((folder / "manifest.json").read_text()) == manifest
    named = {one["file"] for one in (*manifest["sounds"], *manifest["renditions"], manifest["share"])}
    named |= {one["file"] for one in manifest["stills"]}
    named |= {manifest["storyboard"]["file"]} if manifest["storyboard"] else set()
    named |= {hls.address(one["file"]) for one in (*manifest["sounds"], *manifest["renditions"])}
    named |= {"manifest.json", manifest["playlists"]["hls"]} | ({manifest["poster"]} if manifest["poster"] else set())
    assert {path.name for path in folder.iterdir()} == named
    assert manifest["source"]["duration_s"] == pytest.approx(duration_s, abs=0.3)
    for one in (*manifest["sounds"], *manifest["renditions"]):
        data = (folder / one["file"]).read_bytes()
        assert len(data) == one["bytes"]
        index = fragments.index(data)
        assert index.offsets[-1] == len(data)
        assert index.starts_s[0] == pytest.approx(0, abs=0.01)
        assert boxes.codecs(data) == [one["mime"].split('"')[1]]
    for name in (name for name in named if name.endswith(".mp4")):
        found = facts(folder / name)
        for start, end in found["spans"]:
            assert abs(start) < 0.5, name
            assert end == pytest.approx(manifest["source"]["duration_s"], abs=0.5), name
        if "size" in found:
            assert found["size"][0] % 2 == found["size"][1] % 2 == 0
            assert found["aspect"] in (None, 1)
    share = (folder / "share.mp4").read_bytes()
    kinds = [box.kind for box in boxes.boxes(share)]
    assert b"moof" not in kinds
    assert kinds.index(b"moov") < kinds.index(b"mdat")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "source.mp4"


def test_a_lesson_with_picture_and_sound(source: Path, tmp_path: Path) -> None:
    clips.video(source, size="426x240", rate="24")
    manifest = transcode(source, tmp_path / "out")
    check(tmp_path / "out", manifest, 2)
    assert [one["name"] for one in manifest["renditions"]] == ["v48", "v100", "v250", "h64", "h200"]
    assert manifest["sounds"][0]["mime"] == 'audio/mp4; codecs="opus"'
    assert manifest["share"]["mime"].startswith('video/mp4; codecs="avc1.')
    assert manifest["share"]["mime"].endswith(', mp4a.40.2"')
    codecs = [one["mime"].partition('"')[2][:5] for one in manifest["renditions"]]
    assert codecs == ["av01.", "av01.", "av01.", "avc1.", "avc1."]
    assert [one["name"] for one in manifest["sounds"]] == ["voice", "aac"]
    assert [one["default"] for one in manifest["sounds"]] == [True, False]
    assert (tmp_path / "out" / "poster.jpg").read_bytes()[:2] == b"\xff\xd8"


@pytest.mark.parametrize("effort", ["fast", "best"])
def test_more_or_less_effort_gives_the_same_files(source: Path, tmp_path: Path, effort: Effort) -> None:
    clips.video(source, size="192x108", rate="10", seconds=4)
    manifest = transcode(source, tmp_path / "out", effort=effort)
    check(tmp_path / "out", manifest, 4)
    assert [one["name"] for one in manifest["renditions"]] == ["v48", "v100", "v250", "h64"]


def test_slides_get_a_rendition_of_their_own(source: Path, tmp_path: Path) -> None:
    clips.slides(source)
    manifest = transcode(source, tmp_path / "out")
    check(tmp_path / "out", manifest, 6)
    assert manifest["content"] == "slides"
    assert manifest["renditions"][0]["name"] == manifest["renditions"][0]["kind"] == "slides"
    assert manifest["renditions"][0]["bytes_with_sound"] * 8 / 6 <= 30_000


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turned_phones_give_upright_lessons(source: Path, tmp_path: Path, degrees: int) -> None:
    clips.turned(source, clips.video(tmp_path / "upright.mp4", size="192x108"), degrees)
    manifest = transcode(source, tmp_path / "out")
    check(tmp_path / "out", manifest, 2)
    upright = degrees != 180
    assert (manifest["source"]["width"] < manifest["source"]["height"]) == upright
    for one in manifest["renditions"]:
        assert facts(tmp_path / "out" / one["file"])["size"] == ((108, 192) if upright else (192, 108))


def test_odd_sizes_become_even(source: Path, tmp_path: Path) -> None:
    clips.ffmpeg(*clips.pattern("161x121"), "-t", "1.5", "-c:v", "ffv1", tmp_path / "odd.mkv")
    manifest = transcode(tmp_path / "odd.mkv", tmp_path / "out")
    check(tmp_path / "out", manifest, 1.5)
    assert {(one["width"], one["height"]) for one in manifest["renditions"]} == {(160, 120)}


def test_anamorphic_pictures_get_square_pixels(source: Path, tmp_path: Path) -> None:
    clips.silent(source, "-vf", "setsar=4/3", size="144x108")
    manifest = transcode(source, tmp_path / "out")
    check(tmp_path / "out", manifest, 2)
    assert (manifest["source"]["width"], manifest["source"]["height"]) == (192, 108)
    assert (manifest["renditions"][0]["width"], manifest["renditions"][0]["height"]) == (192, 108)


def test_variable_frame_rate_keeps_its_length(source: Path, tmp_path: Path) -> None:
    uneven = "select='lt(t,1)+not(mod(n,7))'"
    clips.video(source, "-vf", uneven, "-fps_mode", "vfr", size="192x108", rate="30", seconds=3)
    check(tmp_path / "out", transcode(source, tmp_path / "out"), 3)


def test_sound_that_begins_late_and_ends_early_is_filled_with_silence(source: Path, tmp_path: Path) -> None:
    clips.ffmpeg(
        *clips.pattern("192x108"), "-itsoffset", "1.2", *clips.SINE, "-filter_complex", "[1:a]atrim=end=1[a]",
        "-map", "0:v", "-map", "[a]", "-t", "4", *clips.H264, "-c:a", "aac", source,
    )  # fmt: skip
    check(tmp_path / "out", transcode(source, tmp_path / "out"), 4)


def test_a_picture_that_begins_late_is_held(source: Path, tmp_path: Path) -> None:
    clips.ffmpeg(
        "-itsoffset", "1.5", *clips.pattern("192x108"), *clips.SINE, "-map", "0:v", "-map", "1:a", "-t", "4",
        *clips.H264, "-c:a", "aac", source,
    )  # fmt: skip
    check(tmp_path / "out", transcode(source, tmp_path / "out"), 4)


def test_a_lone_picture_stays_as_long_as_the_sound(source: Path, tmp_path: Path) -> None:
    picture = ("-f", "lavfi", "-i", "color=green:size=192x108:rate=10:duration=0.1")
    clips.ffmpeg(*picture, *clips.SINE, "-t", "3", *clips.H264, source)
    manifest = transcode(source, tmp_path / "out")
    check(tmp_path / "out", manifest, 3)
    assert manifest["poster"] == "poster.jpg"
    assert manifest["renditions"]


def test_picture_alone_has_no_sounds(source: Path, tmp_path: Path) -> None:
    clips.silent(source, size="192x108")
    manifest = transcode(source, tmp_path / "out")
    check(tmp_path / "out", manifest, 2)
    assert manifest["sounds"] == []
    assert facts(tmp_path / "out" / "share.mp4")["kinds"] == ["video"]
    assert manifest["renditions"][0]["bytes_with_sound"] == manifest["renditions"][0]["bytes"]


@pytest.mark.parametrize(
    ("name", "extra"),
    [("speech.mp3", ("-c:a", "libmp3lame")), ("speech.wav", ()), ("speech.ogg", ("-c:a", "libopus")), ("a.flac", ())],
)
def test_sound_alone_has_no_renditions(tmp_path: Path, name: str, extra: tuple[str, ...]) -> None:
    manifest = transcode(clips.sound(tmp_path / name, *extra), tmp_path / "out")
    check(tmp_path / "out", manifest, 2)
    assert (manifest["content"], manifest["renditions"], manifest["poster"]) == ("audio", [], None)
    assert manifest["share"]["mime"] == 'audio/mp4; codecs="mp4a.40.2"'


def test_a_song_with_a_cover_is_sound_alone(tmp_path: Path) -> None:
    clips.ffmpeg(*clips.pattern(), "-frames:v", "1", tmp_path / "cover.jpg")
    clips.ffmpeg(
        *clips.SINE, "-i", tmp_path / "cover.jpg", "-map", "0:a", "-map", "1:v", "-t", "2", "-c:v", "copy",
        "-disposition:v", "attached_pic", tmp_path / "song.mp3",
    )  # fmt: skip
    assert transcode(tmp_path / "song.mp3", tmp_path / "out")["content"] == "audio"


def test_the_hardest_picture_keeps_the_promise_of_its_rungs(source: Path, tmp_path: Path) -> None:
    clips.noise(source, seconds=3)
    manifest = transcode(source, tmp_path / "out")
    check(tmp_path / "out", manifest, 3)
    for one in manifest["renditions"]:
        # H.264 is held by a buffer, of which one second is much of three.
        most = 1.1 if one["name"].startswith("v") else 1.4
        assert one["bytes_with_sound"] * 8 / 3 <= int(one["name"][1:]) * 1000 * most, one["name"]


def test_keyframes_stand_where_the_index_says(source: Path, tmp_path: Path) -> None:
    clips.video(source, size="192x108", seconds=8)
    examined = encoding.examine(source, watch=quiet)
    made = encoding.encode_pictures(source, examined.plan, tmp_path, watch=quiet)
    for one in made:
        assert one.index is not None
        assert one.index.starts_s == pytest.approx((0, 3), abs=0.11)
        with av.open(str(one.path)) as container:
            keys = [float(packet.pts * packet.time_base) for packet in container.demux() if packet.is_keyframe]
        assert keys == pytest.approx(one.index.starts_s, abs=0.001)


def test_each_piece_of_the_index_can_be_decoded_on_its_own(source: Path, tmp_path: Path) -> None:
    clips.video(source, size="192x108", seconds=8)
    examined = encoding.examine(source, watch=quiet)
    one = encoding.encode_pictures(source, examined.plan, tmp_path, watch=quiet)[0]
    assert one.index is not None
    data = one.path.read_bytes()
    for start, begin, end in zip(one.index.starts_s, one.index.offsets, one.index.offsets[1:], strict=False):
        piece = data[: one.index.offsets[0]] + data[begin:end]
        with av.open(io.BytesIO(piece)) as container:
            frame = next(container.decode(video=0))
            assert frame.key_frame
            assert frame.time == pytest.approx(start, abs=0.01)


class Cancelled(Exception):
    pass


def is_child(process: Path) -> bool:
    """True for a process that this one has started."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[1] == str(os.getpid())
    except OSError:
        return False


def test_a_watch_that_raises_ends_ffmpeg_at_once(source: Path, tmp_path: Path) -> None:
    clips.video(source, size="640x360", rate="30", seconds=8)
    examined = encoding.examine(source, watch=quiet)

    def cancel(now: encoding.Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        encoding.encode_pictures(source, examined.plan, tmp_path, watch=cancel)
    ours = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if is_child(path.parent)]
    assert not [command for command in ours if b"ffmpeg" in command]


KILLED = """
import os, signal, sys, django
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
django.setup()
from pathlib import Path
from media_pipeline import encoding, hls, storyboards
source = Path(sys.argv[1])
plan = encoding.examine(source, watch=lambda now: None).plan
def kill(now):
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
    if Path(f"/proc/{children[0]}/comm").read_text().startswith("ffmpeg"):
        print(children[0], flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
encoding.encode_pictures(source, plan, source.parent, watch=kill)
"""


def test_ffmpeg_dies_with_its_worker(source: Path) -> None:
    clips.video(source, size="640x360", rate="30", seconds=8)
    with subprocess.Popen([sys.executable, "-c", KILLED, str(source)], stdout=subprocess.PIPE) as worker:
        assert worker.stdout
        child = int(worker.stdout.readline())
        worker.wait(timeout=60)
    try:
        ended = os.pidfd_open(child)
    except ProcessLookupError:
        return
    assert select.select([ended], [], [], 30)[0], "ffmpeg went on without its worker"
    os.close(ended)


SHARED = Path(os.environ.get("SHARED_DIR", "../shared")) / "data" / "clips"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("field-walk-gopro-848x480.mp4", "camera"),
        ("market-people-768x432-10fps.mp4", "camera"),
        ("product-demo-bottles-640x360.mp4", "camera"),
        ("talkinghead-signers-640x480.mkv", "camera"),
        ("screencast-gnome-displays-1024x768.webm", "screencast"),
        ("screencast-gnome-launching-854x480.webm", "screencast"),
        ("slides-changes-eth-320x240.mov", "slides"),
        ("slides-lecture-eth-640x480.mov", "slides"),
        ("speech-lecture-67s-16k.flac", "audio"),
    ],
)
def test_real_clips_are_told_apart(name: str, content: str) -> None:
    assert classify(look_at(SHARED / name, watch=quiet).look) == content


@pytest.mark.parametrize(
    "name",
    [
        "market-people-768x432-10fps.mp4",
        "talkinghead-signers-640x480.mkv",
        "screencast-gnome-displays-1024x768.webm",
        "slides-changes-eth-320x240.mov",
    ],
)
def test_the_storyboard_of_a_real_clip_weighs_at_most_a_kilobyte_a_minute(name: str, tmp_path: Path) -> None:
    plan = encoding.examine(SHARED / name, watch=quiet).plan
    (made,) = encoding.encode_storyboard(SHARED / name, plan, tmp_path, watch=quiet)
    assert made.size_bytes == made.path.stat().st_size <= 1000 * max(1, plan.duration_s / 60)
    assert made.width
    assert made.height
    assert made.width * made.height >= 40 * 22
    with Image.open(made.path) as sheet:
        count = math.ceil(plan.duration_s / storyboards.EVERY_S)
        assert sheet.size == (min(count, 10) * made.width, math.ceil(count / 10) * made.height)


# How much light each code means: ITU-R BT.2100. 38 % (18 % grey, under HLG and PQ alike), then the white of a page.
@pytest.mark.parametrize(("transfer", "white"), [("arib-std-b67", 0.75), ("smpte2084", 0.58)])
def test_high_dynamic_range_is_toned_down_so_that_grey_stays_grey_and_white_white(
    tmp_path: Path, transfer: str, white: float
) -> None:
    source = clips.bright(tmp_path / "phone.mp4", transfer, 0.38, white)
    manifest = transcode(source, tmp_path / "out")
    check(tmp_path / "out", manifest, 2)
    for file in (manifest["share"]["file"], manifest["renditions"][-1]["file"]):
        with av.open(str(tmp_path / "out" / file)) as container:
            frame = next(container.decode(video=0))
            assert frame.format.name == "yuv420p"
            shown = frame.to_ndarray(format="gray16le")[: frame.height // 3] / 256
        grey, page = (
            float(half.mean()) for half in (shown[:, 20 : frame.width // 2 - 20], shown[:, frame.width // 2 + 20 :])
        )
        assert 95 <= grey * 219 / 255 + 16 <= 125, file
        assert 185 <= page * 219 / 255 + 16 <= 225, file


def test_steps_for_pictures_make_nothing_of_sound_alone(tmp_path: Path) -> None:
    source = clips.sound(tmp_path / "talk.m4a", "-c:a", "aac", seconds=20)
    plan = encoding.examine(source, watch=quiet).plan
    for step in (encoding.encode_pictures, encoding.encode_slides, encoding.encode_storyboard):
        assert step(source, plan, tmp_path, watch=quiet) == []
