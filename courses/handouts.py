"""What is printed of a course or lesson: a poster for the wall, cards to hand on."""

from dataclasses import dataclass

from courses.contexts import course_context, lesson_context
from courses.models import CoursePage, LessonPage
from courses.selectors import key_for_code
from courses.types import CourseCard, LessonCard
from courses.visibility import public


@dataclass(frozen=True)
class Handout:
    """A course, with its public lessons, or one lesson."""

    item: CourseCard | LessonCard
    lessons: tuple[LessonCard, ...] = ()


def handout(code: str, language: str) -> Handout | None:
    """What the public course or lesson of a number says on paper, in `language` where it is; None without one."""
    key = key_for_code(code)
    for model in (CoursePage, LessonPage):
        pages = public(model.objects.filter(translation_key=key)).select_related("locale")
        # The reader's language, else the one it was written in.
        found = sorted(pages, key=lambda page: (page.locale.language_code != language, page.alias_of_id is not None))
        if found:
            return _of(found[0])
    return None


def _of(page: CoursePage | LessonPage) -> Handout:
    if isinstance(page, CoursePage):
        shown = course_context(page, private=False)
        return Handout(shown["course"], tuple(lesson for module in shown["modules"] for lesson in module.lessons))
    return Handout(lesson_context(page, private=False)["lesson"])
