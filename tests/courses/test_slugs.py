import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.slugs import MAX_LENGTH, pinyin_slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("开网店", "kai-wang-dian"),
        ("第 1 课：Live 直播", "di-1-ke-live-zhi-bo"),
        ("女装", "nv-zhuang"),
        ("Opening a shop!", "opening-a-shop"),
        ("ＡＢＣ　１２", "abc-12"),
        ("。。。", "page"),
        ("", "page"),
    ],
)
def test_titles_become_slugs_that_any_keyboard_can_type(title: str, slug: str) -> None:
    assert pinyin_slug(title) == slug


@given(st.text(max_size=200))
def test_every_title_gives_a_short_slug_of_letters_digits_and_hyphens(title: str) -> None:
    slug = pinyin_slug(title)
    assert 0 < len(slug) <= MAX_LENGTH
    assert re.fullmatch(r"[a-z0-9_]+(-[a-z0-9_]+)*", slug)
