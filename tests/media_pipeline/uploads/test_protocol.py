import base64
import hashlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.uploads import protocol
from media_pipeline.uploads.refusals import BadHeader

KEYS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters=","), min_size=1, max_size=20)
NO_TEXT = st.characters(codec="utf-8")


def pair(key: str, value: str) -> str:
    encoded = base64.b64encode(value.encode()).decode()
    return f"{key} {encoded}".rstrip()  # a value may be empty, and its space with it


@given(st.dictionaries(KEYS, st.text(NO_TEXT, max_size=40), max_size=6), st.sampled_from([",", ", "]))
def test_metadata_is_read_as_it_was_written(about: dict[str, str], between: str) -> None:
    assert protocol.metadata(between.join(pair(*each) for each in about.items())) == about


@given(st.text(max_size=60))
def test_metadata_is_read_or_refused(text: str) -> None:
    with suppress(BadHeader):
        assert all(key and "," not in key for key in protocol.metadata(text))


@pytest.mark.parametrize("text", [None, "", "  "])
def test_metadata_may_be_missing(text: str | None) -> None:
    assert protocol.metadata(text) == {}


@pytest.mark.parametrize("text", ["a YQ==,", ",a YQ==", "a YQ==,a Yg==", "ä YQ==", "a Y", "a gICA", "a YQ== YQ=="])
def test_broken_metadata_is_refused(text: str) -> None:
    with pytest.raises(BadHeader):
        protocol.metadata(text)


@given(st.integers(0, 1 << 62))
def test_a_number_is_read(value: int) -> None:
    assert protocol.number("Upload-Offset", str(value)) == value


@pytest.mark.parametrize("text", [None, "", "-1", "+1", " 1", "1 ", "0x1", "1.0", "١", "9" * 19, "9" * 400])
def test_what_is_no_number_is_refused(text: str | None) -> None:
    with pytest.raises(BadHeader):
        protocol.number("Upload-Offset", text)


@given(st.sampled_from(sorted(protocol.ALGORITHMS)), st.binary(max_size=40))
def test_a_checksum_is_read(algorithm: str, data: bytes) -> None:
    digest = hashlib.new(algorithm, data).digest()
    said = f"{algorithm} {base64.b64encode(digest).decode()}"
    assert protocol.checksum(said) == protocol.Checksum(algorithm, digest)


@pytest.mark.parametrize("text", ["", "sha1", "sha1 ", "md5 AAAA", "sha256 AAAA", "sha1 ???", "sha1AAAA"])
def test_a_checksum_that_cannot_be_checked_is_refused(text: str) -> None:
    with pytest.raises(BadHeader):
        protocol.checksum(text)


def test_without_a_checksum_there_is_none_to_check() -> None:
    assert protocol.checksum(None) is None
