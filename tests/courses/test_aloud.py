"""What the simple view says has been read, in every language that is shown."""

import pytest
from django.test import Client
from django.utils.translation import override

from courses import aloud

MOST_BYTES = 8_000
pytestmark = pytest.mark.django_db


def test_all_words_are_recorded_in_few_bytes_and_nothing_else_is() -> None:
    said: set[str] = set()
    for language in ("zh-hans", "zh-hant", "en"):
        with override(language):
            said |= {aloud.file_name(str(words)) for words in aloud.WORDS.values()}
    assert {path.name for path in aloud.FOLDER.iterdir()} == said
    for path in aloud.FOLDER.iterdir():
        assert path.read_bytes().startswith(b"OggS")
        assert path.stat().st_size <= MOST_BYTES


def test_words_that_nobody_has_read_have_no_recording(client: Client) -> None:
    assert aloud.recording("Words that nobody has read.") is None
    page = client.get("/simple/").content.decode()
    assert page.count('data-recorded="/static/courses/aloud/') == len(aloud.WORDS)
