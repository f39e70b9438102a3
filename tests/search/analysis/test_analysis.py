import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import Kind, analyze, fold, terms

# Everything that can stand in a Python string, with what makes trouble more often than chance would.
HARD = st.sampled_from(
    "電商土豆豆ＡＢ１２①ﬁ㎏½İßéñ\u0301\u0308\u200b\u200d\u202e\ufe0f😀👩‍🌾\0\ud800\udfffｶﾞ가각ར\u0f72يئ'’-.,\n\t"
)
ANY_TEXT = st.text(st.one_of(st.characters(), HARD))


def texts(text: str, kind: Kind | None = None) -> list[str]:
    return [token.text for token in analyze(text) if kind is None or token.kind is kind]


@given(ANY_TEXT)
def test_any_text_can_be_analyzed_and_spans_lie_in_it(text: str) -> None:
    for token in analyze(text):
        assert 0 <= token.start < token.end <= len(text)
        assert token.text
        assert not any(letter.isspace() or letter in '"\0' for letter in token.text)


@given(ANY_TEXT)
def test_the_index_gets_the_tokens_that_have_places(text: str) -> None:
    assert terms(text) == texts(text)


@given(ANY_TEXT)
def test_folding_a_folded_text_changes_nothing_that_is_read(text: str) -> None:
    assert terms(fold(text).text) == terms(text)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)))
def test_simplified_and_traditional_are_one_script(text: str) -> None:
    assert fold(opencc.OpenCC("t2s").convert(text)).text == fold(text).text


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("电商直播带货", "電商直播帶貨"),
        ("土豆晚疫病怎么防治", "土豆晚疫病怎麼防治"),
        ("发展农业", "發展農業"),
        ("理发店", "理髮店"),
        ("开网店", "開網店"),
        ("面条和里面", "麵條和裡面"),
    ],
)
def test_a_query_in_the_other_script_has_the_same_tokens(simplified: str, traditional: str) -> None:
    assert terms(simplified) == terms(traditional)


def test_chinese_gives_characters_pairs_and_words() -> None:
    assert texts("马铃薯", Kind.CHARACTER) == ["马", "铃", "薯"]
    assert texts("马铃薯", Kind.PAIR) == ["马铃", "铃薯"]
    assert texts("马铃薯", Kind.WORD) == ["w马铃薯"]


def test_spans_lead_back_to_the_text_as_written() -> None:
    text = "①賣電\u200b商：ＬＩＶＥ　ｓｅｌｌｉｎｇ ﬁelds e\u0301levage"
    found = {token.text: text[token.start : token.end] for token in analyze(text)}
    assert found["电商"] == "電\u200b商"
    assert found["live"] == "ＬＩＶＥ"
    assert found["sell"] == "ｓｅｌｌｉｎｇ"
    assert found["field"] == "ﬁelds"
    assert found["elevag"] == "e\u0301levage"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("potatoes", "potato"),
        ("Selling", "sell"),
        ("café", "cafe"),
        ("the farmer's field", "farmer field"),
        ("ecommerce", "e-commerce"),
        ("１，０００", "1000"),
        ("٣٫٥ ٣", "3 5 3"),
        ("10kg", "10 KG"),
        ("㎏", "kg"),
    ],
)
def test_ways_of_writing_meet(one: str, other: str) -> None:
    assert set(terms(one)) <= set(terms(other))


def test_numbers_stay_whole() -> None:
    assert texts("pH 6.5，5G，3,000元", Kind.TERM) == ["ph", "6.5", "5g", "3000"]


@pytest.mark.parametrize("text", ["", " ", "。！？", "…—", "\0", "😀👩‍🌾", "\ud800", "\u202e\u200f", "the of and"])
def test_what_says_nothing_has_no_tokens(text: str) -> None:
    assert terms(text) == []


def test_scripts_written_from_right_to_left_give_their_words() -> None:
    assert terms("ئۇيغۇر تىلى") == ["ئۇيغۇر", "تىلى"]


def test_tibetan_gives_its_syllables_with_their_vowels() -> None:
    assert terms("བོད་ཡིག") == ["བོད", "ཡིག"]
