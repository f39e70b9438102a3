"""Published pages as search reads them."""

import html
import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from courses.models import CoursePage, LessonPage, Topic
from courses.types import SearchSubject
from courses.visibility import private_paths, public

_TAG = re.compile(r"<[^>]+>")


def text_of(body: Any) -> str:
    """The words of a lesson's body, one part a line."""
    parts: list[str] = []
    for block in body or ():
        if block.block_type == "text":
            parts.append(html.unescape(_TAG.sub(" ", block.value.source)))
        elif block.block_type == "steps":
            parts += [str(step["text"]) for step in block.value]
        elif block.block_type == "tip":
            parts.append(str(block.value))
        elif block.block_type == "download":
            document = block.value["document"]
            parts.append(block.value["title"] or (document.title if document else ""))
    return "\n".join(" ".join(part.split()) for part in parts if part.strip())


def _topics(own: Iterable[Topic], known: dict[int, Topic]) -> list[Topic]:
    """Topics and all above them, each once."""
    found: dict[int, Topic] = {}
    for topic in own:
        step: Topic | None = topic
        while step is not None and step.pk not in found:
            found[step.pk] = step
            step = known.get(step.parent_id) if step.parent_id else None
    return list(found.values())


def search_subjects(key: UUID) -> list[SearchSubject]:
    """The course or lesson of `key` in each language where it is live and public.

    Empty: it is to be removed from the index. A page that stands in for a missing translation is a subject of its
    language too, with the original's words.
    """
    private = private_paths()
    courses = public(CoursePage.objects.filter(translation_key=key), private=private).select_related("locale")
    found = [_subject(course, course) for course in courses]
    for lesson in public(LessonPage.objects.filter(translation_key=key), private=private).select_related("locale"):
        course = CoursePage.objects.filter(path=lesson.path[: -lesson.steplen]).select_related("locale").first()
        if course is not None:
            found.append(_subject(lesson, course))
    return found


def _subject(page: CoursePage | LessonPage, course: CoursePage) -> SearchSubject:
    language = page.locale.language_code
    is_lesson = isinstance(page, LessonPage)
    topics = _topics(course.topics.all(), {topic.pk: topic for topic in Topic.objects.all()})
    return SearchSubject(
        kind="lesson" if is_lesson else "course",
        key=page.translation_key,
        language=language,
        title=page.title,
        summary=page.summary,
        body=text_of(page.body) if is_lesson else course.outcomes,
        url=page.url,
        topic_slugs=tuple(topic.slug for topic in topics),
        topic_titles=tuple(topic.title_in(language) for topic in topics),
        audience_titles=tuple(audience.title_in(language) for audience in course.audiences.all()),
        transcript=page.cues if is_lesson else (),
        course_key=course.translation_key,
        course_title=course.title,
        course_url=course.url,
    )
