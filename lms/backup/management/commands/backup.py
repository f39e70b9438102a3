"""`manage.py backup FILE|FOLDER --keep N [--with-media] [--json]`: the site into one archive."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from lms.backup import services
from lms.backup.console import Progress, as_told
from lms.core.clock import now


def _count(text: str) -> int:
    """A whole number from 1 on."""
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number


class Command(BaseCommand):
    help = "Writes database, list of media and search settings to one file, while the site goes on."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, metavar="FILE", help="must not be there yet; with --keep a folder that is"
        )
        parser.add_argument("--keep", type=_count, metavar="N", help="the newest N archives of the folder stay")
        parser.add_argument(
            "--with-media", action="store_true", help="put recordings, renditions and pictures into it as well"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"].absolute()
        began = now()
        if options["keep"]:
            file = services.name_in(file, now=began)
        with as_told(self.stderr, "stopped; nothing is left behind"), Progress(self.stderr) as report:
            made = services.backup(file=file, with_media=options["with_media"], now=began, report=report)
        if options["keep"]:
            services.keep_newest(file.parent, options["keep"])
        files = made.manifest.files
        count = sum(table.rows for table in made.manifest.tables)
        if files.wanting:
            self.stderr.write(f"warning: {files.wanting} files are not whole here: {', '.join(made.wanting)}")
        if options["json"]:
            document = {
                "file": str(file),
                "bytes": made.size_bytes,
                "made_at": made.manifest.made_at,
                "tables": len(made.manifest.tables),
                "rows": count,
                "files": files.count,
                "files_bytes": files.size_bytes,
                "files_wanting": files.wanting,
                "files_included": files.included,
            }
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        media = "with their bytes" if files.included else "named, their bytes stay where they are"
        self.stdout.write(
            f"{file}: {made.size_bytes / 1e6:.1f} MB, {count} rows of {len(made.manifest.tables)} tables, "
            f"{files.count} files of {files.size_bytes / 1e6:.1f} MB {media}"
        )
