"""What a lesson is made of."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock

from courses.studio.widgets import RecordingInput

RICH_TEXT = ["h3", "bold", "italic", "ol", "ul", "link", "document-link"]


class VideoBlock(blocks.FieldBlock):
    """A recorded lesson, picture and sound or sound alone: the UUID of its Asset."""

    def __init__(self, required: bool = True, help_text: str = "", **kwargs: Any) -> None:
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
    """The parts of a lesson in their order; at most one recording."""

    video = VideoBlock()
    text = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT, icon="pilcrow")
    steps = blocks.ListBlock(StepBlock(), label=_("Steps with pictures"), icon="list-ol")
    tip = blocks.TextBlock(label=_("Tip"), rows=2, icon="help")
    download = DownloadBlock()

    class Meta:
        block_counts = {"video": {"max_num": 1}}


def asset_of(body: Any) -> UUID | None:
    """The recording in a body, None when it has none or what it names is no UUID."""
    for block in body or ():
        if block.block_type == "video" and block.value:
            try:
                return UUID(str(block.value))
            except ValueError:
                return None
    return None
