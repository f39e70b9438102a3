"""When what is said: the sentences of a lesson laid out in time, and what each of them brings onto the screen."""

from dataclasses import dataclass

from demo.narration import Narration, Sentence, narrate
from demo.script import Form, Language, Lesson, Slide, Text

# Between slides, screens and scenes: a film needs time to show what was said.
BETWEEN_PARTS_S: dict[Form, float] = {"slides": 0.9, "screencast": 1.3, "season": 2.8}
SHOWN_EARLY_S = 0.25  # the eye is led before the ear


@dataclass(frozen=True)
class Moment:
    """From `start_s` on, slide or scene `part` is up with its first `lines` lines."""

    start_s: float
    part: int
    lines: int


@dataclass(frozen=True)
class Timed:
    """A narrated lesson in time. `moments` begin at 0 and lie in order; the last one lasts to the end."""

    narration: Narration
    moments: tuple[Moment, ...]
    duration_s: float


def sentences(lesson: Lesson) -> list[tuple[Text, int, int]]:
    """Every sentence of the lesson with its part and how many lines are up while it is said."""
    if lesson.form == "slides":
        return [one for index, slide in enumerate(lesson.slides) for one in _of_slide(slide, index)]
    return [(text, index, 0) for index, scene in enumerate(lesson.scenes) for text in scene.say]


def _of_slide(slide: Slide, index: int) -> list[tuple[Text, int, int]]:
    said = [(text, index, 0) for text in slide.say]
    for number, line in enumerate(slide.lines, start=1):
        said += [(text, index, number) for text in line.say]
    return said


def lay_out(lesson: Lesson, language: Language, *, limit_s: float | None = None) -> Timed:
    """Narrate the lesson in `language`. With `limit_s` only about as many sentences as fit into it."""
    wanted = sentences(lesson)
    if limit_s is not None:
        wanted = wanted[: max(1, round(limit_s / 2.5))]
    between_s = BETWEEN_PARTS_S[lesson.form or "slides"]
    parts = [part for _, part, _ in wanted] + [-1]
    spoken = narrate(
        [
            Sentence(text.to(language), 0.35 if parts[at] == parts[at + 1] else between_s)
            for at, (text, _, _) in enumerate(wanted)
        ],
        language,
    )
    moments: list[Moment] = []
    for (_, part, lines), one in zip(wanted, spoken.spoken, strict=True):
        if not moments or (moments[-1].part, moments[-1].lines) != (part, lines):
            start_s = max(0.0, one.start_s - SHOWN_EARLY_S) if moments else 0.0
            moments.append(Moment(start_s, part, lines))
    least_s = 0.0
    if lesson.scenes and limit_s is None:
        least_s = moments[-1].start_s + lesson.scenes[moments[-1].part].least_s
    return Timed(spoken, tuple(moments), max(spoken.duration_s, least_s))
