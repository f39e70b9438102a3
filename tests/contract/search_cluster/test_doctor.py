"""search_doctor and going back, on both engines."""

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from courses.models import CoursePage
from lms.core.models import OutboxEvent
from search import selectors, services
from tests.factories import courses

pytestmark = [pytest.mark.contract, pytest.mark.django_db]
Work = Callable[[], None]
BACKENDS = ["embedded", "elasticsearch"]


def doctor(backend: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    out, code = io.StringIO(), 0
    try:
        call_command("search_doctor", "--json", "--backend", backend, *arguments, stdout=out, stderr=io.StringIO())
    except SystemExit as ended:
        code = int(str(ended.code))
    return code, json.loads(out.getvalue())


def change_silently(page: CoursePage, **values: Any) -> str:
    """A change that no event tells of, as a hand in the database makes it."""
    CoursePage.objects.filter(pk=page.pk).update(**values)
    return str(page.translation_key)


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest, site: Settings, do_the_work: Work) -> str:
    """An engine whose index is whole."""
    do_the_work()
    services.rebuild(backend=request.param)
    return str(request.param)


def test_a_healthy_index_is_said_to_be_so(backend: str, do_the_work: Work) -> None:
    courses.lesson(courses.course("开网店"), "选平台")
    do_the_work()
    code, found = doctor(backend)
    assert code == 0
    assert found["healthy"]
    assert found["checked"] == 2


def test_missing_stale_and_superfluous_entries_are_found_and_repaired(backend: str, do_the_work: Work) -> None:
    pages = [courses.course(title) for title in ("开网店", "种土豆", "养鸡", "包装")]
    absent = courses.course("直播", live=False)
    do_the_work()
    stale = change_silently(pages[0], title="开网店新")
    superfluous = change_silently(pages[1], live=False)
    missing = change_silently(absent, live=True)
    code, found = doctor(backend)
    assert code == 1
    assert (found["stale"], found["superfluous"], found["missing"]) == ([stale], [superfluous], [missing])
    assert not found["changed_by_hand"]
    code, found = doctor(backend, "--repair")
    assert code == 0
    assert found["healthy"]
    assert [found[fault] for fault in ("stale", "superfluous", "missing")] == [[stale], [superfluous], [missing]]
    code, found = doctor(backend)
    assert (code, found["checked"], found["missing"], found["stale"], found["superfluous"]) == (0, 4, [], [], [])


def test_what_waits_in_the_outbox_is_no_fault(site: Settings, do_the_work: Work) -> None:
    services.rebuild()
    courses.course("开网店")
    code, found = doctor("elasticsearch")
    assert (code, found["missing"], found["waiting"]) == (0, [], 1)


def test_no_index_is_found_and_built(site: Settings) -> None:
    courses.course("开网店")
    for backend in BACKENDS:
        code, found = doctor(backend)
        assert (code, found["ready"]) == (1, False)
        code, found = doctor(backend, "--repair")
        assert (code, found["healthy"]) == (0, True)
    assert selectors.search("网店", language="zh-hans", backend="elasticsearch").total == 1


def test_a_field_added_by_hand_is_found_and_the_index_built_anew(site: Settings) -> None:
    courses.course("开网店")
    services.rebuild()
    live = selectors.elasticsearch().state().live
    cluster = selectors.elasticsearch().cluster
    cluster.ask(lambda client: client.indices.put_mapping(index=live, properties={"visitor": {"type": "keyword"}}))
    cluster.ask(lambda client: client.indices.put_settings(index=live, settings={"gc_deletes": "1s"}))
    code, found = doctor("elasticsearch")
    assert code == 1
    assert found["changed_by_hand"] == ["mappings.properties.visitor.type", "settings.gc_deletes"]
    code, found = doctor("elasticsearch", "--repair")
    assert (code, found["healthy"]) == (0, True)
    assert doctor("elasticsearch")[1]["changed_by_hand"] == []


def test_a_table_added_by_hand_to_the_embedded_index_is_found(site: Settings) -> None:
    services.rebuild(backend="embedded")
    with closing(sqlite3.connect(site.SEARCH_INDEX_PATH)) as connection:
        connection.execute("CREATE TABLE visitors (name TEXT)")
        connection.execute("DROP INDEX topics_by_slug")
    assert doctor("embedded")[1]["changed_by_hand"] == ["topics_by_slug", "visitors"]
    assert doctor("embedded", "--repair")[0] == 0
    assert doctor("embedded")[1]["changed_by_hand"] == []


def test_events_that_were_given_up_are_found_and_taken_up_again(site: Settings, do_the_work: Work) -> None:
    services.rebuild()
    courses.course("开网店")
    OutboxEvent.objects.update(parked=True, attempts=8)
    code, found = doctor("elasticsearch")
    assert (code, found["parked"], len(found["missing"])) == (1, 1, 1)
    assert doctor("elasticsearch", "--repair")[0] == 0
    assert selectors.search("网店", language="zh-hans").total == 1


def test_an_index_with_versions_of_another_database_is_built_anew(site: Settings, do_the_work: Work) -> None:
    page = courses.course("开网店")
    do_the_work()
    services.rebuild()
    selectors.elasticsearch().update({page.translation_key: 10**9}, services.documents)
    stale = change_silently(page, title="开网店新")
    assert doctor("elasticsearch")[1]["stale"] == [stale]
    assert doctor("elasticsearch", "--repair")[0] == 0
    assert doctor("elasticsearch")[0] == 0


def test_going_back_brings_the_index_before_up_to_date(backend: str, do_the_work: Work) -> None:
    courses.course("开网店")
    do_the_work()
    services.rebuild(backend=backend)
    services.rebuild(backend=backend)
    courses.course("网店包装")
    do_the_work()
    out = io.StringIO()
    call_command("rebuild_index", "--rollback", "--json", "--backend", backend, stdout=out, stderr=io.StringIO())
    assert json.loads(out.getvalue()) == {"rolled_back": True, "repaired": 1}
    assert selectors.search("网店", language="zh-hans", backend=backend).total == 2


def test_without_an_index_before_there_is_no_going_back(site: Settings) -> None:
    services.rebuild()
    errors = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("rebuild_index", "--rollback", stdout=io.StringIO(), stderr=errors)
    assert ended.value.code == 1
    assert errors.getvalue().startswith("error: no_previous_index: ")
