"""What the demonstration's lessons hold, and how they are drawn."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from demo import fonts, making, screencast, season, slides
from demo.content import COURSES
from demo.drawing import wrap
from demo.figures import FIGURES, figure
from demo.making import Made
from demo.narrated import Moment
from demo.narration import Spoken
from demo.records import LANGUAGES, course_record, orders
from demo.script import Lesson

LESSONS = [lesson for course in COURSES for lesson in course.lessons()]
NO_CHINESE = fonts.Fonts(None, None)


def made(folder: Path, name: str) -> Made:
    cues = tuple(Spoken("x", at, at + 0.9) for at in range(40))
    return Made(folder / name / "video.mp4", folder / name / "captions.vtt", cues, 40.0, is_new=True)


def test_four_to_six_lessons_in_two_courses_one_of_them_in_english_too() -> None:
    assert len(COURSES) == 2
    assert 4 <= len(LESSONS) <= 6
    assert any("en" in lesson.languages for lesson in LESSONS)
    assert {lesson.form for lesson in LESSONS} >= {"slides", "screencast", "season"}


def test_every_text_is_there_in_both_languages() -> None:
    for course in COURSES:
        for language in LANGUAGES:
            record = json.dumps(course_record(course, language, {}, Path("/tmp")), ensure_ascii=False)
            assert '""' not in record


def test_every_figure_named_can_be_drawn() -> None:
    named = {slide.figure for lesson in LESSONS for slide in lesson.slides if slide.figure}
    named |= {step.figure for lesson in LESSONS for step in lesson.steps if step.figure}
    assert named <= set(FIGURES)
    for name in sorted(named):
        assert figure(name).getbbox() is not None


def test_quick_slides_are_made_first_and_chinese_before_english() -> None:
    wanted = orders(COURSES)
    assert wanted[0].lesson.form == "slides"
    languages = [order.language for order in wanted]
    assert languages == sorted(languages, reverse=True)


def test_a_lesson_without_its_recording_says_that_it_is_being_made(tmp_path: Path) -> None:
    lesson = course_record(COURSES[0], "zh-hans", {}, tmp_path)["lessons"][0]
    assert lesson["video"] is None
    assert "正在制作" in lesson["body"]


def test_english_pages_show_the_chinese_recording_with_english_captions(tmp_path: Path) -> None:
    recordings = {("shop-sums", "zh-hans"): made(tmp_path, "a")}
    lesson = course_record(COURSES[0], "en", recordings, tmp_path)["lessons"][0]  # type: ignore[arg-type]
    assert lesson["video"] == "a/video.mp4"
    assert lesson["video_language"] == "zh"
    assert lesson["transcript"][0]["text"] == "Do not rush to register a shop."
    assert lesson["body"].startswith("Narrated in Chinese")


@pytest.mark.parametrize("lesson", [lesson for lesson in LESSONS if lesson.slides], ids=lambda lesson: lesson.id)
@pytest.mark.parametrize("face", [fonts.find(), NO_CHINESE], ids=["system", "none"])
def test_slides_are_drawn_whole_with_and_without_a_chinese_font(lesson: Lesson, face: fonts.Fonts) -> None:
    deck = slides.Deck("Course", face, face.language, len(lesson.slides))
    for number, slide in enumerate(lesson.slides):
        image = deck.draw(slide, number, len(slide.lines))
        assert image.size == (slides.WIDTH, slides.HEIGHT)
        drawn = [deck.draw(slide, number, lines).tobytes() for lines in range(len(slide.lines) + 1)]
        assert len(set(drawn)) == len(drawn)  # every line brings something
        foot = image.crop((0, 680, slides.WIDTH, slides.HEIGHT))
        assert slide.layout == "title" or len(foot.getcolors() or ()) == 1  # nothing runs off the slide


def test_the_season_moves_all_the_time() -> None:
    lesson = next(lesson for lesson in LESSONS if lesson.form == "season")
    film = season.Film(NO_CHINESE, "en", lesson.scenes)
    for part in range(len(lesson.scenes)):
        one, other = (film.frame(Moment(0.0, part, 0), 10.0, now) for now in (5.0, 5.0 + 3 / season.FPS))
        assert one.tobytes() != other.tobytes()


def test_the_cursor_of_the_screencast_moves_on_where_it_was() -> None:
    lesson = next(lesson for lesson in LESSONS if lesson.form == "screencast")
    names = [scene.name for scene in lesson.scenes]
    for name, after in pairwise(names):
        end, start = screencast.hand(name, 1.0), screencast.hand(after, 0.0)
        assert (end.x, end.y) == (start.x, start.y)


def test_without_a_font_english_is_drawn(tmp_path: Path) -> None:
    assert fonts.find((tmp_path,)).language == "en"


def test_lines_break_between_words_and_never_before_a_full_stop() -> None:
    font = fonts.find().at(20)
    assert wrap("one two three", font, font.getlength("one two")) == ["one two", "three"]
    assert all(not line.startswith("。") for line in wrap("先算账。再开店。", font, font.getlength("先算账")))


def test_other_words_make_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    order = orders(COURSES)[0]
    before = making.key(order, NO_CHINESE)
    assert making.key(order, NO_CHINESE) == before
    monkeypatch.setattr(making, "_makers", lambda: "changed")
    assert making.key(order, NO_CHINESE) != before
