"""Pictures of a lesson's steps, within their bytes."""

from dataclasses import replace
from typing import Any

from django import template

from courses.pictures import STEP, Picture, picture

register = template.Library()


@register.simple_tag
def step_picture(image: Any, text: str = "") -> Picture | None:
    """The picture of a step: url, width, height, alt; None when its file is missing.

    A description that only repeats the step's `text` is left out: it would be read aloud twice.
    """
    shown = picture(image, STEP)
    return replace(shown, alt="") if shown and shown.alt.strip().rstrip(".。") in text else shown
