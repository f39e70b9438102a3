"""The page of results, as a browser without JavaScript sees it."""

import logging
from urllib.parse import quote

import pytest
from django.test import Client

from courses.models import ShortCode
from search import services
from tests.factories import courses

pytestmark = pytest.mark.django_db


def ask(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_results_have_their_words_marked_as_written(client: Client) -> None:
    course = courses.course("開網店入門", summary="第一步")
    courses.lesson(course, "选平台")
    services.rebuild()
    page = ask(client, "/search/?q=网店")
    assert page.count("data-result") == 2
    assert "<mark>網店</mark>" in page
    assert course.url in page


def test_the_page_without_a_query_asks_for_one(client: Client) -> None:
    page = ask(client, "/search/")
    assert 'name="q"' in page
    assert "data-result" not in page


def test_search_speaks_english_under_its_prefix(client: Client) -> None:
    services.rebuild()
    response = client.get("/en/search/?q=nothing-of-the-kind")
    assert response.status_code == 200
    assert 'lang="en"' in response.content.decode()
    assert response.context["language"] == "en"


@pytest.mark.parametrize("written", ["{}", " {} ", "{:.3} {:.0}", "{}."])
def test_a_lesson_number_leads_to_its_lesson(client: Client, written: str) -> None:
    course = courses.course("开网店")
    code = ShortCode.objects.get(key=course.translation_key).code
    response = client.get(
        "/search/", {"q": written.format(code, code) if "3}" not in written else f"{code[:3]} {code[3:]}"}
    )
    assert (response.status_code, response.headers["Location"]) == (302, course.url)


def test_a_number_may_be_typed_in_full_width_digits(client: Client) -> None:
    course = courses.course("开网店")
    code = ShortCode.objects.get(key=course.translation_key).code
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert client.get("/search/", {"q": f"　{wide}　"}).headers["Location"] == course.url


def test_six_digits_that_are_no_number_are_looked_for(client: Client) -> None:
    services.rebuild()
    ask(client, "/search/?q=123456")


def test_a_wrong_number_is_answered_in_the_words_of_its_own_address(client: Client) -> None:
    searched, opened = client.get("/search/?q=168967").text, client.get("/168967/").text
    for words in ("没有这个课号", "可能错了一位", '<form class="code"'):
        assert words in searched
        assert words in opened


def test_pages_hold_ten_results_and_any_page_number_shows_some(client: Client) -> None:
    for number in range(12):
        courses.course(f"土豆 {number}")
    services.rebuild()
    assert ask(client, "/search/?q=土豆").count("data-result") == 10
    second = ask(client, "/search/?q=土豆&page=2")
    assert second.count("data-result") == 2
    assert client.get("/search/?q=土豆").context["page_count"] == 2
    for number in ("0", "-1", "x", "9" * 30, "", "２", "1.5", "%00", "4"):
        response = client.get(f"/search/?q=土豆&page={number}")
        assert response.status_code == 200, number
        assert response.context["page"] in {1, 2}, number
        assert response.context["results"].results, number


def test_any_bytes_are_answered(client: Client) -> None:
    courses.course("开网店")
    services.rebuild()
    odd = ["%00", "%ff%fe", "%ed%a0%80", "%22", "%F0%9F%A5%94", "%E2%80%AE", "a" * 3000, "%25%s{{7*7}}", "%3Cscript%3E"]
    for raw in odd:
        page = ask(client, f"/search/?q={raw}")
        assert "<script>" not in page.replace("<script>(", ""), raw
        ask(client, f"/search/?q={raw}&topic={raw}&page={raw}")


def test_nothing_found_helps_on(client: Client) -> None:
    courses.course("电商直播", topics=["crops"])
    services.rebuild()
    response = client.get("/search/?q=" + quote("电伤"))
    assert response.status_code == 200
    assert [result.title for result in response.context["near"]] == ["电商直播"]
    assert response.context["topics"]


def test_an_unknown_topic_finds_nothing(client: Client) -> None:
    courses.course("电商直播")
    services.rebuild()
    assert "data-result" not in ask(client, "/search/?q=电商&topic=no-such-topic")


def test_a_missing_or_broken_index_is_no_error(client: Client, index_path) -> None:  # type: ignore[no-untyped-def]
    courses.course("电商直播")
    ask(client, "/search/?q=电商")
    services.rebuild()
    index_path.resolve().write_bytes(b"no database at all" * 1000)
    assert "data-result" not in ask(client, "/search/?q=电商")
    services.rebuild()
    assert "data-result" in ask(client, "/search/?q=电商")


def test_queries_are_not_written_to_logs(client: Client, caplog: pytest.LogCaptureFixture, index_path) -> None:  # type: ignore[no-untyped-def]
    services.rebuild()
    with caplog.at_level(logging.DEBUG):
        ask(client, "/search/?q=" + quote("私密的话"))
        index_path.resolve().write_bytes(b"no database at all" * 1000)
        ask(client, "/search/?q=" + quote("私密的话"))
    assert "私密" not in caplog.text.replace(quote("私密的话"), "")


def test_results_are_asked_for_each_time(client: Client) -> None:
    assert "no-cache" in client.get("/search/?q=电商").headers["Cache-Control"]


def test_a_result_page_takes_few_queries(client: Client, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    for number in range(12):
        courses.course(f"土豆 {number}")
    services.rebuild()
    with django_assert_max_num_queries(10):
        ask(client, "/search/?q=土豆")


def test_only_reading_is_allowed(client: Client) -> None:
    assert client.post("/search/").status_code == 405
