"""Pictures in few bytes: renditions made smaller and coarser until they fit their cap.

Only the rendition that fits is kept, so that later page views find it without looking at files.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Cap:
    """What a place in a page allows."""

    name: str
    width: int
    max_bytes: int
    form: str = "webp"


@dataclass(frozen=True)
class Picture:
    """A picture as a page shows it."""

    url: str
    width: int
    height: int
    alt: str


CARD = Cap("card", 320, 6_000)
COURSE = Cap("course", 640, 12_000)
STEP = Cap("step", 480, 12_000)
LINK_PREVIEW = Cap("link", 800, 60_000, "jpeg")  # what fetches it for a chat may know no other
_QUALITIES = (70, 50, 35, 20)
_SHRINK = (1.0, 0.75, 0.55, 0.4, 0.25)


def _filters(cap: Cap) -> Iterator[str]:
    for factor in _SHRINK:
        for quality in _QUALITIES:
            # max-, not width-: an upright picture must not be cropped, nor a long one become very tall.
            side = round(cap.width * factor)
            yield f"max-{side}x{side}|format-{cap.form}|{cap.form}quality-{quality}"


def picture(image: Any, cap: Cap) -> Picture | None:
    """The picture of `image` (a Wagtail image, or None) within `cap`; None when its file is missing or damaged.

    With the image's renditions prefetched it costs no query.
    """
    if image is None:
        return None
    wanted = list(_filters(cap))
    known = {rendition.filter_spec: rendition for rendition in image.renditions.all()}
    for spec in wanted:
        if spec in known and not known[spec].focal_point_key:
            return _shown(known[spec], image)
    for spec in wanted:
        try:
            rendition = image.get_rendition(spec)
        except OSError as error:
            # Missing, or cut off: the page is worth more than its picture.
            logger.warning("picture %s cannot be shown: %s", image.pk, error)
            return None
        if rendition.file.size <= cap.max_bytes or spec == wanted[-1]:
            return _shown(rendition, image)
        rendition.delete()
    return None


def _shown(rendition: Any, image: Any) -> Picture:
    alt = image.description or ""
    return Picture(url=rendition.url, width=rendition.width, height=rendition.height, alt=alt)
