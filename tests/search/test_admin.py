"""Wagtail's own search, through its views."""

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import Settings
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

from lms.accounts.models import User
from tests.factories import courses

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def index_follows_pages(settings: Settings) -> None:
    backends = settings.WAGTAILSEARCH_BACKENDS
    settings.WAGTAILSEARCH_BACKENDS = {"default": {**backends["default"], "AUTO_UPDATE": True}}


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(User.objects.create_superuser(username="editor", password="pass"))
    return client


def ask(client: Client, address: str, query: str) -> str:
    response = client.get(address, {"q": query})
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("query", ["电商", "電商", "商直播", "电商直播入门", "播", "ru", "Rumen"])
def test_the_page_search_finds_chinese(editor: Client, query: str) -> None:
    courses.course("农村电商直播入门 rumen")
    courses.course("种土豆")
    found = ask(editor, "/admin/pages/search/results/", query)
    assert "农村电商直播入门" in found
    assert "种土豆" not in found


def test_the_page_chooser_finds_chinese(editor: Client) -> None:
    courses.course("农村电商")
    courses.course("种土豆")
    found = ask(editor, "/admin/choose-page/search/", "电商")
    assert "农村电商" in found
    assert "种土豆" not in found


def test_pictures_and_documents_are_found_by_their_titles(editor: Client) -> None:
    Image.objects.create(title="电商主图", file=get_test_image_file())
    Image.objects.create(title="土豆叶子", file=get_test_image_file())
    Document.objects.create(title="电商合同", file=ContentFile(b"x", name="x.txt"))
    Document.objects.create(title="土豆账本", file=ContentFile(b"x", name="y.txt"))
    pictures = ask(editor, "/admin/images/results/", "电商")
    assert "电商主图" in pictures
    assert "土豆叶子" not in pictures
    documents = ask(editor, "/admin/documents/results/", "电商")
    assert "电商合同" in documents
    assert "土豆账本" not in documents


@pytest.mark.parametrize("query", ["。", '"', "'", "%", "%s", "a*", "NEAR(", "\\", '电商"', "OR", "-"])
def test_any_query_is_answered(editor: Client, query: str) -> None:
    courses.course("农村电商")
    ask(editor, "/admin/pages/search/results/", query)


def test_a_changed_title_is_found_at_once() -> None:
    page = courses.course("农村电商")
    page.title = "直播带货"
    page.save()
    search = get_search_backend().search
    assert [found.title for found in search("带货", Page)] == ["直播带货"]
    assert not list(search("电商", Page))
    assert [found.title for found in search("直播 带货", Page.objects.live())] == ["直播带货"]
