"""Kinds of content, from figures measured on real clips."""

import pytest

from media_pipeline.content import Look, classify


def look(still: float, frozen: float, levels: float, flat: float) -> Look:
    moved = tuple(0.0 if place < still * 100 else 0.2 for place in range(100))
    return Look(moved, (frozen,) * 100, (levels,) * 14, (flat,) * 14)


@pytest.mark.parametrize(
    ("name", "values", "content"),
    [
        ("lecture with analogue noise", (0.86, 0.75, 0.75, 0.78), "slides"),
        ("two slides, motion JPEG", (0.92, 0.84, 0.55, 0.68), "slides"),
        ("screen with a photo as its ground", (0.71, 0.88, 0.26, 0.82), "screencast"),
        ("animated screen", (0.64, 0.99, 0.94, 0.96), "screencast"),
        ("hand-held walk", (0.0, 0.1, 0.13, 0.41), "camera"),
        ("market stand, fixed camera", (0.58, 0.9, 0.2, 0.66), "camera"),
        ("hands over a white table", (0.63, 0.46, 0.42, 0.9), "camera"),
        ("standing people", (0.02, 0.51, 0.2, 0.76), "camera"),
    ],
)
def test_real_clips_are_told_apart(name: str, values: tuple[float, float, float, float], content: str) -> None:
    assert classify(look(*values)) == content


def test_without_picture_it_is_audio() -> None:
    assert classify(None) == "audio"


def test_one_single_look_counts_as_still() -> None:
    assert classify(Look((), (), (0.9,), (0.9,))) == "slides"
