"""`manage.py collect_media_garbage`: removes uploads that no page and no kept revision names."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.module_loading import import_string

from lms.core.clock import now
from media_pipeline import services
from media_pipeline.uploads import services as uploads


class Command(BaseCommand):
    help = "Removes uploads older than two days that no page or revision names, and files that crashes left."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--verbose-ids", action="store_true", help="name every asset removed")

    def handle(self, *args: Any, **options: Any) -> None:
        uploads.collect(now=now())
        removed = services.collect_garbage(keep=import_string(settings.MEDIA_KEPT_ASSETS)(), now=now())
        self.stdout.write(f"{len(removed)} uploads removed")
        if options["verbose_ids"]:
            for asset_id in removed:
                self.stdout.write(str(asset_id))
