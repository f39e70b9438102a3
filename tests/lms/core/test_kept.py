from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import brotli
import pytest
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from lms.core import kept
from lms.core.pages import MAX_AGE_S, KeptPagesMiddleware
from tests.factories import courses as factory

pytestmark = pytest.mark.django_db


Committed = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def committed(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> Committed:
    """Requests as if outside the test's transaction; what is done inside `with committed()` counts as committed."""
    monkeypatch.setattr(kept, "in_transaction", lambda: False)
    monkeypatch.setattr(KeptPagesMiddleware, "shelf", kept.Shelf())

    @contextmanager
    def commit() -> Iterator[None]:
        connection.run_on_commit.clear()  # what the factories before it left
        with django_capture_on_commit_callbacks(execute=True):
            yield

    return commit


def test_a_page_is_made_once_and_answered_again_with_one_query(
    committed: Committed, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    course = factory.course()
    first = client.get(course.url, headers={"accept-encoding": "br"})
    with django_assert_num_queries(1):
        again = client.get(course.url, headers={"accept-encoding": "br, gzip"})
    assert again.content == first.content
    assert dict(again.items()) == dict(first.items())
    assert "sha256-" in again["Content-Security-Policy"]


def test_each_coding_is_kept_apart(committed: Committed, client: Client) -> None:
    course = factory.course(title="种土豆")
    small = client.get(course.url, headers={"accept-encoding": "br"})
    plain = client.get(course.url)
    assert plain.content == brotli.decompress(small.content)
    assert "种土豆" in plain.content.decode()


def test_who_saves_data_has_a_copy_apart(committed: Committed, client: Client) -> None:
    course = factory.course()
    full = client.get(course.url)
    assert {"Save-Data", "ECT"} <= {name.strip() for name in full["Vary"].split(",")}
    assert full["Accept-CH"] == "ECT"
    with_link = client.get(course.url, headers={"ect": "2g"})
    assert client.get(course.url, headers={"save-data": "on", "ect": "4g"})["Vary"] == with_link["Vary"]
    assert len(KeptPagesMiddleware.shelf._pages) == 2


def test_a_kept_page_that_the_phone_has_costs_no_body(committed: Committed, client: Client) -> None:
    course = factory.course()
    first = client.get(course.url)
    again = client.get(course.url, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_what_is_published_is_seen_at_once_and_what_is_taken_back_is_gone(committed: Committed, client: Client) -> None:
    course = factory.course(title="种土豆")
    assert "种土豆" in client.get(course.url).content.decode()
    with committed():
        course.title = "种红薯"
        factory.publish(course)
    assert "种红薯" in client.get(course.url).content.decode()
    with committed():
        course.unpublish()
    assert client.get(course.url).status_code == 404


def test_a_page_closed_to_the_public_is_not_answered_from_what_was_kept(committed: Committed, client: Client) -> None:
    course = factory.course()
    assert client.get(course.url).status_code == 200
    with committed():
        factory.restrict(course)
    assert client.get(course.url).status_code != 200


def test_what_is_seen_inside_a_transaction_is_not_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = kept.Shelf()
    monkeypatch.setattr(KeptPagesMiddleware, "shelf", shelf)
    client.get(factory.course().url)
    assert not shelf._pages


def test_searches_and_forms_are_made_anew_each_time(committed: Committed, client: Client) -> None:
    client.get("/account/sign-in/")
    client.get("/search/", {"q": "土豆"})
    assert not KeptPagesMiddleware.shelf._pages


def test_a_shelf_gives_what_is_young_and_of_this_version_and_forgets_what_was_asked_for_longest_ago() -> None:
    shelf = kept.Shelf(most=2)
    page = kept.KeptPage(version=3, kept_at=100.0, headers={}, parts=(b"a",))
    for name in ("a", "b"):
        shelf.put((name,), page)
    assert shelf.get(("a",), version=3, not_before=100.0) == page
    assert shelf.get(("a",), version=4, not_before=100.0) is None
    assert shelf.get(("a",), version=3, not_before=100.0 + MAX_AGE_S) is None
    shelf.put(("c",), page)
    assert shelf.get(("b",), version=3, not_before=0) is None
    assert shelf.get(("a",), version=3, not_before=0) == page


def test_several_changes_of_one_transaction_count_once(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    connection.run_on_commit.clear()
    before = kept.version()
    with django_capture_on_commit_callbacks(execute=True):
        kept.changed()
        kept.changed()
    assert kept.version() == before + 1


def test_a_page_leaves_in_parts_that_can_be_read_one_by_one(committed: Committed, client: Client) -> None:
    course = factory.course(title="种土豆")
    url = course.url
    for answer in (client.get(url, headers={"accept-encoding": "br"}) for _ in range(2)):
        head, top, rest = list(answer)
        decompressor = brotli.Decompressor()
        first = decompressor.process(head).decode()
        assert "种土豆" in first
        assert "<style>" not in first
        assert "<h1>种土豆</h1>" in decompressor.process(top).decode()
        assert "</html>" in decompressor.process(rest).decode()
        assert int(answer["Content-Length"]) == len(head + top + rest)
        assert answer["X-Accel-Buffering"] == "no"
