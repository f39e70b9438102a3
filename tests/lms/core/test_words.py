import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.words import first_words


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("短的", "短的"),
        ("先看运费和规则，再看人气。然后想一个好记的名字", "先看运费和规则，再看人气。"),
        ("从选平台到发第一单，一步一步来，不收加盟费也不买课", "从选平台到发第一单，一步一步来…"),
        ("Postage and rules first, crowds later", "Postage and…"),
        ("Well-known varieties of potatoes", "Well-known…"),
        ("Mix 3.5 kg of seed with ash", "Mix 3.5 kg of…"),
        ("先装好一个App再打开它的设置，选中文", "先装好一个App再打开它的设置…"),
        ("Incomprehensibilities", "Incomprehensibi…"),
    ],
)
def test_a_summary_is_cut_after_a_sentence_or_between_words(text: str, cut: str) -> None:
    assert first_words(text, 15) == cut


@given(st.text(max_size=60), st.integers(2, 40))
def test_what_is_cut_is_a_beginning_and_fits(text: str, length: int) -> None:
    shown = first_words(text, length)
    assert text.startswith(shown.removesuffix("…"))
    assert len(shown) <= length + 1
