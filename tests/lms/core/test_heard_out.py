"""What a request still holds is read before its answer is given."""

from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import resolve

from lms.core import middleware
from lms.core.middleware import HeardOutMiddleware


def _asked(path: str, body: bytes, *, said: int | None = None) -> tuple[BytesIO, HttpResponse]:
    stream = BytesIO(body)
    request = WSGIRequest(
        {
            **RequestFactory().post(path).environ,
            "wsgi.input": stream,
            "CONTENT_LENGTH": str(said or len(body)),
        }
    )
    request.resolver_match = resolve(path)
    return stream, HeardOutMiddleware(_refuses)(request)


def _refuses(request: HttpRequest) -> HttpResponse:
    return HttpResponse("no", status=403)


def test_a_refused_form_is_read() -> None:
    stream, answer = _asked("/schools/new/", b"x" * 700_000)
    assert (answer.status_code, stream.read()) == (403, b"")


def test_so_is_one_that_breaks_off() -> None:
    stream, answer = _asked("/schools/new/", b"x" * 700, said=900)
    assert (answer.status_code, stream.read()) == (403, b"")


def test_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "HEARD_OUT", 1 << 18)
    stream, _ = _asked("/schools/new/", b"x" * 700_000)
    assert len(stream.read()) == 700_000 - (1 << 18)


def test_not_what_arrives_slowly() -> None:
    stream, answer = _asked("/admin/recordings/uploads/", b"x" * 700)
    assert (answer.status_code, len(stream.read())) == (403, 700)
