"""What makes the site an app: the worker, its scripts, the manifest, the page of what is kept."""

import json

import pytest
from django.test import Client

from lms.offline import scripts

pytestmark = pytest.mark.django_db


def test_the_worker_lies_at_the_root_and_names_only_what_is_there(client: Client) -> None:
    answer = client.get("/worker.js")
    assert answer["Content-Type"].startswith("text/javascript")
    site = json.loads(answer.content.decode().split("\n")[0].removeprefix("const SITE="))
    assert site["offline"] == {"": "/kept/", "zh-hant": "/zh-hant/kept/", "en": "/en/kept/"}
    for address in site["ahead"]:
        assert address.startswith("/static/") or client.get(address).status_code == 200


def test_a_script_is_kept_for_ever_under_the_digest_of_its_text(client: Client) -> None:
    digest = scripts.keeping().digest
    answer = client.get(f"/scripts/keeping-{digest}.js")
    assert "immutable" in answer["Cache-Control"]
    before_an_upgrade = client.get("/scripts/keeping-000000000000.js")
    assert before_an_upgrade.content == answer.content
    assert before_an_upgrade["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "name"), [("/manifest.webmanifest", "田间学堂"), ("/en/manifest.webmanifest", "Fieldschool")]
)
def test_the_manifest_speaks_the_pages_language(client: Client, path: str, name: str) -> None:
    told = client.get(path).json()
    assert told["name"] == name
    assert {"any", "maskable"} == {icon["purpose"] for icon in told["icons"]}
    assert all(client.get(shortcut["url"]).status_code == 200 for shortcut in told["shortcuts"])


def test_the_page_of_what_is_kept_is_the_same_for_everyone(client: Client) -> None:
    answer = client.get("/kept/")
    assert not answer.cookies
    assert "max-age" in answer["Cache-Control"]
