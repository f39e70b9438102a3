"""Spreadsheets as counties have them, from the files to a published plan; questions counted, problems listed at once."""

import json
import os
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from lms.core import work
from lms.schools.models import Draft, Headings, Term
from tests.lms.schools import foreign
from tests.lms.schools.test_pages import person, signed_in

pytestmark = pytest.mark.django_db
SHARED = Path(os.environ.get("SHARED_DIR", "../shared")) / "data" / "pairing"
MOST_QUESTIONS = 10
TERM = {"value-term.starts": "2036-09-01", "value-term.ends": "2036-09-14"}


@pytest.fixture(autouse=True)
def _working() -> Iterator[None]:
    work.stopping.clear()
    yield
    work.stopping.clear()


class Form(HTMLParser):
    """What a browser would send of a page's form, and how many questions it asks."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.questions = 0
        self._select = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        self.questions += "data-question" in given
        if tag == "select":
            self._select = given["name"]
        elif tag == "option" and ("selected" in given or self._select not in self.sent):
            self.sent[self._select] = given["value"]
        elif tag == "input" and given.get("type") not in {"file", "hidden"}:
            self.sent[given["name"]] = given.get("value", "")


def send(client: Client, files: foreign.Files) -> Any:
    """The address of the page that the files lead to, or the page that refuses them."""
    answer = client.post("/schools/new/", {"file": [SimpleUploadedFile(name, data) for name, data in files]})
    return answer["Location"] if answer.status_code == 302 else answer


def brought(client: Client, files: foreign.Files, **answers: str) -> tuple[str, int]:
    """Send files, take every guess, give the answers; the page that follows, and how many questions were asked."""
    address = send(client, files)
    form = Form(client.get(address).content.decode())
    answer = client.post(address, form.sent | answers)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"], form.questions


@pytest.mark.parametrize("layout", [foreign.chinese_workbook, foreign.bilingual_files])
def test_a_county_goes_from_its_sheets_to_a_term(layout: Any) -> None:
    document = json.loads((SHARED / "n100.json").read_text())
    client = signed_in(person("scheduler", schedules=True))
    address, questions = brought(client, layout(document), **TERM)
    assert questions <= MOST_QUESTIONS
    page = client.get(address).content.decode()
    assert "Nothing is wrong" in page
    stored = client.post(address)
    term = Term.objects.get()
    assert stored["Location"] == f"/schools/{term.pk}/"
    assert not Draft.objects.exists()
    assert Headings.objects.exists()
    print(questions, term.starts_on, date.today())
