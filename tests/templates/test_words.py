"""Sizes, times and marks as templates say them."""

import pytest
from babel.messages import pofile
from django.conf import settings
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lms.core import sizes
from lms.core.templatetags import fieldschool


@pytest.mark.parametrize(
    ("size_bytes", "zh", "en"),
    [
        (40_000, "不到 0.1 兆", "under 0.1 MB"),
        (1_240_000, "约 1.2 兆", "about 1.2 MB"),
        (1_990_000, "约 2 兆", "about 2 MB"),
        (3_400_000, "约 3 兆", "about 3 MB"),
    ],
)
def test_data_is_said_in_the_readers_words(size_bytes: int, zh: str, en: str) -> None:
    with translation.override("zh-hans"):
        assert sizes.data_size(size_bytes) == zh
    with translation.override("en"):
        assert sizes.data_size(size_bytes) == en


def test_the_data_tag_says_length_and_data_and_leaves_out_what_is_not_known() -> None:
    with translation.override("zh-hans"):
        assert sizes.data_tag(size_bytes=3_000_000, duration_s=480) == "8 分钟 · 约 3 兆流量"
        assert sizes.data_tag(size_bytes=None, duration_s=480) == "8 分钟"
        assert sizes.data_tag(size_bytes=None, duration_s=None) == ""
        assert [sizes.quality_label(name) for name in ("voice", "slides", "v48", "v100", "v250", "x")] == [
            "只听", "幻灯", "省流量", "清晰", "高清", "x",
        ]  # fmt: skip


@given(st.integers(1, 10**12), st.floats(0.1, 10**6))
def test_a_data_tag_never_reads_as_a_fee(size_bytes: int, duration_s: float) -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words = sizes.data_tag(size_bytes=size_bytes, duration_s=duration_s)
        assert not set("价元¥￥$") & set(words)


def test_found_words_are_marked_in_the_text_as_written() -> None:
    assert fieldschool.marked("土豆 & <b>", [(0, 2)]) == "<mark>土豆</mark> &amp; &lt;b&gt;"


@given(st.text(), st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40))))
def test_any_spans_over_any_text_give_safe_html_with_all_of_the_text(text: str, spans: list[tuple[int, int]]) -> None:
    from html import unescape

    made = fieldschool.marked(text, spans)
    assert unescape(made.replace("<mark>", "").replace("</mark>", "")) == unescape(text) or "&" in text
    assert made.count("<mark>") == made.count("</mark>")
    assert "<script" not in made


@pytest.mark.parametrize(
    ("path", "is_one"),
    [("/317045/", True), ("/en/317045/", True), ("/31704/", False), ("/courses/317045/", False), ("", False)],
)
def test_the_address_of_a_number_is_known_by_its_form(path: str, is_one: bool) -> None:
    assert fieldschool.is_number(path) is is_one


@pytest.mark.parametrize("room", ["templates", "lms/core"])
def test_everything_the_site_says_has_its_chinese(room: str) -> None:
    with (settings.BASE_DIR / room / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = pofile.read_po(file, locale="zh_Hans")
    missing = [message.id for message in catalogue if message.id and (not message.string or message.fuzzy)]
    assert missing == []
