"""What the instructions make, and what the files of deploy/ need."""

import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from scripts.production import DEPLOY, ROOT

INSTALL = (ROOT / "docs" / "operations" / "install.md").read_text(encoding="utf-8")
COMMAND = DEPLOY / "bin" / "fieldschool"
OF_DEBIAN = {"/var/log/nginx", "/var/www/letsencrypt"}  # the second is looked for only while a certificate is made


def test_every_folder_that_nginx_and_systemd_need_is_made() -> None:
    files = [path for path in DEPLOY.rglob("*") if path.suffix in {".conf", ".service"}]
    named = {name for path in files for name in re.findall(r"/var/[a-z]+/[a-z]+", path.read_text(encoding="utf-8"))}
    made = {
        name for line in re.findall(r"install -d (.*)", INSTALL) for name in re.findall(r"/var/[a-z]+/[a-z]+", line)
    }
    assert named - OF_DEBIAN == made


def test_all_units_are_one_target() -> None:
    for path in (DEPLOY / "systemd").glob("fieldschool-*.*"):
        if path.is_dir() or path.name == "fieldschool-nightly.service":
            continue
        text = path.read_text(encoding="utf-8")
        assert "WantedBy=fieldschool.target" in text, path.name
        assert path.suffix == ".service" or "PartOf=fieldschool.target" in text, path.name


@pytest.fixture
def told(tmp_path: Path) -> Path:
    """A `systemd-run` that notes what it is told."""
    program = tmp_path / "systemd-run"
    program.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\nexit 3\n')
    program.chmod(0o755)
    return tmp_path


def test_a_command_runs_with_the_settings_as_the_sites_user(told: Path) -> None:
    environment = {**os.environ, "PATH": f"{told}:{os.environ['PATH']}", "FIELDSCHOOL": str(ROOT)}
    command = [COMMAND, "createsuperuser", "--email", "a b@example.org"]
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    lines = done.stdout.splitlines()
    assert lines[-5:] == [f"{ROOT}/.venv/bin/python", "manage.py", "createsuperuser", "--email", "a b@example.org"]
    assert {"--uid=fieldschool", f"--working-directory={ROOT}", "--pipe"} <= set(lines)
    assert "--property=EnvironmentFile=/etc/fieldschool/fieldschool.env" in lines
    assert COMMAND.stat().st_mode & stat.S_IXUSR


def test_no_instruction_runs_without_the_settings() -> None:
    """A bare `manage.py` would work on an empty SQLite file of its own."""
    for path in (ROOT / "docs" / "operations").glob("*.md"):
        by_hand = re.sub(r"By hand, for a look:\n```\n.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        told = by_hand.replace("`manage.py worker`", "").replace("`python manage.py` by hand", "")
        assert "manage.py" not in told, path.name


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", None),
        ("2001:db8:1:2:aaaa:bbbb:cccc:dddd", "2001:db8:1:2:"),
        ("2001:db8:1:2::5", "2001:db8:1:2:"),
        ("2001:db8:1::5", "2001:db8:1::"),
        ("2001:db8::a:b:c:d", "2001:db8::"),
        ("::1", None),
    ],
)
def test_limits_count_a_network_of_ipv6_as_one(address: str, network: str | None) -> None:
    found = re.search(r'"~(\^\(\?<network>.*)" \$network', (DEPLOY / "nginx" / "http.conf").read_text(encoding="utf-8"))
    assert found
    matched = re.match(found[1].replace("?<", "?P<"), address)
    assert (matched["network"] if matched else None) == network
