import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import Kind
from search.queries import LARGE, LONGEST, MOST_TERMS, Term, idf, parse, weigh


@given(st.text())
def test_any_text_is_a_query(text: str) -> None:
    query = parse(text)
    assert len(query.terms) <= MOST_TERMS
    assert all(term.weight > 0 for term in query.terms)


@pytest.mark.parametrize("text", ["", "   ", "。，！", "...", "\0", "the"])
def test_what_says_nothing_has_no_terms(text: str) -> None:
    assert parse(text).terms == ()


def test_a_term_that_is_typed_twice_weighs_twice() -> None:
    once, twice = parse("apple"), parse("apple, Apples")
    assert once.terms == (Term("appl", Kind.TERM, 1.0),)
    assert twice.terms == (Term("appl", Kind.TERM, 2.0),)


def test_characters_weigh_less_than_pairs() -> None:
    weights = {term.text: term.weight for term in parse("种薯").terms}
    assert weights["种"] < weights["种薯"]


def test_a_very_long_text_is_read_to_a_limit() -> None:
    assert len(parse("土豆 种植" * 5000).text) <= LONGEST


def test_a_rarer_term_tells_more_and_none_tells_less_than_nothing() -> None:
    values = [idf(n, 100) for n in range(1, 101)]
    assert values == sorted(values, reverse=True)
    assert values[-1] > 0
    assert idf(3, 100) == pytest.approx(math.log(1 + 97.5 / 3.5))


def test_terms_that_no_document_has_are_not_looked_for() -> None:
    weighed = weigh(parse("apple banana"), {"appl": 2}, 10)
    assert [term.text for term in weighed.telling] == ["appl"]


def test_characters_only_add_to_what_pairs_found() -> None:
    weighed = weigh(parse("种薯"), {"种": 5, "薯": 3, "种薯": 2}, 10)
    assert [term.text for term in weighed.telling] == ["种薯"]
    assert [term.text for term in weighed.others] == ["种", "薯"]


def test_a_single_character_is_looked_for_by_itself() -> None:
    assert [term.text for term in weigh(parse("薯"), {"薯": 3}, 10).telling] == ["薯"]


def test_loosely_characters_are_looked_for_too() -> None:
    assert {term.text for term in weigh(parse("种薯"), {"薯": 3}, 10, loose=True).telling} == {"薯"}


def test_a_small_school_keeps_every_term_a_large_one_drops_what_tells_little() -> None:
    query = parse("apple banana")
    small = weigh(query, {"appl": 2, "banana": LARGE // 2}, LARGE)
    large = weigh(query, {"appl": 2, "banana": LARGE}, 2 * LARGE)
    assert len(small.telling) == 2
    assert [term.text for term in large.telling] == ["appl"]


def test_a_query_of_common_words_only_is_still_answered_in_a_large_school() -> None:
    query = parse("apple banana")
    assert weigh(query, {"appl": LARGE, "banana": LARGE}, 2 * LARGE).telling
