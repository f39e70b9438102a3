"""The form of a lesson."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Page

from courses.blocks import has_recording, recordings_of
from courses.sentences import NOT_A_RECORDING_OF_YOURS, NOT_ON_PRIVATE_PAGES
from courses.slugs import pinyin_slug
from courses.studio.widgets import CaptionsInput
from courses.visibility import is_private


class PinyinPageForm(WagtailAdminPageForm):
    """Makes the slug of the title's pinyin where none was typed: the editor's script can make none of Chinese."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False

    def clean(self) -> dict[str, Any]:
        if "slug" in self.cleaned_data and not self.cleaned_data["slug"]:
            self.cleaned_data["slug"] = self._free_slug(pinyin_slug(self.cleaned_data.get("title") or ""))
        cleaned: dict[str, Any] = super().clean()
        return cleaned

    def _free_slug(self, wanted: str) -> str:
        slug, number = wanted, 1
        while not Page._slug_is_available(slug, self.parent_page, self.instance):
            number += 1
            slug = f"{wanted}-{number}"
        return slug


class LessonForm(PinyinPageForm):
    """Offers the modules of the lesson's course, drafts included; refuses a recording in a private place."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["transcript_vtt"].widget = CaptionsInput()
        field = self.fields.get("module_key")
        if field is not None:
            modules = self._modules()
            self.fields["module_key"] = forms.TypedChoiceField(
                label=field.label,
                required=False,
                coerce=UUID,
                empty_value=None,
                choices=[("", _("No module")), *((str(key), title) for key, title in modules)],
                initial=field.initial,
                help_text=field.help_text if modules else _("Modules are made in the course."),
            )

    def _modules(self) -> list[tuple[UUID, str]]:
        course = getattr(self.parent_page, "specific", None)
        if course is None or not hasattr(course, "modules"):
            return []
        return [(module.key, module.title) for module in course.get_latest_revision_as_object().modules.all()]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        is_new = not self.instance.path  # a page that is in the tree is checked by its model
        body = cleaned.get("body")
        if is_new and self.parent_page and has_recording(body) and is_private(self.parent_page.path):
            self.add_error("body", NOT_ON_PRIVATE_PAGES)
        if body is not None and not self._may_use(set(recordings_of(body))):
            self.add_error("body", ValidationError(NOT_A_RECORDING_OF_YOURS, code="unknown_asset"))
        return cleaned

    def _may_use(self, named: set[UUID]) -> bool:
        """True when whoever fills in the form may use every recording that was not in the lesson before."""
        from courses.studio.permissions import usable  # it reads pages, whose form this is

        added = named.difference(recordings_of(self.instance.body) if self.instance.pk else ())
        return not added or usable(self.for_user, added) == added
