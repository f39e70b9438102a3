import numpy
import pytest

from media_pipeline.stills import GRID, LOOKS_A_SECOND, MOST, slides


def page(seed: int) -> numpy.ndarray:
    """Lines of text on white, others for each seed."""
    drawn = numpy.full((GRID[1], GRID[0]), 235, dtype=numpy.uint8)
    chance = numpy.random.default_rng(seed)
    for row in range(10, 80, 8):
        drawn[row : row + 3, 10 : 10 + int(chance.integers(20, 120))] = 30
    return drawn


def shown(*parts: tuple[numpy.ndarray, float]) -> numpy.ndarray:
    """Each picture for so many seconds, with a codec's noise."""
    chance = numpy.random.default_rng(1)
    frames = [picture for picture, seconds in parts for _ in range(round(seconds * LOOKS_A_SECOND))]
    return numpy.clip(numpy.stack(frames) + chance.integers(-6, 7, (len(frames), 1, 1)), 0, 255).astype(numpy.uint8)


def test_each_page_is_a_slide_from_its_own_moment() -> None:
    found = slides(shown((page(1), 12), (page(2), 20.5), (page(3), 7)))
    assert [slide.start_s for slide in found] == [0, 12, 32.5]
    assert [slide.look // LOOKS_A_SECOND for slide in found] == pytest.approx([11, 31, 38], abs=1)


def test_a_page_that_builds_up_is_one_slide_with_all_its_lines() -> None:
    begun = page(2)
    begun[40:] = 235
    grids = shown((page(1), 10), (begun, 1.5), (page(2), 12))
    found = slides(grids)
    assert [slide.start_s for slide in found] == [0, 10]
    assert abs(grids[found[1].look].astype(int) - page(2)).max() < 10


def test_a_page_shown_again_is_a_slide_again() -> None:
    assert len(slides(shown((page(1), 10), (page(2), 10), (page(1), 10)))) == 3


def test_a_pointer_and_noise_make_no_slide() -> None:
    pointed = page(1)
    pointed[70:73, 150:153] = 30
    assert len(slides(shown((page(1), 10), (pointed, 10), (page(1), 10)))) == 1


def test_a_picture_is_taken_when_a_transition_is_over() -> None:
    between = ((page(1).astype(int) + page(2)) // 2).astype(numpy.uint8)
    grids = shown((page(1), 10), (between, 0.5), (page(2), 10))
    found = slides(grids)
    assert [slide.start_s for slide in found] == [0, 10]
    assert abs(grids[found[0].look].astype(int) - page(1)).max() < 10


def test_there_is_an_end_to_slides() -> None:
    many = slides(shown(*((page(seed), 4) for seed in range(MOST + 20))))
    assert len(many) == MOST
    assert many[0].start_s == 0
    assert slides(numpy.zeros((0, GRID[1], GRID[0]), numpy.uint8)) == ()
