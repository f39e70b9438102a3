import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lms.settings import environment
from tests.database import ROOT


def test_defaults_run_on_one_machine(tmp_path: Path) -> None:
    values = environment.read({"DATA_DIR": str(tmp_path)})
    assert values.database["ENGINE"] == "django.db.backends.sqlite3"
    assert values.public_url == "http://127.0.0.1:8000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SEARCH_BACKEND", "solr"),
        ("MEDIA_STORAGE", "ftp://x"),
        ("DEFAULT_LANGUAGE", "xx"),
        ("PREVIEW_LANGUAGES", "ug, xx"),
        ("DATABASE_URL", "mysql://x/y"),
        ("DATABASE_URL", "postgresql://host"),
        ("DATABASE_URL", "postgresql://user:pass@host:port/name"),
        ("PUBLIC_URL", "fieldschool"),
        ("PUBLIC_URL", "http://["),
        ("PORT", "abc"),
        ("DEBUG", "yes"),
        ("TRUSTED_PROXIES", "10.0.0.1, proxy.example.org"),
        ("TRUSTED_PROXIES", "10.0.0.1/24"),
        ("CACHE_URL", "memcached://127.0.0.1"),
        ("CACHE_URL", "redis://"),
        ("ELASTICSEARCH_CA_CERTS", "/"),
        ("ELASTICSEARCH_CA_CERTS", "/nowhere/ca.pem"),
        ("WEB_BIND", "8000"),
        ("WEB_WORKERS", "0"),
        ("WEB_THREADS", "many"),
        ("BIGBLUEBUTTON_URL", "https://bbb.example.org/bigbluebutton/"),  # without its secret
        ("BIGBLUEBUTTON_SECRET", "secret"),
        ("JITSI_HOSTS", "https://meet.example.org"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        environment.read({"DATA_DIR": str(tmp_path), name: value})


def test_the_site_answers_under_its_public_name_and_on_its_own_machine(tmp_path: Path) -> None:
    values = {"DATA_DIR": str(tmp_path), "PUBLIC_URL": "https://school.test", "ALLOWED_HOSTS": "learn.test"}
    assert environment.read(values).allowed_hosts == ["learn.test", "school.test", "127.0.0.1", "localhost"]


@pytest.mark.parametrize("secret", ["", "short", environment.DEMO_SECRET])
def test_a_public_site_refuses_a_demo_secret(tmp_path: Path, secret: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY"):
        environment.read({"DATA_DIR": str(tmp_path), "PUBLIC_URL": "https://school.example", "SECRET_KEY": secret})


@pytest.mark.parametrize(
    "url", ["http://bbb.example.org/bigbluebutton/", "https://", "https://[", "https://bbb.example.org/?a=1", "bbb"]
)
def test_a_meeting_server_is_asked_by_https_alone_and_its_secret_is_not_printed(tmp_path: Path, url: str) -> None:
    values = {"DATA_DIR": str(tmp_path), "BIGBLUEBUTTON_URL": url, "BIGBLUEBUTTON_SECRET": "never-printed"}
    with pytest.raises(ImproperlyConfigured, match="BIGBLUEBUTTON_URL") as caught:
        environment.read(values)
    assert "never-printed" not in str(caught.value)


def test_a_meeting_servers_address_ends_in_a_slash(tmp_path: Path) -> None:
    values = {"BIGBLUEBUTTON_URL": "https://bbb.example.org/bigbluebutton", "BIGBLUEBUTTON_SECRET": "s"}
    read = environment.read({"DATA_DIR": str(tmp_path), **values}).meetings
    assert (read.server, read.jitsi_hosts) == ("https://bbb.example.org/bigbluebutton/", ("meet.jit.si",))


URL = "postgresql://user:pass%40word@db.test:5433/name?sslmode=require"


def test_each_thread_keeps_its_connection_to_postgresql_unless_a_pool_is_wanted(tmp_path: Path) -> None:
    values = {"DATA_DIR": str(tmp_path), "DATABASE_URL": URL}
    kept = environment.read(values).database
    assert kept["PASSWORD"] == "pass@word"
    assert kept["OPTIONS"]["sslmode"] == "require"
    assert (kept["CONN_MAX_AGE"] > 0, "pool" in kept["OPTIONS"]) == (True, False)
    pooled = environment.read({**values, "DATABASE_POOL_SIZE": "4"}).database
    assert (pooled["CONN_MAX_AGE"], pooled["OPTIONS"]["pool"]["max_size"]) == (0, 4)


@pytest.mark.parametrize("name", ["DATABASE_POOL_SIZE", "DATABASE_STATEMENT_LIMIT_S"])
def test_a_limit_that_is_no_number_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        environment.read({"DATA_DIR": str(tmp_path), "DATABASE_URL": URL, name: "many"})


def test_the_password_of_a_wrong_address_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.read({"DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://user:secret@:5432/name"})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("command", ["migrate", "worker", "no-such-command"])
def test_a_command_in_a_wrong_environment_says_so_in_one_line(command: str, tmp_path: Path) -> None:
    given = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "lms.settings",
        "DATA_DIR": str(tmp_path),
        "SEARCH_BACKEND": "solr",
    }
    ended = subprocess.run([sys.executable, "manage.py", command], cwd=ROOT, env=given, capture_output=True, text=True)
    assert ended.returncode == 1
    assert (
        ended.stderr == "error: environment: SEARCH_BACKEND='solr' is not known: use one of embedded, elasticsearch.\n"
    )
