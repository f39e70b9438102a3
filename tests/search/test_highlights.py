import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.highlights import PASSAGE, Finder
from search.queries import parse
from tests.factories.search import make_cues

WORDS = st.text(st.sampled_from("土豆電商种薯病 。\nab Potato１\u200b\ud800ﬁ"), max_size=300)


def found(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in Finder(parse(query), {}).spans(text)]


@given(WORDS, WORDS)
def test_spans_lie_in_the_text_and_follow_each_other(query: str, text: str) -> None:
    finder = Finder(parse(query), {})
    passage = finder.passage([text])
    for shown, spans in ((text, finder.spans(text)), (passage.text, passage.marks)):
        places = [place for span in spans for place in span]
        assert places == sorted(places)
        assert all(0 <= start < end <= len(shown) for start, end in spans)
    assert len(passage.text) <= PASSAGE + 2
    assert "\n" not in passage.text


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("电商", "做電商，做电商", ["電商", "电商"]),
        ("selling potatoes", "How he SELLS a potato", ["SELLS", "potato"]),
        ("土豆种植", "土豆种植技术：种植土豆", ["土豆种植", "种植土豆"]),
        ("live", "ＬＩＶＥ 直播", ["ＬＩＶＥ"]),
        ("薯", "马铃薯和红薯", ["薯", "薯"]),
        ("马铃薯", "红薯不是马铃薯", ["马铃薯"]),
    ],
)
def test_words_are_marked_as_they_are_written(query: str, text: str, words: list[str]) -> None:
    assert found(query, text) == words


def test_the_passage_is_the_one_that_tells_most() -> None:
    text = "土豆好吃。" + "无关的话。" * 60 + "土豆的晚疫病要早防。" + "还有别的。" * 60
    passage = Finder(parse("土豆晚疫病"), {}).passage([text])
    assert passage.text.startswith("…土豆的晚疫病要早防。")
    assert passage.text.endswith("…")
    assert [passage.text[start:end] for start, end in passage.marks] == ["土豆", "晚疫病"]


def test_without_a_word_the_beginning_is_shown() -> None:
    passage = Finder(parse("电商"), {}).passage(["", "第一行\n第二行"])
    assert (passage.text, passage.marks) == ("第一行 第二行", ())


def test_a_query_without_terms_marks_nothing() -> None:
    assert found("。", "。土豆。") == []


def test_the_caption_that_tells_most_is_chosen_the_first_of_equals() -> None:
    cues = make_cues("先说土豆", "土豆和\n晚疫病", "晚疫病和土豆", "再见")
    hit = Finder(parse("土豆晚疫病"), {}).cue(cues)
    assert hit is not None
    assert (hit.start_s, hit.text) == (10.0, "土豆和 晚疫病")
    assert Finder(parse("电商"), {}).cue(cues) is None
