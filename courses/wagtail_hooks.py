"""Where Wagtail's admin is extended: the studio, topics and audiences, what private places refuse."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from courses.languages import mirror_below
from courses.models import Audience, Topic
from courses.privacy import has_recordings
from courses.sentences import NOT_BELOW_PRIVATE_PAGES
from courses.studio.panels import TrainerPanel
from courses.studio.permissions import may_work_on_lessons
from courses.visibility import is_private


@hooks.register("register_admin_urls")
def studio_urls() -> list[Any]:
    return [path("recordings/", include("courses.studio.urls"))]


@hooks.register("construct_homepage_panels")
def trainer_panel(request: HttpRequest, panels: list[Component]) -> None:
    if may_work_on_lessons(request.user):
        panels.insert(0, TrainerPanel())


def _refuse_below_private(request: HttpRequest, page: Page, parent: Page | None) -> HttpResponse | None:
    if parent is None or not is_private(parent.path) or not has_recordings(page):
        return None
    messages.error(request, NOT_BELOW_PRIVATE_PAGES)
    return redirect("wagtailadmin_explore", page.get_parent().pk)


@hooks.register("before_move_page")
def no_recordings_moved(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    return _refuse_below_private(request, page, destination)


@hooks.register("before_copy_page")
def no_recordings_copied(request: HttpRequest, page: Page) -> HttpResponse | None:
    wanted = request.POST.get("new_parent_page", "")
    parent = Page.objects.filter(pk=wanted).first() if wanted.isascii() and wanted.isdigit() else None
    return _refuse_below_private(request, page, parent)


@hooks.register("after_copy_page")
def mirror_copies(request: HttpRequest, page: Page, new_page: Page) -> None:
    # simple_translation mirrors pages that are created; a copy is a new page too.
    mirror_below(new_page)


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "folder-open-inverse"
    menu_label = _("Topics")
    list_display = ["title_zh", "title_en", "parent", "position"]
    ordering = ["parent__position", "position"]
    add_to_admin_menu = False


class AudienceViewSet(SnippetViewSet):
    model = Audience
    icon = "group"
    menu_label = _("Audiences")
    list_display = ["title_zh", "title_en", "position"]
    ordering = ["position"]


class CatalogueGroup(SnippetViewSetGroup):
    menu_label = _("Catalogue")
    menu_icon = "list-ul"
    menu_order = 250
    items = (TopicViewSet, AudienceViewSet)


register_snippet(CatalogueGroup)
