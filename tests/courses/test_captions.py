import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.captions import MAX_BYTES, CaptionsError, as_webvtt, decode, parse, write
from courses.captions.faults import SHOWN
from courses.types import Cue

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


SUBRIP = (
    "1\n00:00:01,000 --> 00:00:04,500\n<i>选好</i>薯种\n\n2\n00:00:05,000 --> 00:00:07,250 X1:10 X2:20\n"
    "{\\an8}切块\n第二行 & 3 < 4\n\n3\n\n"
)
ASS = """[Script Info]
; made by hand
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname
Style: Default,楷体

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,not said
Dialogue: 0,0:00:05.00,0:00:07.25,Default,,0,0,0,,{\\b1}切块{\\b0}，拌灰\\N第二行
Dialogue: 0,0:00:01.00,0:00:04.50,Default,老师,0,0,0,,选好\\h薯种
Dialogue: 0,0:00:08.00,0:00:09.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 0{\\p0}
"""


def test_subrip_is_read_and_kept_as_webvtt() -> None:
    assert parse(SUBRIP) == (Cue(1.0, 4.5, "选好薯种"), Cue(5.0, 7.25, "切块\n第二行 & 3 < 4"))
    assert parse(as_webvtt(SUBRIP)) == parse(SUBRIP)
    assert as_webvtt(SIMPLE) == SIMPLE


def test_ass_gives_its_words_and_times_without_styling_comments_and_drawings() -> None:
    assert parse(ASS) == (Cue(1.0, 4.5, "选好 薯种"), Cue(5.0, 7.25, "切块，拌灰\n第二行"))
    assert parse(as_webvtt(ASS)) == parse(ASS)


def test_no_text_is_no_captions() -> None:
    assert parse(" \n ") == ()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("no captions", [1]),
        ("WEBVTTX\n", [1]),
        ("WEBVTT\n\n00:01.000 -> 00:02.000\na\n\n00:03.000 --> 00:04.000\nb", [3]),
        ("WEBVTT\n\nname\n00:61.000 --> 00:62.000\na", [4]),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\na", [3]),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\na\n00:03.000 --> 00:04.000\nb", [5]),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\na\n\nlonely\n", [6]),
        ("WEBVTT\n\n1:00.0 --> 00:02.000\na", [3]),
        ("WEBVTT\n\n" + "0" * 5000 + ":00:01.000 --> 00:02.000\na", [3]),
        (
            "WEBVTT\n\n00:02.000 --> 00:01.000\na\n\nlonely\n\n00:03.000 --> 00:04.000\nb\n\n9\n00:5 --> 00:6\nc",
            [3, 6, 12],
        ),
        ("1\n00:00:01,000 --> 00:00:02,000\na\n\n2\n00:00:03,000 --> 00:00:02,000\nb\n\n3\n00:00:04 --> x\nc", [6, 10]),
        (
            "[Events]\nDialogue: 0,x,0:00:01.00,,,,,,,a\nDialogue: 0,0:00:02.00,0:00:01.00,,,,,,,b\nDialogue: 1",
            [2, 3, 4],
        ),
    ],
)
def test_every_line_that_is_wrong_is_named(text: str, lines: list[int]) -> None:
    with pytest.raises(CaptionsError) as caught:
        parse(text)
    assert [fault.line for fault in caught.value.faults] == lines
    assert all(str(line) in sentence for line, sentence in zip(lines, caught.value.sentences, strict=True))


def test_of_very_many_wrong_lines_the_first_are_told_and_how_many_more() -> None:
    with pytest.raises(CaptionsError) as caught:
        parse("WEBVTT\n\n" + "lonely\n\n" * (SHOWN + 5))
    assert len(caught.value.sentences) == SHOWN + 1
    assert "5" in caught.value.sentences[-1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_text_is_read_in_the_encodings_that_editors_save(encoding: str) -> None:
    assert parse(decode(SUBRIP.replace("选好薯种", "我们把土豆种到地里").encode(encoding)))[0].start_s == 1
    assert "土豆的种子" in decode("土豆的种子".encode(encoding))


def test_traditional_chinese_in_big5_is_told_from_gb18030() -> None:
    assert decode("我們把種子種到地裡，這樣就好了".encode("big5")) == "我們把種子種到地裡，這樣就好了"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xff\xff", 4),
        ("1\n00:00:01,000 --> 00:00:02,000\nça été".encode("latin-1"), 3),
        (b"\xff\xfea", 1),
        (b"x" * (MAX_BYTES + 1), 1),
    ],
    ids=["no encoding", "latin-1", "half of UTF-16", "too large"],
)
def test_what_cannot_be_decoded_is_refused_at_its_line(data: bytes, line: int) -> None:
    with pytest.raises(CaptionsError) as caught:
        decode(data)
    assert caught.value.faults[0].line == line


def test_a_pasted_text_has_a_limit_too() -> None:
    with pytest.raises(CaptionsError):
        parse("WEBVTT\n" + "x" * MAX_BYTES)


@pytest.mark.parametrize("piece", ["<c ", "{\\a", "<v.", "<0:"])
def test_two_megabytes_of_nothing_but_openings_are_read(piece: str) -> None:
    """In one pass: where each opening looked for its end through the text, this did not end within the suite."""
    words = piece * (MAX_BYTES // len(piece) - 20)
    assert parse("WEBVTT\n\n00:01.000 --> 00:02.000\n" + words)[0].text == words.strip()
    assert parse("1\n00:00:01,000 --> 00:00:02,000\n" + words)[0].text == words.strip()


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
    for source in (text, f"WEBVTT\n\n{text}", f"1\n00:00:01,000 --> 00:00:02,000\n{text}", f"[Events]\n{text}"):
        try:
            for cue in parse(source):
                assert 0 <= cue.start_s < cue.end_s
                assert cue.text
        except CaptionsError as error:
            lines = source.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
            if not all(1 <= fault.line <= lines for fault in error.faults):
                pytest.fail(f"{error.faults} of {lines}")
