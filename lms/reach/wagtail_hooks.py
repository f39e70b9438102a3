"""The report of visits, for superusers and groups that may see it."""

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from lms.reach.views import MAY_SEE, report


class ReachMenuItem(MenuItem):
    """Shown to who may see it only."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(MAY_SEE))


@hooks.register("register_admin_urls")
def reach_urls() -> list[Any]:
    return [path("reach/", report, name="reach")]


@hooks.register("register_reports_menu_item")
def reach_menu_item() -> MenuItem:
    return ReachMenuItem(_("How lessons reach people"), reverse("reach"), name="reach", icon_name="globe", order=110)


@hooks.register("register_permissions")
def see() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="reach", codename="view_visit")
