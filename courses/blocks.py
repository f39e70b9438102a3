"""What a lesson is made of."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks
from wagtail.blocks.stream_block import StreamBlockValidationError
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from courses import captions, tongues
from courses.studio.widgets import CaptionsInput, RecordingInput
from courses.types import Cue

logger = logging.getLogger(__name__)
RICH_TEXT = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]


class VideoBlock(blocks.FieldBlock):
    """A recorded lesson, picture and sound or sound alone: the UUID of its Asset."""

    def __init__(self, required: bool = True, help_text: Any = "", **kwargs: Any) -> None:
        self.field = forms.UUIDField(
            widget=RecordingInput(),
            required=required,
            help_text=help_text,
            error_messages={
                "required": _("Choose a video or a sound recording, or remove this block."),
                "invalid": _("This is not one of the uploaded recordings: choose the file again."),
            },
        )
        super().__init__(**kwargs)

    def value_from_form(self, value: UUID | None) -> str | None:
        return str(value) if value else None

    def get_prep_value(self, value: str | UUID | None) -> str | None:
        return str(value) if value else None

    class Meta:
        icon = "media"
        label = _("Video or sound")


class CaptionsBlock(blocks.FieldBlock):
    """Captions, kept as WebVTT."""

    def __init__(self, required: bool = True, help_text: Any = "", **kwargs: Any) -> None:
        self.field = forms.CharField(widget=CaptionsInput(), required=required, help_text=help_text)
        super().__init__(**kwargs)

    def clean(self, value: str) -> str:
        text: str = super().clean(value)
        try:
            return captions.as_webvtt(text)
        except captions.CaptionsError as error:
            raise ValidationError(error.sentences) from error

    class Meta:
        icon = "openquote"
        label = _("Captions")


class TongueBlock(blocks.StructBlock):
    """The lesson in another language: a voice, captions, or both."""

    language = blocks.ChoiceBlock(choices=tongues.choices, label=_("Language"))
    voice = VideoBlock(
        required=False,
        label=_("Voice"),
        help_text=_(
            "A sound recording of the whole lesson in this language, spoken along with the pictures. "
            "It is cut or filled with silence to their length."
        ),
    )
    captions = CaptionsBlock(required=False)

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        if not self.is_deferred_validation and not cleaned["voice"] and not cleaned["captions"].strip():
            sentence = _("Add a voice or captions in this language, or remove this block.")
            raise StructBlockValidationError(block_errors={"voice": ValidationError(sentence, code="empty_tongue")})
        return cleaned

    class Meta:
        icon = "globe"
        label = _("In another language")


class StepBlock(blocks.StructBlock):
    """One step of the work, with a picture of it."""

    text = blocks.TextBlock(label=_("What to do"), rows=2)
    picture = ImageChooserBlock(label=_("Picture"), required=False)

    class Meta:
        icon = "list-ol"
        label = _("Step")


class DownloadBlock(blocks.StructBlock):
    """A file to keep: a table, a form, a leaflet."""

    document = DocumentChooserBlock(label=_("File"))
    title = blocks.CharBlock(label=_("What it is"), required=False, max_length=100)

    class Meta:
        icon = "download"
        label = _("File to keep")


class LessonBody(blocks.StreamBlock):
    """The parts of a lesson in their order; at most one recording, and once each further language of it."""

    video = VideoBlock()
    tongue = TongueBlock()
    text = blocks.RichTextBlock(label=pgettext_lazy("block", "Text"), features=RICH_TEXT, icon="pilcrow")
    steps = blocks.ListBlock(StepBlock(), label=_("Steps with pictures"), icon="list-ol")
    tip = blocks.TextBlock(label=_("Tip"), rows=2, icon="help")
    download = DownloadBlock()

    class Meta:
        block_counts = {"video": {"max_num": 1}, "tongue": {"max_num": tongues.MOST_TONGUES}}

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        seen: set[str] = set()
        errors: dict[int, ValidationError] = {}
        for at, block in enumerate(cleaned):
            if block.block_type != "tongue":
                continue
            if block.value["language"] and block.value["language"] in seen:
                sentence = _("This language is there already: put voice and captions into one block.")
                error = ValidationError(sentence, code="tongue_twice")
                errors[at] = StructBlockValidationError(block_errors={"language": error})
            seen.add(block.value["language"])
        if errors:
            raise StreamBlockValidationError(block_errors=errors)
        if seen and asset_of(cleaned) is None and not self.is_deferred_validation:
            sentence = _("A voice or captions in another language go with a recording: add the video or sound too.")
            raise StreamBlockValidationError(non_block_errors=[ValidationError(sentence, code="tongue_alone")])
        return cleaned


@dataclass(frozen=True)
class Tongue:
    """A lesson in another language; without a voice of its own it keeps the lesson's."""

    language: str  # BCP 47
    asset_id: UUID | None
    captions: str  # WebVTT; empty without captions of its own

    @cached_property
    def cues(self) -> tuple[Cue, ...]:
        """Its captions in their order: read when asked for, as a page shows those of one language.

        None where a program wrote into the body what are no captions; the editor lets nobody do so.
        """
        try:
            return captions.parse(self.captions)
        except captions.CaptionsError as error:
            logger.warning("captions in %s cannot be read: %s", self.language, error.sentences[0])
            return ()


def asset_of(body: Any) -> UUID | None:
    """The recording in a body, None when it has none or what it names is no UUID."""
    for block in body or ():
        if block.block_type == "video" and block.value:
            return _uuid(block.value)
    return None


def tongues_of(body: Any) -> Iterator[Tongue]:
    """The further languages in a body. One that is not known here, as a program may write it, is left out."""
    for block in body or ():
        if block.block_type != "tongue":
            continue
        language, voice, words = (block.value.get(name) for name in ("language", "voice", "captions"))
        if isinstance(language, str) and language in tongues.TONGUES:
            yield Tongue(language, _uuid(voice), words if isinstance(words, str) else "")


def voices_of(body: Any) -> dict[str, UUID]:
    """The further voices in a body by their language."""
    return {tongue.language: tongue.asset_id for tongue in tongues_of(body) if tongue.asset_id}


def recordings_of(body: Any) -> tuple[UUID, ...]:
    """All recordings that a body names: that of picture and sound, then further voices."""
    return tuple(asset_id for asset_id in (asset_of(body), *voices_of(body).values()) if asset_id)


def has_recording(body: Any) -> bool:
    """True when a body names a recording."""
    return bool(recordings_of(body))


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
