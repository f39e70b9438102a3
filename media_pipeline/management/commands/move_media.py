"""`manage.py move_media`: copies everything under DATA_DIR into the bucket of MEDIA_STORAGE, and verifies it."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from django.conf import settings
from django.core.management.base import BaseCommand

from lms.core.storage_errors import StorageError


class Command(BaseCommand):
    help = (
        "Copies recordings, renditions, pictures and documents of this machine into the bucket of MEDIA_STORAGE and "
        "verifies them. May be run again; the folders stay."
    )

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one JSON document on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MEDIA_IN_BUCKET:
            self._end("no_bucket: MEDIA_STORAGE is files. Set MEDIA_STORAGE=s3://BUCKET and run this again.")
        from media_pipeline import moving

        def tell(name: str, size: int, is_new: bool) -> None:
            if is_new:
                self.stderr.write(f"{name}  {size / 1e6:.1f} MB")

        try:
            moved = moving.move(data_dir=Path(settings.DATA_DIR), pictures=Path(settings.MEDIA_ROOT), tell=tell)
        except StorageError as error:
            self._end(f"{error.code}: {error} ({error.detail})")
        if options["json"]:
            self.stdout.write(json.dumps(asdict(moved)))
        else:
            self.stdout.write(
                f"{moved.sent} files sent, {moved.bytes_sent / 1e6:.1f} MB; {moved.there_before} were there before"
            )
        wrong = [f"damaged here: {name}" for name in moved.damaged] + [f"missing: {name}" for name in moved.missing]
        for line in wrong:
            self.stderr.write(line)
        if wrong:
            self._end(f"incomplete: {len(wrong)} files are damaged or missing, see above.")

    def _end(self, reason: str) -> NoReturn:
        self.stderr.write(f"error: {reason}")
        raise SystemExit(1)
