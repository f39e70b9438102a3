"""What courses keep: the page tree, topics and audiences, and the numbers people type."""

from courses.models.lessons import LessonPage, LessonVoice
from courses.models.pages import CourseIndexPage, CoursePage, HomePage, Module
from courses.models.taxonomy import Audience, CatalogueRecord, ShortCode, Topic

__all__ = [
    "Audience",
    "CatalogueRecord",
    "CourseIndexPage",
    "CoursePage",
    "HomePage",
    "LessonPage",
    "LessonVoice",
    "Module",
    "ShortCode",
    "Topic",
]
