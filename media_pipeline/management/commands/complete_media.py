"""`manage.py complete_media [--json]`: has made what recordings lack since an upgrade, or have of an older ladder."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand

from lms.core.clock import now
from media_pipeline import services


class Command(BaseCommand):
    help = (
        "Queues what recordings of before an upgrade lack, or have of an older ladder. "
        "Lessons stay on line; a worker does the work."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        steps = services.complete(now=now())
        self.stdout.write(
            json.dumps({"steps": steps}) if options["json"] else f"{steps} steps are waiting for a worker"
        )
