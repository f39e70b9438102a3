import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_pipeline.ranges import Span, Unsatisfiable, span


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("bytes=0-0", Span(0, 0)),
        ("bytes=0-99", Span(0, 99)),
        ("bytes=10-", Span(10, 99)),
        ("bytes=10-5000", Span(10, 99)),
        ("bytes=-1", Span(99, 99)),
        ("bytes=-5000", Span(0, 99)),
        ("Bytes = 1-2", Span(1, 2)),
        ("bytes=0-9223372036854775807", Span(0, 99)),
    ],
)
def test_one_range_is_cut_to_the_file(header: str, wanted: Span) -> None:
    assert span(header, 100) == wanted


@pytest.mark.parametrize(
    "header", ["", "bytes", "bytes=", "bytes=-", "bytes=5-4", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", "bytes=+1-2",
               "bytes=１-２", "bytes=0-1 2", "bytes=1-2-3", "bytes=" + "9" * 5000 + "-"],
)  # fmt: skip
def test_what_is_no_single_range_is_answered_with_the_whole_file(header: str) -> None:
    assert span(header, 100) is None


@pytest.mark.parametrize("header", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=9999999999-"])
def test_a_range_beyond_the_end_cannot_be_satisfied(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        span(header, 100)


@given(st.text(alphabet="bytes=0123456789-, \t", max_size=40) | st.text(max_size=40), st.integers(1, 10**12))
def test_any_header_gives_bytes_of_the_file_or_a_plain_no(header: str, size: int) -> None:
    try:
        found = span(header, size)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found.first <= found.last < size


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 150))
def test_a_range_holds_exactly_the_bytes_that_are_asked_for_and_exist(first: int, last: int, size: int) -> None:
    asked = {byte for byte in range(size) if first <= byte <= last}
    try:
        found = span(f"bytes={first}-{last}", size)
    except Unsatisfiable:
        assert first >= size
        return
    if found is None:
        assert last < first
    else:
        assert set(range(found.first, found.last + 1)) == asked
        assert found.length == len(asked)
