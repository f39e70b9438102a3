"""What is said, and when."""

import io
import time

from demo.fill import State, Told
from demo.progress import Row, Screen
from demo.watching import Milestones

READY = Row("a", "ready", 1.0)


def said(state: State, rows: list[Row]) -> str:
    output = io.StringIO()
    milestones = Milestones(Screen(output), time.time())
    milestones.look(state, rows)
    milestones.look(state, rows)
    return output.getvalue()


def test_the_first_lesson_and_the_last_are_said_once() -> None:
    state = State([Told("a", "handed_in", "1", is_new=True), Told("b", "waiting")])
    assert said(state, [Row("a", "playable", 0.6), Row("b", "waiting", 0.0)]).count("first lesson playable after") == 1
    state.lessons[1].asset_id = "2"
    assert said(state, [READY, READY]).count("all 2 lessons ready after") == 1


def test_what_was_made_before_is_said_to_be() -> None:
    state = State([Told("a", "handed_in", "1"), Told("clip", "handed_in", "2", is_clip=True)], filled=True)
    text = said(state, [READY, READY])
    assert "nothing is encoded again" in text
    assert "first lesson" not in text


def test_what_went_wrong_and_what_is_missing_is_said() -> None:
    state = State(notes=["No Chinese font here."], error="The disk is full.")
    text = said(state, [])
    assert "No Chinese font here." in text
    assert "error: The disk is full." in text
