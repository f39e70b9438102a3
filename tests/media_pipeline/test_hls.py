import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline import hls
from media_pipeline.types import FragmentIndex, Media, Plain, Rendition, Sound
from tests.factories.playlists import Wrong, attributes, read_master, read_track

NO_ASSET = "00000000-0000-0000-0000-000000000000"
INDEX = FragmentIndex((0.0, 3.0, 12.0, 28.0), (700, 1_700, 13_700, 15_700, 16_700))


def sound(name: str, codec: str = "opus", *, language: str = "und") -> Sound:
    mime = f'audio/mp4; codecs="{codec}"'
    index = FragmentIndex((0.0, 2.0, 8.0), (600, 5_000, 17_000, 60_000))
    return Sound(name, language, f"/media/r/1/{name}.mp4", mime, 60_000, 30.0, 16_000, True, index)


def picture(name: str, codec: str = "av01.0.01M.08") -> Rendition:
    mime = f'video/mp4; codecs="{codec}"'
    url = f"/media/r/2/{name}.mp4"
    return Rendition(name, "video", url, mime, 16_700, 76_700, 30.0, 4_000, 540, 304, 29.97 / 3, INDEX)


def media(**fields: object) -> Media:
    known: dict[str, object] = {"sounds": (sound("voice"),), "renditions": (picture("v48"), picture("v100"))}
    known["plain"] = Plain(sound("aac", "mp4a.40.2"), (picture("h64", "avc1.64001E"),))
    return Media(NO_ASSET, "ready", "", "camera", 30.0, 640, 360, **(known | fields))  # type: ignore[arg-type]


def test_a_segment_is_what_stands_between_two_entries_of_the_index() -> None:
    track = read_track(hls.track("v48.mp4", INDEX, 30.0))
    assert [(one.first, one.size, one.duration_s) for one in track.segments] == [
        (700, 1_000, 3.0), (1_700, 12_000, 9.0), (13_700, 2_000, 16.0), (15_700, 1_000, 2.0),
    ]  # fmt: skip
    assert {one.uri for one in track.segments} == {"v48.mp4"}
    assert track.init
    assert (track.init.uri, track.init.first, track.init.size) == ("v48.mp4", 0, 700)
    assert (track.target_s, track.independent) == (16, True)


def test_each_segment_has_an_address_of_its_own_where_asked() -> None:
    track = read_track(hls.track("v48.mp4", INDEX, 30.0, numbered=True))
    assert [one.uri for one in track.segments] == ["v48.mp4?1", "v48.mp4?2", "v48.mp4?3", "v48.mp4?4"]
    assert track.init
    assert track.init.uri == "v48.mp4"


@given(
    steps=st.lists(st.floats(0.01, 40), min_size=1, max_size=40),
    sizes=st.lists(st.integers(1, 10**7), min_size=41, max_size=41),
)
def test_any_index_gives_a_playlist_that_tiles_the_file_and_its_time(steps: list[float], sizes: list[int]) -> None:
    starts = [round(sum(steps[:at]), 4) for at in range(len(steps))]
    offsets = [sum(sizes[: at + 1]) for at in range(len(steps) + 1)]
    index, duration_s = FragmentIndex(tuple(starts), tuple(offsets)), sum(steps)
    track = read_track(hls.track("a.mp4", index, duration_s))
    ends = [one.first + one.size for one in track.segments if one.first is not None and one.size]
    assert [one.first for one in track.segments] == [offsets[0], *ends[:-1]]
    assert ends[-1] == offsets[-1]
    assert track.duration_s == pytest.approx(duration_s, abs=0.01 * len(steps) / 40 + 0.001)
    found = hls.rates(index, duration_s)
    assert found.peak_bps >= found.average_bps * 0.5
    assert found.average_bps == pytest.approx((offsets[-1] - offsets[0]) * 8 / track.duration_s, rel=0.05, abs=2)


def test_bandwidth_is_the_worst_run_near_a_target_duration_and_not_the_worst_segment() -> None:
    # Target 16 s: runs of 8 to 24 s. The first 3 s alone are none; 9 s of 12,000 bytes are the worst.
    found = hls.rates(INDEX, 30.0)
    assert found.peak_bps == pytest.approx(12_000 * 8 / 9, abs=1)
    assert found.average_bps == pytest.approx(16_000 * 8 / 30, abs=1)


def test_a_lesson_of_part_of_a_second_has_its_own_rate() -> None:
    found = hls.rates(FragmentIndex((0.0,), (100, 1_100)), 0.25)
    assert found.peak_bps == found.average_bps == 32_000


def test_every_quality_and_the_voice_alone_sound_alone_last() -> None:
    master = read_master(hls.master(media()))
    assert [(one.uri.rpartition("/")[2], one.about["CODECS"]) for one in master.variants] == [
        ("v48.m3u8", "av01.0.01M.08,Opus"), ("v100.m3u8", "av01.0.01M.08,Opus"),
        ("h64.m3u8", "avc1.64001E,mp4a.40.2"), ("voice.m3u8", "Opus"), ("aac.m3u8", "mp4a.40.2"),
    ]  # fmt: skip
    first = master.variants[0].about
    assert (first["RESOLUTION"], first["FRAME-RATE"], first["AUDIO"]) == ("540x304", "9.990", "opus")
    assert "RESOLUTION" not in master.variants[3].about
    own, voice = hls.rates(INDEX, 30.0), hls.rates(sound("voice").index, 30.0)
    assert int(first["BANDWIDTH"]) == own.peak_bps + voice.peak_bps
    assert int(first["AVERAGE-BANDWIDTH"]) == own.average_bps + voice.average_bps
    assert master.independent
    assert [one["URI"] for one in master.media] == ["/media/r/1/voice.m3u8", "/media/r/1/aac.m3u8"]


def test_a_silent_lesson_has_no_sounds_and_sound_alone_no_pictures() -> None:
    silent = read_master(hls.master(media(sounds=(), plain=Plain(None, (picture("h64", "avc1.64001E"),)))))
    assert silent.media == []
    assert [one.about["CODECS"] for one in silent.variants] == ["av01.0.01M.08", "av01.0.01M.08", "avc1.64001E"]
    heard = read_master(hls.master(media(renditions=(), plain=Plain(sound("aac", "mp4a.40.2")))))
    assert [one.about["CODECS"] for one in heard.variants] == ["Opus", "mp4a.40.2"]


def test_nothing_to_play_is_no_playlist() -> None:
    assert hls.master(media(sounds=(), renditions=(), plain=Plain())) == ""


def test_further_voices_and_captions_can_be_chosen_by_their_language() -> None:
    voices = [
        hls.Voice.of(media(), "zh-Hans", "普通话"),
        hls.Voice("bo", "བོད་སྐད", sound("voice"), sound("aac", "mp4a.40.2")),
    ]
    words = [hls.Words("zh-Hans", '简体"中文\n', "captions.m3u8"), hls.Words("und", "?", "other.m3u8")]
    master = read_master(hls.master(media(), voices=voices, words=words))
    for group in ("opus", "aac"):
        found = [(one["LANGUAGE"], one["NAME"], one["DEFAULT"]) for one in master.group("AUDIO", group)]
        assert found == [("zh-Hans", "普通话", "YES"), ("bo", "བོད་སྐད", "NO")]
    assert all(one.about["SUBTITLES"] == "words" for one in master.variants)
    assert [(one.get("LANGUAGE"), one["NAME"]) for one in master.group("SUBTITLES", "words")] == [
        ("zh-Hans", "简体 中文"), (None, "?"),
    ]  # fmt: skip


def test_a_voice_is_offered_once_it_is_in_every_group() -> None:
    coming = hls.Voice("bo", "བོད་སྐད", sound("voice"))
    both = read_master(hls.master(media(), voices=[hls.Voice.of(media()), coming]))
    assert [one["NAME"] for one in both.media] == ["voice", "voice"]
    av1 = media(plain=Plain())
    alone = read_master(hls.master(av1, voices=[hls.Voice.of(av1), coming]))
    assert [one["NAME"] for one in alone.media] == ["voice", "བོད་སྐད"]


def test_the_reader_of_these_tests_is_strict() -> None:
    good = hls.track("v48.mp4", INDEX, 30.0)
    for old, new in (("DURATION:16", "DURATION:15"), ("#EXT-X-ENDLIST\n", ""), ("#EXTINF:3.0000,\n", ""), (":7", ":4")):
        with pytest.raises(Wrong):
            read_track(good.replace(old, new))
    master = hls.master(media())
    for old, new in (('GROUP-ID="aac"', 'GROUP-ID="abc"'), ("AUTOSELECT=YES,", ""), ("#EXTM3U", "#EXTM3U8")):
        with pytest.raises(Wrong):
            read_master(master.replace(old, new))
    with pytest.raises(Wrong):
        attributes('NAME="a",NAME="b"')
