from hypothesis import given
from hypothesis import strategies as st

from lms.core.ids import is_short_code, short_code, uuid7


def test_short_codes_are_six_digits_without_a_leading_zero() -> None:
    for _ in range(500):
        code = short_code()
        assert is_short_code(code)
        assert len(code) == 6
        assert code[0] != "0"


@given(st.integers(0, 5), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(place: int, change: int) -> None:
    code = short_code()
    digit = str((int(code[place]) + change) % 10)
    assert not is_short_code(code[:place] + digit + code[place + 1 :])


@given(st.integers(0, 4))
def test_two_swapped_digits_are_noticed(place: int) -> None:
    code = short_code()
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert swapped == code or not is_short_code(swapped)


@given(st.text())
def test_any_text_may_be_asked_about(text: str) -> None:
    is_short_code(text)


def test_uuid7_orders_by_time_and_says_its_version() -> None:
    made = [uuid7() for _ in range(100)]
    assert all(value.version == 7 for value in made)
    assert [value.int >> 80 for value in made] == sorted(value.int >> 80 for value in made)
