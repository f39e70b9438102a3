"""`python -m benchmarks.backup [LESSONS ...]`: time and memory of backup and restore as a catalogue grows.

Each lesson is a page with a revision of about 20 kB and 50 events of learners. Files are named, not included: their
bytes go through in blocks of a megabyte whatever the catalogue's size.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import Any

from tests import database

EVENTS = 50
MEASURED = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
import django
django.setup()
from lms.backup import services
verb, file = sys.argv[1], Path(sys.argv[2])
idle = resource.getrusage(resource.RUSAGE_SELF)
began = time.monotonic()
quiet = lambda *about: None
if verb == "backup":
    made = services.backup(file=file, now=datetime.now(UTC), report=quiet)
    rows = sum(table.rows for table in made.manifest.tables)
else:
    rows = sum(table.rows for table in services.restore(file=file, allow_missing=True, report=quiet).manifest.tables)
used = resource.getrusage(resource.RUSAGE_SELF)
cpu = used.ru_utime + used.ru_stime - idle.ru_utime - idle.ru_stime
print(json.dumps({"rows": rows, "wall_s": round(time.monotonic() - began, 1), "cpu_s": round(cpu, 1),
                  "idle_mb": idle.ru_maxrss // 1024, "peak_mb": used.ru_maxrss // 1024}))
"""


def run(data_dir: Path, url: str, *arguments: object) -> Any:
    """What a process of its own over this site prints."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "lms.settings"}
    environment |= {"DATA_DIR": str(data_dir), "DATABASE_URL": url}
    command = [sys.executable, "-W", "ignore", *map(str, arguments)]
    done = subprocess.run(command, cwd=database.ROOT, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def grow(path: Path, lessons: int) -> None:
    """Let the site's one lesson stand `lessons` times in its database."""
    with sqlite3.connect(path) as connection:
        connection.create_function("uuid4", 0, lambda: uuid.uuid4().hex)
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(
            "CREATE TEMP TABLE n AS WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ?) "
            "SELECT i FROM c",
            [lessons],
        )
        (lesson,) = connection.execute("SELECT MAX(page_ptr_id) FROM courses_lessonpage").fetchone()
        page = {
            "id": "1000000 + i",
            "path": "path || printf('%08d', i)",
            "url_path": "url_path || i || '/'",
            "slug": "slug || i",
            "translation_key": "uuid4()",
            "latest_revision_id": "NULL",
            "live_revision_id": "NULL",
        }
        _repeat(connection, "wagtailcore_page", page, f"id = {lesson}")
        _repeat(connection, "courses_lessonpage", {"page_ptr_id": "1000000 + i"}, f"page_ptr_id = {lesson}")
        revision = {
            "id": "1000000 + i",
            "object_id": "1000000 + i",
            "content": "json_set(content, '$.more', hex(randomblob(2500)) || hex(zeroblob(7500)))",
        }
        _repeat(connection, "wagtailcore_revision", revision, "id = (SELECT MAX(id) FROM wagtailcore_revision)")
        connection.execute(
            "INSERT INTO n SELECT n.i + 10000000 * e.i FROM n, (SELECT i FROM n LIMIT ?) AS e", [EVENTS - 1]
        )
        _repeat(connection, "records_learningevent", {"id": "uuid4()", "lesson_key": "uuid4()"}, "user_id IS NOT NULL")
    connection.close()


def _repeat(connection: sqlite3.Connection, table: str, changed: dict[str, str], where: str) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(changed.get(name, f'"{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    connection.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table}, n WHERE {where}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("lessons", type=int, nargs="*", default=[1_000, 10_000])
    print("| lessons | rows | database MB | archive MB | what | wall s | CPU s | peak MB (idle) |")
    print("|---|---|---|---|---|---|---|---|")
    for lessons in parser.parse_args().lessons:
        with tempfile.TemporaryDirectory(prefix="fieldschool-backup-") as folder:
            measure(Path(folder), lessons)


def measure(folder: Path, lessons: int) -> None:
    """Print a line for a backup and for restoring it."""
    site, other = folder / "site", folder / "other"
    for place in (site, other):
        place.mkdir()
        shutil.copyfile(database.template(), place / "db.sqlite3")
    run(site, f"sqlite:///{site}/db.sqlite3", "-m", "tests.lms.backup.site", "fill")
    grow(site / "db.sqlite3", lessons)
    size = (site / "db.sqlite3").stat().st_size / 1e6
    archive = folder / "a.zip"
    for verb, place in (("backup", site), ("restore", other)):
        told = run(place, f"sqlite:///{place}/db.sqlite3", "-c", MEASURED, verb, archive)
        memory = f"{told['peak_mb']} ({told['idle_mb']})"
        print(
            f"| {lessons} | {told['rows']} | {size:.0f} | {archive.stat().st_size / 1e6:.1f} | {verb} "
            f"| {told['wall_s']} | {told['cpu_s']} | {memory} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
