"""Requests that write are one transaction; requests that read take no lock."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file

from lms.accounts.models import User
from lms.core.middleware import AtomicWritesMiddleware

pytestmark = pytest.mark.django_db
View = Callable[..., HttpResponse]


def in_transaction(request: HttpRequest) -> HttpResponse:
    # Inside a test's own transaction, another one is a savepoint.
    return HttpResponse(str(len(connection.savepoint_ids) > 0))


def failing(request: HttpRequest) -> HttpResponse:
    Group.objects.create(name="half done")
    raise ValueError("as planned")


def answer(method: str, view: View) -> HttpResponse:
    middleware = AtomicWritesMiddleware(lambda request: HttpResponse())
    request = RequestFactory().generic(method, "/")
    return middleware.process_view(request, view, (), {}) or view(request)


@pytest.mark.parametrize(
    ("method", "atomic"), [("GET", "False"), ("HEAD", "False"), ("POST", "True"), ("PUT", "True"), ("DELETE", "True")]
)
def test_only_writing_requests_are_in_a_transaction(method: str, atomic: str) -> None:
    assert answer(method, in_transaction).content.decode() == atomic


def test_a_view_that_fails_leaves_nothing_behind() -> None:
    with pytest.raises(ValueError, match="as planned"):
        answer("POST", failing)
    assert not Group.objects.filter(name="half done").exists()


def test_a_view_may_keep_its_own_transactions() -> None:
    assert answer("POST", transaction.non_atomic_requests(in_transaction)).content == b"False"


def test_a_picture_that_the_store_did_not_take_is_said_and_leaves_nothing(settings: Settings) -> None:
    away = {"bucket_name": "pictures", "endpoint_url": "http://127.0.0.1:1", "access_key": "a", "secret_key": "b"}
    bucket = {"BACKEND": "lms.core.bucket.PrivateBucket", "OPTIONS": {**away, "base_url": "/files/"}}
    settings.STORAGES = {**settings.STORAGES, "default": bucket}
    trainer = Client(headers={"accept-language": "zh-hans"})
    trainer.force_login(User.objects.create_superuser("trainer"), "django.contrib.auth.backends.ModelBackend")
    picture = SimpleUploadedFile("tu.png", get_test_image_file().file.getvalue(), "image/png")
    answer = trainer.post("/admin/images/add/", {"title": "图", "file": picture})
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert "录像存储没有响应" in answer.text
    assert "返回" in answer.text
    assert not Image.objects.exists()


def test_nothing_stands_between_it_and_the_views() -> None:
    assert settings.MIDDLEWARE[-1].endswith("AtomicWritesMiddleware")
