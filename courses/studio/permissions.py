"""Who may do what in the studio.

Lessons go by the tree's permissions; recordings are for those who sent them or may change a lesson that names them.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q
from wagtail.permission_policies.pages import PagePermissionPolicy

from courses.models import LessonPage
from media_pipeline import selectors as media_pipeline

WORK = {"add", "change"}


def may_work_on_lessons(user: object) -> bool:
    """True for people who may add or change pages somewhere in the tree."""
    return bool(PagePermissionPolicy().user_has_any_permission(user, WORK))


def usable(user: Any, asset_ids: Iterable[UUID]) -> set[UUID]:
    """Those of `asset_ids` that `user` may see in the studio and put into a lesson.

    Their own uploads, and what a lesson names, published or as a draft, that they may change.
    """
    wanted = set(asset_ids)
    if getattr(user, "is_superuser", False):
        return wanted
    if not may_work_on_lessons(user):
        return set()
    own = media_pipeline.uploaded_by(user.pk, wanted)
    return own | {asset_id for asset_id in wanted - own if _is_in_a_lesson_of(user, asset_id)}


def _is_in_a_lesson_of(user: Any, asset_id: UUID) -> bool:
    shows = Q(asset_id=asset_id) | Q(voices__asset_id=asset_id)
    drafted = Q(latest_revision__content__body__icontains=str(asset_id))
    mine = PagePermissionPolicy().instances_user_has_any_permission_for(user, {"change"})
    return LessonPage.objects.filter(shows | drafted, pk__in=mine.order_by().values("pk")).exists()
