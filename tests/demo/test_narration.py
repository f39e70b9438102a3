"""The voice and its captions."""

import array
from itertools import pairwise

import pytest

from demo import narration
from demo.content import COURSES
from demo.narrated import lay_out, sentences
from demo.narration import Sentence, Spoken, narrate, trim, webvtt
from demo.script import Lesson

NARRATED = [lesson for course in COURSES for lesson in course.lessons() if lesson.form]


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(narration, "available", lambda: False)


def test_captions_stand_where_the_words_are_heard() -> None:
    told = narrate([Sentence("先算账。"), Sentence("再开店。", pause_s=1.0)], "zh-hans")
    for one in told.spoken:
        inside = told.samples[round(one.start_s * told.rate_hz) : round(one.end_s * told.rate_hz)]
        assert max(map(abs, inside)) > narration.QUIET
    between = told.samples[round(told.spoken[0].end_s * told.rate_hz) : round(told.spoken[1].start_s * told.rate_hz)]
    assert set(between) <= {0}


def test_english_is_spoken_too() -> None:
    told = narrate([Sentence("Clean seed.")], "en")
    assert 0.4 < told.spoken[0].end_s - told.spoken[0].start_s < 3


@pytest.mark.usefixtures("silent")
def test_without_a_voice_each_sentence_gets_its_reading_time() -> None:
    told = narrate([Sentence("先算账，再开店。")], "zh-hans")
    assert set(told.samples) == {0}
    assert told.spoken[0].end_s > 1


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("lesson", NARRATED, ids=lambda lesson: lesson.id)
def test_captions_follow_one_another_and_lie_within_the_lesson(lesson: Lesson) -> None:
    for language in lesson.languages:
        timed = lay_out(lesson, language)
        spoken = timed.narration.spoken
        assert [one.text for one in spoken] == [text.to(language) for text, _, _ in sentences(lesson)]
        assert all(one.start_s < one.end_s for one in spoken)
        assert all(one.end_s <= after.start_s for one, after in pairwise(spoken))
        assert spoken[-1].end_s <= timed.duration_s


@pytest.mark.usefixtures("silent")
@pytest.mark.parametrize("lesson", NARRATED, ids=lambda lesson: lesson.id)
def test_every_slide_and_scene_is_shown_in_order(lesson: Lesson) -> None:
    moments = lay_out(lesson, "zh-hans").moments
    assert moments[0].start_s == 0
    assert [moment.start_s for moment in moments] == sorted({moment.start_s for moment in moments})
    parts = len(lesson.slides or lesson.scenes)
    assert sorted({moment.part for moment in moments}) == list(range(parts))


def test_silence_around_words_is_cut() -> None:
    samples = array.array("h", [0] * 4000 + [9000] * 1000 + [0] * 4000)
    assert len(trim(samples)) < 2000
    assert trim(array.array("h", [0] * 50)) == array.array("h", [0] * 50)


def test_captions_are_written_as_webvtt() -> None:
    text = webvtt([Spoken("先算账。", 0.4, 1.5), Spoken("再开店。", 61.25, 3601.0)])
    assert text == ("WEBVTT\n\n00:00:00.400 --> 00:00:01.500\n先算账。\n\n00:01:01.250 --> 01:00:01.000\n再开店。\n")
