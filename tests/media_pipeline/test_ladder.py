"""The ladder: what is planned for which source."""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline import ladder
from media_pipeline.ladder import KEYFRAMES_S, Effort, Probe, fit, frame_rate, keyframes, plain_rungs, plan
from media_pipeline.types import Content

CONTENTS: tuple[Content, ...] = ("slides", "screencast", "camera")


def source(**values: object) -> Probe:
    usual: dict[str, object] = {
        "format": "mov",
        "size_bytes": 1_000_000,
        "duration_s": 60.0,
        "width": 1280,
        "height": 720,
        "fps": 30.0,
        "video_codec": "h264",
        "audio_codec": "aac",
        "video_index": 0,
        "audio_index": 1,
    }
    return Probe(**(usual | values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "size", "names"),
    [
        ("camera", (1280, 720), ["v48", "v100", "v250", "high"]),
        ("camera", (848, 480), ["v48", "v100", "v250"]),
        ("screencast", (1280, 720), ["v48", "v100", "v250"]),
        ("slides", (640, 480), ["slides"]),
        ("slides", (1280, 720), ["slides", "v100"]),
    ],
)
def test_each_kind_of_content_gets_its_rungs(content: Content, size: tuple[int, int], names: list[str]) -> None:
    made = plan(source(width=size[0], height=size[1]), content)
    assert [rung.name for rung in made.pictures] == names
    slides = ("slides",) if content != "camera" else ()
    assert made.steps == ("voice", "pictures", "share", *slides, "plain", "storyboard")


def test_sound_alone_gets_a_voice_and_a_shared_file_without_picture() -> None:
    made = plan(source(width=None, height=None, fps=None, video_codec=None), "audio")
    assert (made.voice, made.pictures, made.share, made.steps) == (True, (), None, ("voice", "share", "plain"))


@pytest.mark.parametrize("content", CONTENTS)
def test_effort_changes_the_time_and_no_promise(content: Content) -> None:
    efforts: tuple[Effort, ...] = ("fast", "default", "best")
    made = [plan(source(), content, effort).pictures for effort in efforts]
    for rungs in zip(*made, strict=True):
        presets = [rung.preset for rung in rungs]
        assert presets == sorted(presets, reverse=True)
        assert presets[2] < presets[1] <= presets[0] <= 10 or rungs[0].kind == "slides"
        assert len({(rung.name, rung.ceiling_bps, rung.keyframes_s) for rung in rungs}) == 1
    assert made[1] == plan(source(), content).pictures
    assert not any(rung.vmaf for rung in made[0])  # nothing is tried


def test_picture_alone_gets_no_voice() -> None:
    made = plan(source(audio_codec=None, audio_index=None), "camera")
    assert (made.voice, made.steps) == (False, ("pictures", "share", "plain", "storyboard"))


def test_upright_lessons_stay_upright_and_get_as_many_points() -> None:
    lying = plan(source(width=1280, height=720), "camera").pictures[0]
    upright = plan(source(width=720, height=1280), "camera").pictures[0]
    assert (upright.width, upright.height) == (lying.height, lying.width)


@given(st.integers(16, 8192), st.integers(16, 8192), st.sampled_from(CONTENTS))
def test_sizes_are_even_and_never_larger_than_the_source(width: int, height: int, content: Content) -> None:
    made = plan(source(width=width, height=height), content)
    assert made.share is not None
    for rung in (*made.pictures, made.share):
        assert rung.width % 2 == rung.height % 2 == 0
        assert 16 <= rung.width <= width
        assert 16 <= rung.height <= height


@given(st.integers(64, 4000), st.integers(64, 4000), st.integers(20_000, 1_000_000))
def test_fit_keeps_the_shape_within_a_point_of_rounding(width: int, height: int, area: int) -> None:
    small = fit(width, height, area)
    if min(small) > 16:
        scale = min(1.0, math.sqrt(area / (width * height)))
        assert abs(small[0] - width * scale) <= 2
        assert abs(small[1] - height * scale) <= 2


@given(st.floats(0.2, 60), st.floats(1, 30))
def test_frame_rate_is_a_whole_part_of_the_source(fps: float, most: float) -> None:
    rate = frame_rate(fps, most)
    assert 0 < rate <= most * 1.011
    assert math.isclose(fps / rate, round(fps / rate), rel_tol=1e-9)


@given(st.floats(0.5, 20_000), st.sampled_from(CONTENTS))
def test_keyframes_begin_at_zero_and_never_stand_in_the_last_second(duration_s: float, content: Content) -> None:
    first, every_s = ladder.KEYFRAMES_S[content]
    times = keyframes(duration_s, first, every_s)
    assert times[0] == 0
    assert list(times) == sorted(set(times))
    assert all(time < duration_s - 1 for time in times[1:])
    assert all(after - before <= every_s for before, after in pairwise(times))


@given(st.sampled_from(CONTENTS), st.floats(1.03, 20))
def test_a_rung_above_its_promise_becomes_harder(content: Content, over: float) -> None:
    rung = plan(source(), content).pictures[0]
    again = ladder.harder(rung, [(rung.crf, int(rung.ceiling_bps * over))])
    assert again.crf > rung.crf or again.width < rung.width
    assert again.crf <= ladder.HIGHEST_CRF
    assert again.width % 2 == again.height % 2 == 0


def test_the_second_correction_learns_from_the_first() -> None:
    rung = plan(source(), "camera").pictures[0]
    once = ladder.harder(rung, [(30, rung.ceiling_bps * 2)])
    slow = ladder.harder(once, [(30, rung.ceiling_bps * 2), (once.crf, int(rung.ceiling_bps * 1.5))])
    quick = ladder.harder(once, [(30, rung.ceiling_bps * 4), (once.crf, int(rung.ceiling_bps * 1.5))])
    assert slow.crf > quick.crf > once.crf


def test_promises_count_the_sound() -> None:
    for rung in plan(source(), "camera").pictures:
        assert rung.ceiling_bps + ladder.VOICE_ON_DISK_BPS == (
            ladder.HIGH_WITH_SOUND_BPS if rung.name == "high" else int(rung.name[1:]) * 1000
        )


@pytest.mark.parametrize(
    ("content", "size", "names"),
    [
        ("camera", (1280, 720), ["h64", "h200"]),
        ("slides", (640, 480), ["h64"]),
        ("slides", (1280, 720), ["h64", "h200"]),
        ("camera", (320, 180), ["h64", "h200"]),
    ],
)
def test_devices_without_av1_get_rungs_that_switch_where_the_others_do(
    content: Content, size: tuple[int, int], names: list[str]
) -> None:
    probe = source(width=size[0], height=size[1])
    rungs = ladder.plain_rungs(probe, content)
    assert [rung.name for rung in rungs] == names
    assert {rung.keyframes_s for rung in rungs} == {rung.keyframes_s for rung in plan(probe, content).pictures}
    assert all(rung.width <= size[0] and rung.height <= size[1] for rung in rungs)


def test_sound_alone_gets_nothing_for_devices_without_av1() -> None:
    assert ladder.plain_rungs(source(width=None, height=None, fps=None, video_codec=None), "audio") == ()


@pytest.mark.parametrize("content", ["camera", "screencast", "slides"])
@pytest.mark.parametrize("fps", [12.5, 15, 20, 24000 / 1001, 24, 25, 27.3, 30000 / 1001, 30, 48, 50, 60000 / 1001, 60])
def test_keyframes_of_all_rungs_stand_together_whatever_the_frame_rate(content: Content, fps: float) -> None:
    about = source(width=1920, height=1080, fps=fps, duration_s=3600)
    for rungs in (plan(about, content).pictures, plain_rungs(about, content)):
        first = [_first_pictures(rung.fps, rung.keyframes_s) for rung in rungs]
        for together in zip(*first, strict=True):
            assert max(together) - min(together) < 0.005
        wanted = keyframes(3600, *KEYFRAMES_S[content])
        assert all(-0.001 <= own - time <= 6 for own, time in zip(rungs[0].keyframes_s, wanted, strict=False))


def _first_pictures(fps: float, times_s: Sequence[float]) -> list[float]:
    """When the first picture from each moment on begins, as ffmpeg looks for it."""
    rate = Fraction(fps).limit_denominator(1001)
    return [float(math.ceil(Fraction(max(0.0, round(time_s - 0.001, 3))) * rate) / rate) for time_s in times_s]


def test_without_a_frame_rate_keyframes_stand_where_they_are_wanted() -> None:
    rung = plan(source(fps=None), "camera").pictures[0]
    assert rung.keyframes_s[:3] == (0.0, 3.0, 12.0)


@pytest.mark.parametrize(
    ("width", "height", "crf"), [(1280, 720, 63), (640, 480, 63), (480, 360, 50), (320, 240, 45), (160, 120, 45)]
)
def test_text_in_few_lines_gets_more_bytes_for_each_point(width: int, height: int, crf: int) -> None:
    probe = Probe("mp4", 1, 60.0, width=width, height=height, fps=25, video_codec="h264", audio_codec="aac")
    assert plan(probe, "slides").pictures[0].crf == crf
