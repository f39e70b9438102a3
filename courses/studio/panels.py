"""The trainer's home: on Wagtail's dashboard, the courses one works on and the recordings that are not done."""

from typing import Any

from django import forms
from django.db.models import Q
from wagtail.admin.staticfiles import versioned_static
from wagtail.admin.ui.components import Component
from wagtail.permission_policies.pages import PagePermissionPolicy

from courses.blocks import recordings_of
from courses.models import CourseIndexPage, CoursePage, LessonPage
from courses.studio.state import describe
from lms.core.clock import now
from media_pipeline import quotas
from media_pipeline import selectors as media_pipeline
from media_pipeline.quotas import Room

SHOWN = 8


class TrainerPanel(Component):
    """My courses, lessons whose recording is still being encoded, and those that failed."""

    name = "trainer"
    template_name = "courses/studio/trainer_panel.html"
    order = 10

    @property
    def media(self) -> forms.Media:
        return forms.Media(css={"all": [versioned_static("courses/studio/studio.css")]})

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(parent_context)
        request = parent_context["request"]
        policy = PagePermissionPolicy()
        mine = policy.instances_user_has_any_permission_for(request.user, {"add", "change"})
        context["courses"] = _courses(request.user, mine)
        context["unsettled"] = _unsettled(mine)
        context["add_to"] = CourseIndexPage.objects.filter(pk__in=mine.values("pk")).order_by("path").first()
        context["room"] = _room(request.user.pk)
        context["request"] = request
        return context


def _room(person_id: int) -> Room | None:
    """What a person's recordings take, once it is worth a thought."""
    room = quotas.of_person(person_id, now=now())
    return room if room and room.used_bytes * 2 >= room.quota_bytes else None


def _courses(user: Any, mine: Any) -> list[Any]:
    own = Q(owner=user) | Q(latest_revision__user=user)
    courses = CoursePage.objects.filter(own, pk__in=mine.values("pk"), alias_of=None).distinct()
    shown = list(courses.order_by("-latest_revision_created_at", "-pk")[:SHOWN])
    for course in shown:
        children = LessonPage.objects.child_of(course)
        course.lesson_total = children.count()
        course.lesson_drafts = children.filter(Q(live=False) | Q(has_unpublished_changes=True)).count()
    return shown


def _unsettled(mine: Any) -> list[dict[str, Any]]:
    """The newest lessons whose recording is not ready, drafts included."""
    lessons = LessonPage.objects.filter(pk__in=mine.values("pk"), alias_of=None)
    newest = lessons.select_related("latest_revision").order_by("-latest_revision_created_at", "-pk")[:40]
    assets = []
    for lesson in newest:
        body = lesson.get_latest_revision_as_object().body if lesson.has_unpublished_changes else lesson.body
        assets += [(lesson, asset_id) for asset_id in recordings_of(body)]
    media = media_pipeline.media({asset_id for _, asset_id in assets}, private=True) if assets else {}
    rows = [(lesson, media[asset_id]) for lesson, asset_id in assets if asset_id in media]
    return [{"lesson": lesson, **describe(item)} for lesson, item in rows if item.state != "ready"][:SHOWN]
