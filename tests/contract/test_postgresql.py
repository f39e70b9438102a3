"""The site on PostgreSQL: what is most likely to differ from SQLite.

`make test-postgresql` runs all fast tests there.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import database
from tests.services import Addresses

pytestmark = pytest.mark.contract
ROOT = Path(__file__).resolve().parents[2]
CHOSEN = (
    "tests/lms/core/test_outbox.py",
    "tests/lms/core/test_atomic_writes.py",
    "tests/lms/core/test_health.py",
    "tests/lms/records",
    "tests/media_pipeline/test_leases.py",
    "tests/media_pipeline/test_services.py",
    "tests/courses/test_import.py",
    "tests/courses/test_slugs.py",
    "tests/search/test_publishing.py",
)
ROWS = 120
PROCESSES = 3


@pytest.fixture
def environment(postgresql: Addresses, tmp_path: Path) -> dict[str, str]:
    """Of a site on the server of this run."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "TEST_"))}
    return {**inherited, **postgresql, "DATA_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "lms.settings"}


@pytest.fixture
def site(environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a site with a migrated database of its own."""
    with database.postgresql_copy(environment["DATABASE_URL"]) as name:
        yield {**environment, "DATABASE_URL": database.named(environment["DATABASE_URL"], name)}


def test_the_chosen_tests_pass_on_postgresql(environment: dict[str, str]) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not contract", *CHOSEN]
    environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-8000:]
    assert "skipped" not in done.stdout


@pytest.mark.parametrize("what", ["steps", "events"])
def test_of_many_processes_each_takes_up_other_rows(site: dict[str, str], what: str) -> None:
    command = [sys.executable, "-m", "tests.contract.claimer"]
    subprocess.run([*command, "fill", str(ROWS)], cwd=ROOT, env=site, check=True)
    with ExitStack() as stack:
        claimers = [
            stack.enter_context(
                subprocess.Popen(
                    [*command, what], cwd=ROOT, env=site, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            )
            for _ in range(PROCESSES)
        ]
        for claimer in claimers:
            assert claimer.stdout is not None
            assert claimer.stdout.readline() == "ready\n"
        for claimer in claimers:
            assert claimer.stdin is not None
            claimer.stdin.write("go\n")
            claimer.stdin.flush()
        taken = [claimer.communicate()[0].split() for claimer in claimers]
    assert [claimer.returncode for claimer in claimers] == [0] * PROCESSES
    rows = [row for one in taken for row in one]
    assert len(rows) == len(set(rows)) == ROWS


def test_a_wrong_address_is_said_with_what_was_tried(environment: dict[str, str]) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "from lms.core.database import database_answers\n"
        "right = dict(connection.settings_dict)\n"
        "for wrong in ({}, {'PASSWORD': 'guessed-wrong'}, {'PORT': 1}, {'NAME': 'nowhere'}, {'HOST': 'no.invalid'}):\n"
        "    connection.settings_dict = right | wrong\n"
        "    print([message.msg for message in database_answers(None)])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
    right, *wrong = done.stdout.splitlines()
    assert right == "[]"
    assert len(wrong) == 4
    for line, reason in zip(wrong, ("password", "refused", "nowhere", "no.invalid"), strict=True):
        assert "DATABASE_URL: tried fieldschool@" in line
        assert reason in line
    assert "guessed-wrong" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (["-c", "import lms.wsgi"], 3),
        (["manage.py", "worker", "--once"], 3),
        (["manage.py", "check", "--deploy", "--tag", "services"], 1),
    ],
)
def test_with_a_wrong_password_nothing_starts(environment: dict[str, str], start: list[str], code: int) -> None:
    secret = urlsplit(environment["DATABASE_URL"]).password or ""
    url = environment["DATABASE_URL"].replace(secret, "guessed-wrong")
    done = subprocess.run(
        [sys.executable, *start],
        cwd=ROOT, env={**environment, "DATABASE_URL": url}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == code
    assert "DATABASE_URL: tried " in done.stderr
    assert "Traceback" not in done.stderr
    assert "guessed-wrong" not in done.stderr


def test_a_server_that_is_too_old_is_refused(site: dict[str, str]) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "connection.features.minimum_database_version = (99,)\n"
        "from lms.core.startup import refuse_wrong_services\n"
        "refuse_wrong_services()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=site, capture_output=True, text=True)
    assert done.returncode == 3
    assert "at least 99 is needed" in done.stderr


def test_statements_and_waits_for_locks_end_after_a_time(site: dict[str, str]) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "cursor = connection.cursor()\n"
        "for name in ('statement_timeout', 'lock_timeout'):\n"
        "    cursor.execute(f'SHOW {name}')\n"
        "    print(cursor.fetchone()[0])\n"
    )
    site = {**site, "DATABASE_STATEMENT_LIMIT_S": "7"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=site, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["7s", "20s"]


def test_a_migration_takes_as_long_as_it_takes(site: dict[str, str]) -> None:
    code = (
        "import django; django.setup()\n"
        "from django.core.management import call_command\n"
        "from django.db import connection\n"
        "call_command('migrate', verbosity=0)\n"
        "cursor = connection.cursor()\n"
        "cursor.execute('SHOW statement_timeout')\n"
        "print(cursor.fetchone()[0])\n"
    )
    site = {**site, "DATABASE_STATEMENT_LIMIT_S": "7"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=site, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0"]
