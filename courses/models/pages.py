"""The page tree: HomePage > CourseIndexPage > CoursePage > LessonPage (courses.models.lessons).

A page's `translation_key` is the identity of its course or lesson. Views of it for readers are made in
`courses.selectors`; what follows from a change is in `courses.changes` and `courses.voices`.
"""

import uuid
from typing import Any

from django.core.validators import MaxLengthValidator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable, Page

from courses.models.base import SUMMARY_LENGTH, NumberedPage, PinyinPage
from courses.models.lessons import LessonPage


class HomePage(PinyinPage):
    """Where everyone arrives: search, topics, courses."""

    max_count_per_parent = None
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["courses.CourseIndexPage"]
    introduction = models.TextField(_("introduction"), blank=True, validators=[MaxLengthValidator(SUMMARY_LENGTH)])

    content_panels = [*Page.content_panels, FieldPanel("introduction")]

    class Meta:
        verbose_name = _("home page")

    def children(self) -> Any:
        return CourseIndexPage.objects.select_related("locale")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.contexts import home_context

        return {**super().get_context(request, *args, **kwargs), **home_context(self)}


class CourseIndexPage(PinyinPage):
    """All courses."""

    max_count_per_parent = 1
    parent_page_types = ["courses.HomePage"]
    subpage_types = ["courses.CoursePage"]

    class Meta:
        verbose_name = _("list of courses")

    def children(self) -> Any:
        return CoursePage.objects.select_related("locale", "picture").prefetch_related("picture__renditions")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.contexts import index_context

        context = super().get_context(request, *args, **kwargs)
        return {
            **context,
            **index_context(self, topic=request.GET.get("topic", ""), page_number=request.GET.get("page", "")),
        }


class CoursePage(NumberedPage):
    """A course: what people will be able to do, for whom, and its lessons."""

    parent_page_types = ["courses.CourseIndexPage"]
    subpage_types = ["courses.LessonPage"]

    summary = models.TextField(
        _("summary"),
        help_text=_("Two or three sentences: what the course is about. Shown in lists and found by search."),
        validators=[MaxLengthValidator(SUMMARY_LENGTH)],
    )
    outcomes = models.TextField(
        _("what people will be able to do"), blank=True, help_text=_("One a line, each beginning with a verb.")
    )
    topics = ParentalManyToManyField("courses.Topic", verbose_name=_("topics"), blank=True, related_name="courses")
    audiences = ParentalManyToManyField(
        "courses.Audience", verbose_name=_("for whom"), blank=True, related_name="courses"
    )
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("From the learners' own place if possible. It is sent in at most 12 kB."),
    )

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("outcomes"),
        FieldPanel("picture"),
        InlinePanel("modules", heading=_("Modules"), label=_("Module")),
        MultiFieldPanel(
            [FieldPanel("topics"), FieldPanel("audiences")], heading=_("Where it is found"), classname="collapsed"
        ),
    ]

    class Meta:
        verbose_name = _("course")
        verbose_name_plural = _("courses")

    def children(self) -> Any:
        return LessonPage.objects.select_related("locale")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.contexts import course_context

        context = super().get_context(request, *args, **kwargs)
        private = getattr(request, "is_preview", False)
        return {**context, **course_context(self, private=private, page_number=request.GET.get("page", ""))}


class Module(Orderable):
    """A part of a course. Lessons name it by `key`, which a copy of the course keeps."""

    course = ParentalKey("courses.CoursePage", on_delete=models.CASCADE, related_name="modules")
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    title = models.CharField(_("title"), max_length=100)

    panels = [FieldPanel("title")]

    class Meta(Orderable.Meta):
        verbose_name = _("module")
        verbose_name_plural = _("modules")
        constraints = [models.UniqueConstraint(fields=["course", "key"], name="courses_module_key_in_course")]

    def __str__(self) -> str:
        return self.title
