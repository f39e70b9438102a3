"""Trials on pieces of a lesson with the real encoder and the real judge."""

from pathlib import Path

import pytest

from media_pipeline import encoding, hull, trying
from media_pipeline.adapters import ffmpeg, graphs
from media_pipeline.hull import Shape, Trial, Tried
from media_pipeline.ladder import Plan
from tests.factories import clips

pytestmark = pytest.mark.contract


def quiet(now: encoding.Progress) -> None:
    assert 0 <= now.fraction <= 1


@pytest.fixture
def lesson(tmp_path: Path) -> tuple[Path, Plan]:
    # Matroska rounds times to milliseconds, and the rate is no whole number: where pictures were once mispaired.
    source = clips.video(tmp_path / "source.mkv", size="192x108", rate="30000/1001", seconds=9)
    return source, encoding.examine(source, watch=quiet).plan


def tried(lesson: tuple[Path, Plan], folder: Path, crf: int, slower: int = 1) -> Tried:
    source, plan = lesson
    full = hull.whole(plan)
    assert full
    pieces, (length_s, begins_s) = folder / "pieces.mp4", hull.pieces(plan.duration_s)
    command = graphs.pieces(source, plan, pieces, full, begins_s, length_s)
    ffmpeg.run(command, duration_s=2, limits=ffmpeg.limits_for(2), watch=quiet)
    trial = Trial(Shape(full.width, full.height, full.fps / slower), crf)
    return trying.try_one(pieces, trial, plan, folder, length_s, watch=quiet)


def test_a_trial_without_loss_is_judged_as_one(lesson: tuple[Path, Plan], tmp_path: Path) -> None:
    assert tried(lesson, tmp_path, crf=3).vmaf > 95


def test_fewer_pictures_and_fewer_bits_are_judged_as_worse(lesson: tuple[Path, Plan], tmp_path: Path) -> None:
    good, slower, coarse = tried(lesson, tmp_path, 30), tried(lesson, tmp_path, 30, 2), tried(lesson, tmp_path, 60)
    assert max(slower.vmaf, coarse.vmaf) < good.vmaf - 3
    assert max(slower.rest_bps, coarse.rest_bps) < good.rest_bps
    assert coarse.key_bytes < good.key_bytes


def test_a_lesson_is_encoded_as_its_trials_say_and_nothing_of_them_stays(
    lesson: tuple[Path, Plan], tmp_path: Path
) -> None:
    source, plan = lesson
    folder = tmp_path / "work"
    folder.mkdir()
    rungs = hull.chosen(plan, trying.tried(source, plan, folder, watch=quiet))
    assert not list(folder.iterdir())
    made = encoding.encode_pictures(source, plan, folder, watch=quiet)
    assert [(one.name, one.width, one.height) for one in made] == [(one.name, one.width, one.height) for one in rungs]
    assert [one.fps for one in made] == pytest.approx([rung.fps for rung in rungs], abs=0.001)
    assert len({one.index and one.index.starts_s[1:] for one in made}) <= 2  # the same but for a picture's length
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{one.name}.mp4" for one in made)


def test_short_lessons_are_not_tried(tmp_path: Path) -> None:
    source = clips.video(tmp_path / "short.mp4", size="192x108", seconds=2)
    plan = encoding.examine(source, watch=quiet).plan
    assert trying.tried(source, plan, tmp_path, watch=quiet) == []


def test_where_the_picture_ends_before_the_pieces_the_ladder_does_without_trials(tmp_path: Path) -> None:
    picture = ("-f", "lavfi", "-i", "testsrc2=size=192x108:rate=10:duration=1")
    clips.ffmpeg(*picture, *clips.SINE, "-t", "12", *clips.H264, tmp_path / "source.mp4")
    plan = encoding.examine(tmp_path / "source.mp4", watch=quiet).plan
    assert trying.tried(tmp_path / "source.mp4", plan, tmp_path, watch=quiet) == []
    made = encoding.encode_pictures(tmp_path / "source.mp4", plan, tmp_path, watch=quiet)
    assert [one.name for one in made] == [rung.name for rung in plan.pictures]
