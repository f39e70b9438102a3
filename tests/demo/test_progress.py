"""What the terminal shows."""

import io

import pytest

from demo.progress import TITLE, Row, Screen, columns, fitted, line, minutes


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_names_lesson_state_rate_and_time_left() -> None:
    text = line(Row("开店先算三笔账", "encoding", 0.5, speed=3.21, left_s=65))
    assert "开店先算三笔账" in text
    assert "50%" in text
    assert "3.2x" in text
    assert "1:05 left" in text


def test_chinese_and_english_titles_take_the_same_room() -> None:
    assert columns(fitted("选好种薯，切好块" * 5, TITLE)) == columns(fitted("Choose seed", TITLE)) == TITLE


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (125, "2:05"), (-1, "0:00")])
def test_times_are_minutes_and_seconds(seconds: float, text: str) -> None:
    assert minutes(seconds) == text


def test_without_a_terminal_a_line_comes_only_when_something_moved_on() -> None:
    output = io.StringIO()
    screen = Screen(output)
    for fraction in (0.0, 0.3, 0.31, 0.32, 0.6):
        screen.show([Row("a", "encoding", fraction)], "summary")
    assert output.getvalue().count("\n") == 3
    assert "\x1b" not in output.getvalue()


def test_on_a_terminal_bars_are_drawn_over_and_sentences_stay() -> None:
    output = Terminal()
    screen = Screen(output)
    screen.show([Row("a", "encoding", 0.1)], "summary")
    screen.say("first lesson playable after 1:02")
    assert "\x1b[2F" in output.getvalue()
    assert output.getvalue().endswith("first lesson playable after 1:02\n")
