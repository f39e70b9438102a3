"""The operators' page of the queue, below /admin/queue/. Who may change steps sees it: superusers, or a group."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from media_pipeline.operators import MAY_OPERATE


class QueueMenuItem(MenuItem):
    """Shown to operators only."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY_OPERATE))


@hooks.register("register_admin_urls")
def queue_urls() -> list[Any]:
    return [path("queue/", include("media_pipeline.operators_urls"))]


@hooks.register("register_reports_menu_item")
def queue_menu_item() -> MenuItem:
    return QueueMenuItem(
        _("Encoding queue"), reverse("queue:index"), name="encoding-queue", icon_name="media", order=100
    )


@hooks.register("register_permissions")
def operate() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="media_pipeline", codename="change_step")
