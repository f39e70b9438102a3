"""`manage.py collect_garbage`: removes recordings that no page and no kept revision names any more."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand

from courses.selectors import used_assets
from lms.core.clock import now
from media_pipeline import services


class Command(BaseCommand):
    help = (
        "Removes recordings, with their files, that no page or revision names; uploads of the last two days are kept."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        removed = services.collect_garbage(keep=used_assets(), now=now())
        if options["json"]:
            self.stdout.write(json.dumps({"removed": [str(asset_id) for asset_id in removed]}))
        else:
            self.stdout.write(f"{len(removed)} recordings removed")
