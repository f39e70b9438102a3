import gzip

import brotli
import pytest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from lms.core import pages
from lms.core.pages import CompressMiddleware, SharedPagesMiddleware, keep_fresh

PAGE = "<p>一课一课来</p>" * 60


def answer(
    path: str = "/courses/", *, response: HttpResponse | None = None, fresh: bool = False, **headers: str
) -> HttpResponse:
    """What the two middlewares make of a response."""

    def view(request: HttpRequest) -> HttpResponse:
        if fresh:
            keep_fresh(request)
        return HttpResponse(PAGE, headers={"Vary": "Accept-Language"}) if response is None else response

    request = RequestFactory().get(path, headers=headers)
    return CompressMiddleware(SharedPagesMiddleware(view))(request)


def test_a_page_may_be_kept_for_a_while_whatever_language_the_browser_prefers() -> None:
    page = answer()
    assert "public" in page["Cache-Control"]
    assert "max-age=60" in page["Cache-Control"]
    assert page["Vary"] == "Save-Data, ECT, Accept-Encoding"


def test_a_page_that_will_change_soon_is_asked_about_each_time() -> None:
    assert "no-cache" in answer(fresh=True)["Cache-Control"]


def test_a_page_says_how_long_it_is_after_it_was_squeezed() -> None:
    written = "<p>一课</p>\n\n      <p>一课来</p>" * 60
    page = answer(response=HttpResponse(written, headers={"Content-Length": str(len(written.encode()))}))
    assert len(page.content) < len(written.encode())
    assert page["Content-Length"] == str(len(page.content))


def test_an_unchanged_page_costs_no_body() -> None:
    page = answer(**{"Accept-Encoding": "gzip"})
    again = answer(**{"If-None-Match": page["ETag"], "Accept-Encoding": "gzip"})
    assert again.status_code == 304
    assert again.content == b""
    assert again["ETag"].removeprefix("W/") == page["ETag"].removeprefix("W/")


def test_what_is_personal_is_compressed_but_not_kept_in_memory() -> None:
    before = pages._smallest.cache_info()
    page = answer("/admin/pages/", **{"Accept-Encoding": "br"})
    assert brotli.decompress(page.content).decode() == PAGE
    assert pages._smallest.cache_info() == before


@pytest.mark.parametrize("path", ["/admin/pages/", "/api/v1/me", "/media/r/aa/voice.mp4"])
def test_what_is_personal_or_has_rules_of_its_own_is_left_alone(path: str) -> None:
    assert "Cache-Control" not in answer(path)


def test_a_page_that_depends_on_a_cookie_is_not_shared() -> None:
    assert "Cache-Control" not in answer(response=HttpResponse(PAGE, headers={"Vary": "Cookie"}))
    with_cookie = HttpResponse(PAGE)
    with_cookie.set_cookie("csrftoken", "x")
    assert "Cache-Control" not in answer(response=with_cookie)


@pytest.mark.parametrize(
    ("accepts", "coding"),
    [("br, gzip", "br"), ("gzip, deflate", "gzip"), ("gzip, br;q=0", "gzip"), ("identity", ""), ("", "")],
)
def test_text_is_compressed_as_the_browser_takes_it(accepts: str, coding: str) -> None:
    page = answer(**{"Accept-Encoding": accepts})
    assert page.get("Content-Encoding", "") == coding
    decode = {"br": brotli.decompress, "gzip": gzip.decompress}.get(coding, bytes)
    assert decode(page.content).decode() == PAGE


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(b"\0" * 4_000, content_type="video/mp4", status=206),
        StreamingHttpResponse([b"a" * 4_000], content_type="text/plain"),
    ],
)
def test_media_and_streams_keep_their_bytes(response: HttpResponse) -> None:
    made = answer("/media/r/aa/v48.mp4", response=response, **{"Accept-Encoding": "gzip, br"})
    assert "Content-Encoding" not in made
