"""What a trainer fills in a lesson with: the recording and its captions."""

import json
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from wagtail.admin.staticfiles import versioned_static

NO_ASSET = "00000000-0000-0000-0000-000000000000"


class RecordingInput(forms.TextInput):
    """Upload, progress, preview and "what the village gets" around a hidden field with the asset's UUID."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = {
            "name": name,
            "id": (attrs or {}).get("id", f"id_{name}"),
            "value": value or "",
            "uploads_url": reverse("recordings:uploads"),
            "state_url": reverse("recordings:state", args=[NO_ASSET]),
            "words": json.dumps(_recording_words()),
        }
        return render_to_string("courses/studio/recording_input.html", context)

    @property
    def media(self) -> forms.Media:
        return forms.Media(
            js=[versioned_static("courses/studio/sending.js"), versioned_static("courses/studio/recording.js")],
            css={"all": [versioned_static("courses/studio/studio.css")]},
        )


class CaptionsInput(forms.Textarea):
    """A text area with a button that reads a file into it and says at once which lines are wrong."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"rows": 8, "spellcheck": "false", "class": "captions-text", **(attrs or {})})

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        context = {
            "textarea": super().render(name, value, attrs, renderer),
            "id": (attrs or {}).get("id", f"id_{name}"),
            "read_url": reverse("recordings:captions"),
            "words": json.dumps({"lost": _("The link broke off. Nothing is lost: choose the file again.")}),
        }
        return render_to_string("courses/studio/captions_input.html", context)

    @property
    def media(self) -> forms.Media:
        return forms.Media(
            js=[versioned_static("courses/studio/captions.js")],
            css={"all": [versioned_static("courses/studio/studio.css")]},
        )


def _recording_words() -> dict[str, str]:
    """The sentences the script shows; places to fill are written {so}."""
    return {
        "uploading": _("Sending {name}"),
        "sent": _("{sent} of {size} MB, {percent} %"),
        "left_minutes": _("about {n} min left"),
        "left_seconds": _("about {n} s left"),
        "received": _("All of it has arrived. Looking at the file…"),
        "broken": _("The link is broken. Sending goes on by itself when it is back; {percent} % has arrived."),
        "goes_on": _("Going on from {percent} %."),
        "paused": _("Paused at {percent} %."),
        "unreadable": _("The file cannot be read any more. Choose it again: what has arrived is kept."),
        "unfinished": _("{name}: {percent} % of {size} MB"),
        "discard": _("Discard"),
        "discard_name": _("Discard {name}"),
        "discarded": _("{name} was discarded."),
        "refused": _("The server did not take the file (error {status}). Nothing you typed is lost. Try again later."),
        "signed_out": _(
            "You are signed out or may not change lessons. Sign in again in another tab, then send the file again: "
            "nothing you typed is lost."
        ),
        "empty": _("The file is empty. Save the recording again on the phone and choose it once more."),
        "one_only": _("Only one file at a time: the first one is taken."),
        "cancelled": _("Sending was stopped. What has arrived is kept: choose the same file again to go on."),
        "leave": _("The recording is still being sent."),
        "unknown": _("This recording is not there any more. Choose the file again."),
        "state_lost": _("The state cannot be read now. Trying again…"),
        "ready": _("Ready: every quality is made."),
    }
