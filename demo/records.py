"""The courses as records of a catalogue: what goes through the public door (`courses.services.import_course`)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from demo.making import Made, Order, picture
from demo.narrated import sentences
from demo.script import Course, Language, Lesson, Text

LANGUAGES: tuple[Language, ...] = ("zh-hans", "en")
# The order of work: what is quick to make comes first, so that something plays early.
FIRST = ("shop-sums", "potato-seed", "shop-listing", "potato-season", "potato-blight")
COMING = Text(
    "录像正在制作，做好就出现在这里。先看文字。",
    "The recording is being made and will appear here. The text is complete.",
)
SPOKEN_CHINESE = Text("", "Narrated in Chinese, with English captions.")
Recordings = Mapping[tuple[str, Language], Made]


def orders(courses: tuple[Course, ...], *, limit_s: float | None = None) -> list[Order]:
    """Every recording of the demonstration, in the order of work: Chinese first."""
    found = [
        Order(course, lesson, language, limit_s)
        for course in courses
        for lesson in course.lessons()
        if lesson.form
        for language in lesson.languages
    ]
    return sorted(found, key=lambda order: (order.language != "zh-hans", FIRST.index(order.lesson.id)))


def course_record(course: Course, language: Language, recordings: Recordings, base: Path) -> dict[str, Any]:
    """The course in `language` with the recordings there are; paths are relative to `base`."""
    return {
        "id": course.id,
        "title": course.title.to(language),
        "summary": course.summary.to(language),
        "outcomes": [outcome.to(language) for outcome in course.outcomes],
        "topic": course.topic,
        "audience": list(course.audience),
        "language": language,
        "picture": _picture(course.figure, base),
        "lessons": [
            {**_lesson(lesson, language, recordings, base), "module": module.title.to(language)}
            for module in course.modules
            for lesson in module.lessons
        ],
    }


def _lesson(lesson: Lesson, language: Language, recordings: Recordings, base: Path) -> dict[str, Any]:
    # Until it is there in the reader's own language, the Chinese one is shown with captions they can read.
    spoken: Language = language if (lesson.id, language) in recordings else "zh-hans"
    made = recordings.get((lesson.id, spoken))
    body = [text.to(language) for text in lesson.body]
    if lesson.form and made is None:
        body.insert(0, COMING.to(language))
    elif made and spoken != language:
        body.insert(0, SPOKEN_CHINESE.to(language))
    return {
        "title": lesson.title.to(language),
        "summary": lesson.summary.to(language),
        "body": "\n\n".join(body),
        "tip": lesson.tip.to(language),
        "steps": [
            {"text": f"{step.title.to(language)}: {step.text.to(language)}", "picture": _picture(step.figure, base)}
            for step in lesson.steps
        ],
        "transcript": captions(lesson, language, made) if made else None,
        "video": str(made.video.relative_to(base)) if made else None,
        "video_language": spoken.split("-")[0],
        "languages": [
            {"language": name, "voice": str(path.relative_to(base))}
            for name, path in (made.voices if made and spoken == "zh-hans" else ())
        ],
    }


def captions(lesson: Lesson, language: Language, made: Made) -> list[dict[str, Any]]:
    """The sentences in `language`, at the times they are spoken, in whatever language that is."""
    said = [text for text, _, _ in sentences(lesson)]
    return [
        {"start_s": round(cue.start_s, 3), "end_s": round(cue.end_s, 3), "text": text.to(language)}
        for text, cue in zip(said, made.cues, strict=False)
    ]


def _picture(name: str, base: Path) -> str | None:
    return str(picture(name, base / "pictures").relative_to(base)) if name else None
