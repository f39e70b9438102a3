"""`manage.py restore FILE [--media-from DIR] [--replace DATABASE] [--json]`: the site out of an archive."""

import argparse
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from lms.backup import services
from lms.backup.console import Progress, as_told


class Command(BaseCommand):
    help = "Takes the site back from an archive into an empty, migrated database. Stop the site and its workers first."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--media-from", type=Path, metavar="DIR", help="a DATA_DIR or a copy, for files that the storage lacks"
        )
        parser.add_argument("--replace", metavar="DATABASE", help="throw away what the database of this name has")
        parser.add_argument("--allow-missing", action="store_true", help="go on without files that are nowhere")
        parser.add_argument("--check", action="store_true", help="only read and verify everything, change nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        where = {name: options[name] for name in ("media_from", "allow_missing")}
        file: Path = options["file"].absolute()
        document: dict[str, Any] = {"file": str(file), "checked_only": options["check"]}
        with as_told(self.stderr, "stopped; nothing was changed"), Progress(self.stderr) as report:
            if options["check"]:
                manifest, missing = services.check(file=file, report=report, **where)
                document |= {"files_missing": missing}
            else:
                restored = services.restore(file=file, replace=options["replace"], report=report, **where)
                manifest = restored.manifest
                document |= {
                    "files_brought": restored.brought,
                    "files_found": restored.found,
                    "files_missing": restored.missing,
                }
        if not options["check"]:
            with (
                as_told(self.stderr, "stopped; run rebuild_index and wagtail_update_index"),
                Progress(self.stderr) as report,
            ):
                document["not_derived"] = services.derive(report)
        document |= {
            "made_at": manifest.made_at,
            "rows": sum(table.rows for table in manifest.tables),
            "files": manifest.files.count,
            "settings": services.differing_settings(manifest),
        }
        self._tell(document, as_json=options["json"])

    def _tell(self, document: dict[str, Any], *, as_json: bool) -> None:
        for name, reason in document.get("not_derived", {}).items():
            self.stderr.write(f"warning: the {name} was not built ({reason}); run manage.py rebuild_index")
        for name, (there, here) in document["settings"].items():
            self.stderr.write(f"warning: {name} was {there!r} where the archive was made and is {here!r} here")
        if as_json:
            self.stdout.write(json.dumps(document, ensure_ascii=False))
            return
        done = "whole" if document["checked_only"] else "restored"
        self.stdout.write(
            f"{done}: {document['rows']} rows, {document['files']} files ({document['files_missing']} missing), "
            f"as of {document['made_at']}"
        )
