"""Pictures of a lesson's steps, within their bytes."""

from typing import Any

from django import template

from courses.pictures import STEP, Picture, picture

register = template.Library()


@register.simple_tag
def step_picture(image: Any) -> Picture | None:
    """The picture of a step: url, width, height, alt; None when its file is missing."""
    return picture(image, STEP)
