"""What is refused when a server or a worker starts."""

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from lms.core.startup import refuse_wrong_services
from tests.contract.proxy import Proxy

pytestmark = pytest.mark.contract


def refusal(capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit) as ended:
        refuse_wrong_services()
    assert ended.value.code == 3
    return capsys.readouterr().err


@pytest.fixture
def answering() -> Iterator[tuple[str, dict[str, object]]]:
    """A server that answers as it is told, and its address."""
    answer: dict[str, object] = {"headers": {}, "body": {}}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(answer["body"]).encode()
            self.send_response(200)
            for name, value in {"Content-Type": "application/json", **answer["headers"]}.items():  # type: ignore[dict-item]
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", answer
    server.shutdown()
    server.server_close()


def test_the_right_cluster_is_accepted_in_silence(site: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    refuse_wrong_services()
    assert capsys.readouterr().err == ""


def test_a_wrong_password_is_named_without_printing_it(site: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    before, _, host = site.ELASTICSEARCH_URL.rpartition("@")
    site.ELASTICSEARCH_URL = f"{before}-not@{host}"
    said = refusal(capsys)
    assert said.startswith(f"error: search.E001: ELASTICSEARCH_URL: tried http://{host}: ")
    assert "401" in said
    assert before.rpartition(":")[2] not in said


def test_no_account_is_named(site: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    host = site.ELASTICSEARCH_URL.rpartition("@")[2]
    site.ELASTICSEARCH_URL = f"http://{host}"
    assert "without user and password" in refusal(capsys)


def test_an_address_where_nothing_ever_answered_is_refused(
    way: Proxy, site: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    way.close()
    assert f"tried http://127.0.0.1:{way.port}: no connection" in refusal(capsys)


def test_a_cluster_that_answered_before_may_be_away(
    way: Proxy, site: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse_wrong_services()
    way.close()
    refuse_wrong_services()
    assert capsys.readouterr().err.startswith("note: search.W001: ELASTICSEARCH_URL: ")


@pytest.mark.parametrize("version", ["7.17.29", "9.1.0", "80.1.0"])
def test_another_version_is_refused(
    answering: tuple[str, dict[str, object]], site: Settings, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    url, answer = answering
    answer["headers"] = {"X-Elastic-Product": "Elasticsearch"}
    answer["body"] = {"nodes": {"x": {"version": version}}}
    url_before, site.ELASTICSEARCH_URL = site.ELASTICSEARCH_URL, url
    said = refusal(capsys)
    site.ELASTICSEARCH_URL = url_before
    assert f"version {version}, and 8.x is needed" in said


def test_another_server_is_refused(
    answering: tuple[str, dict[str, object]], site: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    url, _ = answering
    url_before, site.ELASTICSEARCH_URL = site.ELASTICSEARCH_URL, url
    said = refusal(capsys)
    site.ELASTICSEARCH_URL = url_before
    assert "no Elasticsearch" in said


def test_a_worker_does_not_start_with_a_wrong_cluster(site: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    before, _, host = site.ELASTICSEARCH_URL.rpartition("@")
    site.ELASTICSEARCH_URL = f"{before}-not@{host}"
    with pytest.raises(SystemExit):
        call_command("worker", "--once", stdout=io.StringIO(), stderr=io.StringIO())
    assert "ELASTICSEARCH_URL" in capsys.readouterr().err
