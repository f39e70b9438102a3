import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lms.settings import environment

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "deploy" / "fieldschool.env.example"
_NAME = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
_READ = re.compile(r"""values(?:\.get\(|\[|,\s*)["']([A-Z][A-Z0-9_]*)["']""")


def names_read() -> set[str]:
    """The variables that the settings read."""
    return {name for path in (ROOT / "lms" / "settings").glob("*.py") for name in _READ.findall(path.read_text())}


def test_the_example_has_every_variable_and_no_other() -> None:
    listed = _NAME.findall(EXAMPLE.read_text())
    assert len(listed) == len(set(listed))
    assert set(listed) == names_read()


def test_the_settings_are_where_variables_are_looked_for() -> None:
    assert {"DATA_DIR", "SEARCH_BACKEND", "ELASTICSEARCH_SHARDS", "TRUSTED_PROXIES"} <= names_read()


def values(**more: str) -> dict[str, str]:
    """The example as systemd reads it."""
    lines = [line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#")]
    return {**dict(line.split("=", 1) for line in lines), **more}


def test_the_example_is_refused_until_it_has_a_secret(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        environment.read(values(DATA_DIR=str(tmp_path)))


def test_with_a_secret_it_is_a_production_site(tmp_path: Path) -> None:
    read = environment.read(values(DATA_DIR=str(tmp_path), SECRET_KEY="0123456789abcdef" * 2))
    assert read.public_url == "https://school.example.org"
    assert read.trusted_proxies == ("unix",)
    assert not read.debug
