"""A lesson, and what is derived from its body for those who ask by the recording.

How it is routed and shown: `slides/` to read, `plain/` for devices without AV1, `in/<language>/` heard or read in
another language.
"""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from courses import captions
from courses.blocks import LessonBody, Tongue, asset_of, has_recording, tongues_of, voices_of
from courses.models.base import SUMMARY_LENGTH, NumberedPage
from courses.sentences import NOT_ON_PRIVATE_PAGES, VOICE_OF_ANOTHER_LESSON
from courses.studio.forms import LessonForm
from courses.types import Cue
from courses.visibility import is_private


class LessonPage(NumberedPage):
    """A lesson: a recording with its captions, text, steps, files."""

    parent_page_types = ["courses.CoursePage"]
    subpage_types: list[str] = []

    summary = models.TextField(
        _("summary"),
        blank=True,
        help_text=_("One or two sentences. Shown in lists and found by search."),
        validators=[MaxLengthValidator(SUMMARY_LENGTH)],
    )
    module_key = models.UUIDField(_("module"), null=True, blank=True)
    body = StreamField(LessonBody(), verbose_name=_("lesson"), blank=True)
    transcript_vtt = models.TextField(
        _("captions"), blank=True, help_text=_("WebVTT, SubRip or ASS. Shown beside the player, and found by search.")
    )
    transcript_cues = models.JSONField(default=list, editable=False)
    # Derived from the body that is live: what may be served is asked by this column.
    asset_id = models.UUIDField(null=True, editable=False, db_index=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("summary"),
        FieldPanel("module_key"),
        FieldPanel("body"),
        FieldPanel("transcript_vtt"),
    ]

    base_form_class = LessonForm

    class Meta:
        verbose_name = _("lesson")
        verbose_name_plural = _("lessons")

    def clean(self) -> None:
        super().clean()
        if self.path and has_recording(self.body) and is_private(self.path):
            raise ValidationError({"body": NOT_ON_PRIVATE_PAGES})
        if self._shares_a_voice():
            raise ValidationError({"body": ValidationError(VOICE_OF_ANOTHER_LESSON, code="voice_of_another")})
        try:
            self.set_transcript(self.transcript_vtt)
        except captions.CaptionsError as error:
            raise ValidationError({"transcript_vtt": error.sentences}) from error

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the lesson; what is derived from its content follows, except when Wagtail only notes a draft."""
        if kwargs.get("update_fields") is not None:
            super().save(*args, **kwargs)
            return
        self.asset_id = asset_of(self.body)
        with transaction.atomic():
            super().save(*args, **kwargs)
            self._save_voices(voices_of(self.body))

    def _save_voices(self, wanted: dict[str, uuid.UUID]) -> None:
        known = dict(LessonVoice.objects.filter(lesson=self).values_list("language", "asset_id"))
        if known == wanted:
            return
        LessonVoice.objects.filter(lesson=self).delete()
        LessonVoice.objects.bulk_create(
            LessonVoice(lesson=self, language=language, asset_id=asset_id) for language, asset_id in wanted.items()
        )

    def _shares_a_voice(self) -> bool:
        """True when a voice here, or the recording itself as a voice, is heard with another recording too.

        It could not be as long as both. What stands in for this lesson in other languages does not count.
        """
        voices, own = set(voices_of(self.body).values()), asset_of(self.body)
        others = LessonPage.objects.exclude(translation_key=self.translation_key).exclude(asset_id=own)
        return bool(
            (voices and others.filter(Q(voices__asset_id__in=voices) | Q(asset_id__in=voices)).exists())
            or (own and others.filter(voices__asset_id=own).exists())
        )

    @property
    def tongues(self) -> tuple[Tongue, ...]:
        """The further languages it is heard or read in, in their order."""
        return tuple(tongues_of(self.body))

    def set_transcript(self, text: str) -> None:
        """Take captions over, of any format.

        Raises CaptionsError.
        """
        self.transcript_vtt, cues = captions.read(text)
        self.transcript_cues = [[cue.start_s, cue.end_s, cue.text] for cue in cues]

    @property
    def cues(self) -> tuple[Cue, ...]:
        """The captions, in their order."""
        return tuple(Cue(start_s=start, end_s=end, text=text) for start, end, text in self.transcript_cues)

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        from courses.contexts import lesson_context

        context = super().get_context(request, *args, **kwargs)
        private = getattr(request, "is_preview", False)
        if private:
            self.asset_id = asset_of(self.body)  # what is previewed was never saved
        tongue = self._tongue(kwargs.get("language", ""))
        context |= lesson_context(self, private=private, plain=kwargs.get("plain", ""), tongue=tongue)
        if (tongue or kwargs.get("plain")) and not context["media"]:
            raise Http404
        if kwargs.get("reading") and not context["reading"]:
            raise Http404
        return context

    def get_template(self, request: HttpRequest, *args: Any, **kwargs: Any) -> str:
        """The lesson, or its slides to read."""
        if kwargs.get("reading"):
            return "courses/slides_page.html"
        return str(super().get_template(request, *args, **kwargs))

    def _tongue(self, language: str) -> Tongue | None:
        """The lesson in `language`, None for its own. Raises Http404 where it is not in it."""
        if not language:
            return None
        found = next((tongue for tongue in self.tongues if tongue.language == language), None)
        if found is None:
            raise Http404
        return found

    def route(self, request: HttpRequest, path_components: list[str]) -> Any:
        """Below the lesson: `slides/`, `plain/` (`aac/`), and `in/<language>/` with its own (see the module)."""
        how: dict[str, object] = {}
        match path_components:
            case ["slides"]:
                how = {"reading": True}
            case ["plain"] | ["plain", "aac"]:
                how = {"plain": _address(path_components)}
            case ["in", language]:
                how = {"language": language}
            case ["in", language, "slides"]:
                how = {"language": language, "reading": True}
            case ["in", language, "plain"] | ["in", language, "plain", "aac"]:
                how = {"language": language, "plain": _address(path_components[2:])}
        if how and self.live:
            return RouteResult(self, kwargs=how)
        return super().route(request, path_components)


def _address(components: list[str]) -> str:
    return "".join(f"{each}/" for each in components)


class LessonVoice(models.Model):
    """A further voice of a lesson. Derived from the body that is live, as `LessonPage.asset_id` is."""

    lesson = models.ForeignKey(LessonPage, on_delete=models.CASCADE, related_name="voices")
    language = models.CharField(max_length=35)  # BCP 47
    asset_id = models.UUIDField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lesson", "language"], name="courses_voice_once_a_language")]

    def __str__(self) -> str:
        return f"{self.lesson_id} in {self.language}"
