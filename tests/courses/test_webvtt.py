import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.types import Cue
from courses.webvtt import MAX_BYTES, WebVTTError, decode, parse, write

SIMPLE = (
    "WEBVTT\n\n00:01.000 --> 00:04.500\n选好薯种\n\n"
    "2\n00:00:05.000 --> 00:00:07.250 align:start\n<v 老师>切块</v>&amp;拌灰\n第二行\n"
)


def test_reads_times_names_settings_tags_and_entities() -> None:
    assert parse(SIMPLE) == (Cue(1.0, 4.5, "选好薯种"), Cue(5.0, 7.25, "切块&拌灰\n第二行"))


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_any_line_ending_and_a_byte_order_mark_are_fine(newline: str) -> None:
    assert parse("\ufeff" + SIMPLE.replace("\n", newline)) == parse(SIMPLE)


def test_headers_notes_styles_and_regions_are_left_out() -> None:
    text = (
        "WEBVTT - 土豆\nKind: captions\nLanguage: zh\n\nNOTE\n00:09 is late\n\nSTYLE\n::cue { color: red }\n\n"
        "REGION\nid:a\n\n00:01.000 --> 00:02.000\n好\n\nNOTE end\n"
    )
    assert parse(text) == (Cue(1.0, 2.0, "好"),)


def test_cues_come_in_order_of_time_and_empty_ones_are_left_out() -> None:
    text = "WEBVTT\n\n00:05.000 --> 00:06.000\nb\n\n00:01.000 --> 00:02.000\na\n\n00:03.000 --> 00:04.000\n"
    assert [cue.text for cue in parse(text)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("1\n00:00:01,000 --> 00:00:02,000\nsrt", 1),
        ("WEBVTTX\n", 1),
        ("WEBVTT\n\n00:01.000 -> 00:02.000\na\n\n00:03.000 --> 00:04.000\nb", 3),
        ("WEBVTT\n\nname\n00:61.000 --> 00:62.000\na", 4),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\na", 3),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb", 5),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nlonely\n", 6),
        ("WEBVTT\n\n1:00.0 --> 00:02.000\na", 3),
        ("WEBVTT\n\n" + "0" * 5000 + ":00:01.000 --> 00:02.000\na", 3),
    ],
)
def test_what_is_wrong_is_named_by_its_line(text: str, line: int) -> None:
    with pytest.raises(WebVTTError) as caught:
        parse(text)
    assert caught.value.line == line
    assert str(caught.value.sentence)


def test_text_in_another_encoding_is_refused_at_its_line() -> None:
    with pytest.raises(WebVTTError) as caught:
        decode("WEBVTT\n\n00:01.000 --> 00:02.000\n土豆".encode("gb18030"))
    assert caught.value.line == 4


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(WebVTTError):
        decode(b"x" * (MAX_BYTES + 1))


words = (
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40)
    .map(str.strip)
    .filter(bool)
)
spans = st.tuples(st.integers(0, 4_000_000), st.integers(1, 100_000))


@given(st.lists(st.tuples(spans, st.lists(words, min_size=1, max_size=3)), max_size=8))
def test_what_is_written_is_read_again(items: list[tuple[tuple[int, int], list[str]]]) -> None:
    cues = [Cue(start / 1000, (start + length) / 1000, "\n".join(lines)) for (start, length), lines in items]
    assert parse(write(cues)) == tuple(sorted(cues, key=lambda cue: (cue.start_s, cue.end_s)))


@given(st.text(max_size=300))
def test_any_text_gives_cues_or_a_line_of_the_text(text: str) -> None:
    for source in (text, f"WEBVTT\n\n{text}"):
        try:
            for cue in parse(source):
                assert 0 <= cue.start_s < cue.end_s
                assert cue.text
        except WebVTTError as error:
            lines = source.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
            if not 1 <= error.line <= lines:
                pytest.fail(f"line {error.line} of {lines}")
