"""HLS with the real ffmpeg: every variant plays to its end, sound and picture together, and rungs can be exchanged."""

import io
import subprocess
import urllib.request
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import override_settings

from lms.core.clock import now
from media_pipeline import addresses, services
from media_pipeline.adapters.ffmpeg import program
from media_pipeline.management.commands.transcode import transcode
from media_pipeline.steps import run_next
from tests.factories import clips
from tests.factories.playlists import Master, Track, read_master, read_track

pytestmark = pytest.mark.contract
DISK = "django.core.files.storage.FileSystemStorage"
SECONDS = 14
MARKS = (1, 5, 9, 13)  # a white picture and a tone begin together
FAMILIES = (("v48", "v100", "v250"), ("h64", "h200"))


def marked(target: Path) -> Path:
    """A lesson in which it can be seen and heard when it is 1, 5, 9 and 13 seconds old."""
    on = "gte(t\\,1)*lt(mod(t-1\\,4)\\,0.5)"
    grain = "noise=alls=12:allf=t"  # as of a camera
    picture = f"testsrc2=size=320x180:rate=30,lutyuv=y=val*0.4,{grain},drawbox=color=white:t=fill:enable='{on}'"
    tone = f"aevalsrc='sin(6283*t)*{on}':sample_rate=44100"
    inputs = ("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone)
    clips.ffmpeg(*inputs, "-t", str(SECONDS), *clips.H264, "-c:a", "aac", target)
    return target


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `transcode` makes of it."""
    home = tmp_path_factory.mktemp("hls")
    manifest = transcode(marked(home / "source.mp4"), home / "out")
    assert manifest["playlists"] == {"hls": "master.m3u8"}
    return home / "out"


def master(folder: Path) -> Master:
    return read_master((folder / "master.m3u8").read_text())


def track(folder: Path, name: str) -> Track:
    return read_track((folder / f"{name}.m3u8").read_text())


def test_every_track_is_in_the_playlist_of_all_and_named_as_what_it_is(folder: Path) -> None:
    found = master(folder)
    assert [variant.uri for variant in found.variants] == [
        "v48.m3u8", "v100.m3u8", "v250.m3u8", "h64.m3u8", "h200.m3u8", "voice.m3u8", "aac.m3u8",
    ]  # fmt: skip
    for variant in found.variants:
        with av.open(str(folder / variant.uri)) as container:
            assert len(container.streams) == 1
            for stream in container.streams.video:
                assert f"{stream.width}x{stream.height}" == variant.about["RESOLUTION"]
                assert float(variant.about["FRAME-RATE"]) == pytest.approx(float(stream.average_rate or 0), abs=0.01)
                assert variant.codecs[0][:4] == {"libdav1d": "av01", "h264": "avc1"}[stream.codec_context.name]
            for sound in container.streams.audio:
                assert variant.codecs == [{"opus": "Opus", "aac": "mp4a.40.2"}[sound.codec_context.name]]


def test_bandwidth_is_what_the_segments_weigh(folder: Path) -> None:
    files = {one["GROUP-ID"]: one["URI"].replace(".m3u8", ".mp4") for one in master(folder).media}
    for variant in master(folder).variants:
        names = {variant.uri.replace(".m3u8", ".mp4"), files[variant.about["AUDIO"]]}
        weight = sum((folder / name).stat().st_size for name in names) * 8 / SECONDS
        # Without the initialization segments, of less than a kilobyte each.
        assert weight - 1000 < int(variant.about["AVERAGE-BANDWIDTH"]) <= weight


def test_each_segment_begins_with_a_keyframe_where_the_playlist_says(folder: Path) -> None:
    for name in (name for family in FAMILIES for name in family):
        at_s = 0.0
        for frames, segment in decoded(folder, name):
            assert frames[0].key_frame
            assert frames[0].time == pytest.approx(at_s, abs=0.002), name
            at_s += segment.duration_s
        assert at_s == pytest.approx(SECONDS, abs=0.05)


def decoded(folder: Path, name: str) -> Iterator[tuple[list[Any], Any]]:
    """The pictures of each segment, decoded from it and the initialization segment alone."""
    data, found = (folder / f"{name}.mp4").read_bytes(), track(folder, name)
    assert found.init
    init = data[: found.init.size]
    for segment in found.segments:
        assert segment.first is not None
        assert segment.size is not None
        part = init + data[segment.first : segment.first + segment.size]
        with av.open(io.BytesIO(part)) as container:
            yield list(container.decode(video=0)), segment


@pytest.mark.parametrize("family", FAMILIES, ids=["av1", "h264"])
def test_rungs_can_be_exchanged_at_every_segment_without_a_gap(folder: Path, family: tuple[str, ...]) -> None:
    every = [list(decoded(folder, name)) for name in family]
    assert len({len(one) for one in every}) == 1
    mixed = [every[place % len(every)][place] for place in range(len(every[0]))]
    assert mixed[0][0][0].time == pytest.approx(0, abs=0.01)
    for (frames, segment), (after, _) in pairwise(mixed):
        end_s = frames[0].time + segment.duration_s
        assert end_s - frames[-1].time <= 0.25  # its last picture stands no longer than one does
        assert abs(after[0].time - end_s) <= 0.1


@pytest.mark.parametrize(("sound", "family"), [("voice", FAMILIES[0]), ("aac", FAMILIES[1])], ids=["opus", "aac"])
def test_sound_and_picture_are_together(folder: Path, sound: str, family: tuple[str, ...]) -> None:
    heard = tones(folder / f"{sound}.m3u8")
    assert heard == pytest.approx(MARKS, abs=0.04)
    for name in family:
        seen = flashes(folder / f"{name}.m3u8")
        assert len(seen) == len(MARKS)
        for shown_s, heard_s in zip(seen, heard, strict=True):
            assert abs(shown_s - heard_s) <= 0.04, name


def flashes(playlist: Path) -> list[float]:
    """When the picture turns white."""
    found, bright = [], False
    with av.open(str(playlist)) as container:
        for frame in container.decode(video=0):
            now_bright = float(frame.to_ndarray(format="gray").mean()) > 200
            if now_bright and not bright:
                found.append(float(frame.time or 0))
            bright = now_bright
    return found


def tones(playlist: Path) -> list[float]:
    """When a tone begins."""
    found, last_s = [], -1.0
    with av.open(str(playlist)) as container:
        for frame in container.decode(audio=0):
            samples = frame.to_ndarray()[0]
            for place in (abs(samples) > 0.3).nonzero()[0]:
                at_s = float(frame.time or 0) + int(place) / frame.sample_rate
                if at_s - last_s > 1:
                    found.append(at_s)
                last_s = at_s
    return found


@pytest.fixture
def _folders(tmp_path: Path) -> Iterator[None]:
    places = {name: {"BACKEND": DISK, "OPTIONS": {"location": tmp_path / name}} for name in ("sources", "renditions")}
    with override_settings(
        STORAGES=django_settings.STORAGES | places,
        MEDIA_WORK_DIR=tmp_path / "work",
        FILE_UPLOAD_TEMP_DIR=tmp_path / "uploads",
        MEDIA_ROOM_KEPT_BYTES=0,
        MEDIA_SHOWN_ASSETS="media_pipeline.testing.shown_everywhere",
    ):
        cache.clear()
        yield


def play(*addresses: str, whole: bool = False) -> tuple[str, float]:
    """Decode everything at these addresses: what ffmpeg says about it, and how long it lasts in seconds."""
    inputs = [part for address in addresses for part in ("-i", address)]
    wanted = ["-map", "0"] if whole else []
    command = [program(), "-v", "warning", "-nostdin", "-xerror", *inputs, *wanted, "-progress", "pipe:1", "-f", "null"]
    done = subprocess.run([*command, "-"], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    ends = [line.partition("=")[2] for line in done.stdout.splitlines() if line.startswith("out_time_us=")]
    return done.stderr, int(ends[-1]) / 1e6


@pytest.mark.usefixtures("database_as_it_was", "_folders")
@pytest.mark.django_db(transaction=True)
def test_every_variant_plays_from_the_site_to_its_end(tmp_path: Path, live_server: Any) -> None:
    with marked(tmp_path / "source.mp4").open("rb") as file:
        asset_id = services.ingest(file=file, name="marked.mp4", now=now())
    while run_next(now=now()):
        pass
    url = live_server.url + addresses.master_address(asset_id, private=False)
    complaints, length_s = play(url, whole=True)  # all tracks at once
    assert complaints == ""
    assert length_s == pytest.approx(SECONDS, abs=0.1)
    found = read_master(download(url))
    sounds = {one["GROUP-ID"]: one["URI"] for one in found.media}
    assert len(found.variants) == 7
    for variant in found.variants:
        both = dict.fromkeys((variant.uri, sounds[variant.about["AUDIO"]]))
        complaints, length_s = play(*(live_server.url + uri for uri in both))
        assert complaints == ""
        assert length_s == pytest.approx(SECONDS, abs=0.1)


def download(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return str(answer.read().decode())
