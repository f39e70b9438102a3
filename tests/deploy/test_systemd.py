import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.production import DEPLOY

pytestmark = pytest.mark.contract
UNITS = sorted(path.name for path in (DEPLOY / "systemd").glob("fieldschool-*.*") if path.is_file())
SERVICES = [name for name in UNITS if name.endswith(".service")]


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as they are installed; only Python is where it is here."""
    folder = tmp_path / "units"
    shutil.copytree(DEPLOY / "systemd", folder)
    for path in folder.glob("*.service"):
        path.write_text(path.read_text().replace("/opt/fieldschool/.venv/bin/python", sys.executable))
    return folder


def analyze(units: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    paths = {"SYSTEMD_UNIT_PATH": f"{units}:/usr/lib/systemd/system:/lib/systemd/system"}
    command = ["systemd-analyze", *arguments]
    return subprocess.run(command, env={**os.environ, **paths}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("name", UNITS)
def test_systemd_reads_every_unit(units: Path, name: str) -> None:
    file = name.replace("@.", "@1.")
    if file != name:
        (units / file).symlink_to(units / name)
    result = analyze(units, "verify", "--man=no", str(units / file))
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("name", [name for name in SERVICES if "@" not in name])
def test_a_service_may_do_little_besides_its_work(units: Path, name: str) -> None:
    result = analyze(units, "security", "--offline=yes", "--no-pager", "--threshold=25", str(units / name))
    assert result.returncode == 0, result.stdout[-300:]


def test_every_program_of_a_unit_is_one_of_ours() -> None:
    for name in SERVICES:
        for line in re.findall(r"^ExecStart=(.*)$", (DEPLOY / "systemd" / name).read_text(), re.MULTILINE):
            assert line.startswith("/opt/fieldschool/.venv/bin/python ")
