"""`manage.py media_status`: what is encoded, what runs, what failed and why."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from media_pipeline import selectors
from media_pipeline.models import Asset
from media_pipeline.types import Media, StepProgress

QUEUE = ("waiting", "running", "failed", "waiting_for_space", "waiting_for_storage")
SIGNS = {
    "waiting": ".",
    "done": "done",
    "failed": "FAILED",
    "waiting_for_space": "disk full",
    "waiting_for_storage": "store away",
}


class Command(BaseCommand):
    help = "Shows every lesson's encoding: a table, or with --json one document."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
        parser.add_argument("--limit", type=int, default=200, help="the newest N uploads (default 200)")

    def handle(self, *args: Any, **options: Any) -> None:
        ids = list(Asset.objects.order_by("-created_at").values_list("id", flat=True)[: max(0, options["limit"])])
        found = selectors.media(ids)
        media = [found[asset_id] for asset_id in ids if asset_id in found]
        seen = selectors.queue()
        queue = {name: getattr(seen, name) for name in QUEUE} | {"oldest_waiting_at": seen.oldest_waiting_at}
        if options["json"]:
            document = {"queue": queue, "assets": [_document(one) for one in media]}
            self.stdout.write(json.dumps(document, default=str, ensure_ascii=False))
            return
        self.stdout.write(
            "{waiting} steps wait, {running} run, {failed} failed, {waiting_for_space} wait for room, "
            "{waiting_for_storage} for the store".format(**queue)
        )
        for one in media:
            steps = "  ".join(f"{step.kind} {_sign(step)}" for step in one.steps)
            self.stdout.write(f"{one.asset_id}  {one.state:<9} {one.fraction:>4.0%}  {one.name[:40]:<40}  {steps}")
            for sentence in filter(None, {one.error_sentence, *(step.sentence for step in one.steps)}):
                self.stdout.write(f"    {sentence}")


def _sign(step: StepProgress) -> str:
    if step.state != "running":
        return SIGNS[step.state]
    left = f", {step.left_s:.0f} s left" if step.left_s is not None else ""
    return f"{step.fraction:.0%}{left}"


def _document(media: Media) -> dict[str, Any]:
    return {
        "id": media.asset_id,
        "name": media.name,
        "state": media.state,
        "content": media.content,
        "duration_s": media.duration_s,
        "fraction": media.fraction,
        "error": {"code": media.error_code, "sentence": media.error_sentence} if media.error_code else None,
        "sizes": {row.name: row.size_bytes for row in media.sounds}
        | {row.name: row.size_bytes for row in media.renditions},
        "steps": [asdict(step) for step in media.steps],
    }
