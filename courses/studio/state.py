"""An asset's state as the studio shows it, in words."""

from typing import Any

from django.utils.translation import gettext as _

from lms.core import sizes
from media_pipeline.types import Media, StepProgress

TEN_MINUTES_S = 600


def _step_label(kind: str) -> str:
    labels = {
        "examine": _("Looking at the recording"),
        "voice": _("Voice"),
        "pictures": _("Pictures"),
        "share": _("File to hand on"),
        "slides": _("Slides to read"),
        "plain": _("For older devices"),
        "storyboard": _("Small pictures"),
    }
    return labels.get(kind, kind)


def _step(step: StepProgress) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "label": _step_label(step.kind),
        "state": step.state,
        "state_label": {
            "waiting": _("waiting"),
            "running": _("at work"),
            "done": _("done"),
            "failed": _("failed"),
            "waiting_for_space": _("waiting for room on the disk"),
            "waiting_for_storage": _("waiting for the store of recordings"),
        }[step.state],
        "fraction": round(step.fraction, 3),
        "speed": _("%(n).1f times as fast as it plays") % {"n": step.speed} if step.speed else "",
        "left": _("%(duration)s left") % {"duration": sizes.duration(step.left_s)} if step.left_s else "",
        "sentence": step.sentence,
    }


def village_table(media: Media) -> list[dict[str, Any]]:
    """What the village gets: for every quality the data of ten minutes, and of the whole."""
    rows: list[tuple[str, int, str]] = []
    if media.sound:
        rows.append((media.sound.name, media.sound.size_bytes, ""))
    for rendition in media.renditions:
        rows.append((rendition.name, rendition.size_with_sound_bytes, f"{rendition.width} × {rendition.height}"))
    if media.share:
        rows.append(("share", media.share.size_bytes, ""))
    duration_s = media.duration_s or 0.0
    return [
        {
            "name": name,
            "label": sizes.quality_label(name),
            "picture": picture,
            "per_ten_minutes": sizes.data_size(round(size_bytes / duration_s * TEN_MINUTES_S)) if duration_s else "",
            "whole": sizes.data_size(size_bytes),
            "size_bytes": size_bytes,
        }
        for name, size_bytes, picture in rows
    ]


def _sentence(media: Media) -> str:
    """Where the recording stands, in a sentence."""
    if media.state == "failed":
        return ""
    if media.state == "ready":
        done = _("Ready. Learners can play it as soon as the lesson is published.")
        silent = _("This recording has no sound.")
        return done if media.sounds else f"{done} {silent}"
    if media.playable:
        return _("Playable already. You can publish; the other qualities follow by themselves.")
    return _("You can go on writing, save, or close this page: the work goes on by itself.")


def describe(media: Media) -> dict[str, Any]:
    """Everything the editor shows of an asset, ready for JSON."""
    table = village_table(media)
    facts = [sizes.duration(media.duration_s)] if media.duration_s else []
    if media.width and media.height:
        facts.append(f"{media.width} × {media.height}")
        if media.height > media.width:
            facts.append(_("upright"))
    facts.append(_("uploaded: %(size)s") % {"size": sizes.data_size(media.source_size_bytes)})
    return {
        "id": str(media.asset_id),
        "name": media.name,
        "state": media.state,
        "facts": " · ".join(facts),
        "sentence": _sentence(media),
        "upright": bool(media.width and media.height and media.height > media.width),
        "playable": media.playable or media.share is not None,
        "fraction": round(media.fraction, 3),
        "play_url": media.share.url if media.share else (media.sound.url if media.sound else ""),
        "play_is_sound": media.share is None or not media.renditions,
        "poster_url": media.poster_url or "",
        "storyboard_url": media.storyboard.url if media.storyboard else "",
        "steps": [_step(step) for step in media.steps],
        "table": table,
        "error": {"code": media.error_code, "sentence": media.error_sentence} if media.error_code else None,
        "settled": media.state in {"ready", "failed"},
    }
