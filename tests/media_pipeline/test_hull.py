"""The choice of size, rate and CRF from what trials found."""

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline import hull
from media_pipeline.hull import Point, Shape, Trial, Tried, chosen, next_trials, pieces, points
from media_pipeline.ladder import HIGHEST_CRF, PictureRung, Plan, Probe, plan

FULL, HALF = Shape(848, 480, 30.0), Shape(848, 480, 15.0)


def lesson(duration_s: float = 60.0, fps: float = 30.0, size: tuple[int, int] = (848, 480)) -> Plan:
    return plan(Probe("mov", 1_000_000, duration_s, *size, fps, "h264", "aac", 0, 1), "camera")


def found(shape: Shape, rates: dict[int, tuple[float, float]]) -> list[Tried]:
    """Trials of a shape: (kbit/s, VMAF) by CRF, with keyframes that cost nothing."""
    return [Tried(Trial(shape, crf), 0, kbps * 1000, vmaf) for crf, (kbps, vmaf) in rates.items()]


EASY = found(FULL, {42: (60, 95), 52: (30, 91), 58: (20, 86), 61: (15, 80), 63: (10, 70)})
HARD = found(FULL, {42: (1600, 90), 52: (700, 82), 58: (330, 74), 61: (190, 67), 63: (90, 56)})


def by_name(rungs: tuple[PictureRung, ...]) -> dict[str, PictureRung]:
    return {rung.name: rung for rung in rungs}


def test_an_easy_lesson_takes_no_more_than_is_good_enough() -> None:
    rungs = by_name(chosen(lesson(), EASY))
    assert (rungs["v48"].crf, rungs["v100"].crf, rungs["v250"].crf) == (61, 55, 44)


def test_a_hard_lesson_stays_below_the_ceilings() -> None:
    rungs = by_name(chosen(lesson(), HARD))
    assert {rungs[name].crf for name in ("v48", "v100")} == {HIGHEST_CRF}  # made again, harder
    assert 59 <= rungs["v250"].crf <= 61


def test_the_shape_that_is_better_for_its_bytes_is_taken() -> None:
    worse = found(HALF, {54: (29, 84), 61: (14, 70), 63: (9, 60)})
    better = found(HALF, {54: (15, 90), 61: (9, 84), 63: (6, 75)})
    assert by_name(chosen(lesson(), [*EASY, *worse]))["v48"].fps == 30
    assert by_name(chosen(lesson(), [*EASY, *better]))["v48"].fps == 15


def test_rungs_that_add_nothing_are_left_out() -> None:
    flat = found(FULL, {42: (30, 96), 52: (20, 95.5), 58: (16, 95), 61: (14, 94.8), 63: (12, 94.5)})
    assert [rung.name for rung in chosen(lesson(), flat)] == ["v48"]


def test_a_rung_is_better_by_something_where_it_may_be() -> None:
    good = found(FULL, {42: (30, 99), 52: (20, 97), 58: (16, 95), 61: (14, 93), 63: (12, 91)})
    assert [(rung.name, rung.crf) for rung in chosen(lesson(), good)] == [("v48", 63), ("v100", 59), ("v250", 50)]


def test_without_trials_the_ladder_stays_as_it_is() -> None:
    assert chosen(lesson(), []) == lesson().pictures


def test_what_is_not_tried_stays_as_it_is() -> None:
    large = lesson(size=(1280, 720))
    assert chosen(large, EASY)[-1] == large.pictures[-1]
    assert large.pictures[-1].name == "high"


def test_keyframes_stay_where_they_were_for_all_rungs() -> None:
    assert {rung.keyframes_s for rung in chosen(lesson(), EASY)} == {lesson().pictures[0].keyframes_s}


@pytest.mark.parametrize("fps", [10, 12.5, 15, 24, 25, 30000 / 1001, 50, 60])
def test_keyframes_stand_on_pictures_of_every_rate_that_may_be_chosen(fps: float) -> None:
    made = lesson(fps=fps)
    for rate in {trial.shape.fps for trial in next_trials(made)}:
        for time_s in made.pictures[0].keyframes_s:
            assert time_s * rate == pytest.approx(round(time_s * rate), abs=1e-6)


def test_keyframes_are_counted_as_often_as_the_lesson_has_them() -> None:
    costly = [replace(one, key_bytes=10_000) for one in EASY]
    plain, keyed = (min(point.bps for point in points(of, lesson())) for of in (EASY, costly))
    keys = len(lesson().pictures[0].keyframes_s)
    assert keyed - plain == pytest.approx(keys * 10_000 * 8 / 60, rel=0.01)


def test_half_the_area_is_tried_only_where_the_lowest_rung_cannot_hold_the_whole() -> None:
    first = next_trials(lesson())
    assert {trial.shape for trial in first} == {FULL, HALF}
    assert first[0].shape == FULL
    assert next_trials(lesson(), EASY) == ()
    small = next_trials(lesson(), HARD)
    assert {(trial.shape.width, trial.shape.height) for trial in small} == {(600, 340)}
    tried = [*HARD, *(Tried(trial, 0, 20_000, 30) for trial in small)]
    assert next_trials(lesson(), tried) == ()


def test_slow_pictures_are_not_halved() -> None:
    assert {trial.shape.fps for trial in next_trials(lesson(fps=8))} == {8}


def test_nothing_is_tried_of_slides_and_of_sound() -> None:
    probe = lesson().probe
    assert next_trials(plan(probe, "slides")) == ()
    sound = replace(probe, width=None, height=None, fps=None, video_codec=None)
    assert next_trials(plan(sound, "audio")) == ()


@given(st.floats(0.5, 20_000))
def test_pieces_are_inside_of_the_lesson_and_a_small_part_of_it(duration_s: float) -> None:
    length_s, begins_s = pieces(duration_s)
    assert length_s * len(begins_s) <= max(duration_s * 0.25, 0)
    assert all(begin_s + length_s < duration_s for begin_s in begins_s)
    assert bool(begins_s) == (duration_s >= hull.SHORTEST_LESSON_S)


POINTS = st.lists(
    st.builds(Point, st.just(FULL), st.integers(36, 63), st.floats(1e3, 1e6), st.floats(0, 1e4), st.floats(0, 100)),
    min_size=1,
)


@given(POINTS)
def test_nothing_lies_above_the_hull(some: list[Point]) -> None:
    line = hull.hull(some)
    assert line[-1].vmaf == max(point.vmaf for point in some)
    assert line[0].bps == min(point.bps for point in some)
    for low, high in pairwise(line):
        assert low.bps < high.bps
        assert low.vmaf < high.vmaf
        for point in some:
            if low.bps <= point.bps <= high.bps:
                share = math.log(point.bps / low.bps) / math.log(high.bps / low.bps)
                assert point.vmaf <= low.vmaf + (high.vmaf - low.vmaf) * share + 1e-6


def test_between_two_shapes_of_the_hull_a_rung_takes_no_more_than_it_needs() -> None:
    slow = found(HALF, {54: (12, 83), 61: (9, 79), 63: (7, 75)})
    whole = found(FULL, {42: (60, 95), 52: (19, 92), 58: (17, 86), 61: (16, 80), 63: (15, 70)})
    assert [point.shape for point in hull.hull(points([*slow, *whole], lesson())) if 83 < point.vmaf < 92] == []
    assert by_name(chosen(lesson(), [*slow, *whole]))["v48"].crf == 59


@given(POINTS)
def test_more_bytes_are_always_a_better_picture(some: list[Point]) -> None:
    line = hull.front(some)
    assert all(low.bps < high.bps and low.vmaf < high.vmaf for low, high in pairwise(line))
    assert {hull.hull(some)[0], hull.hull(some)[-1]} <= set(line)
