"""From a published page to a result, through the outbox as a worker runs it."""

from pathlib import Path
from typing import NoReturn

import pytest
from pytest_django.fixtures import Settings

from courses.types import Cue
from lms.core import outbox, work
from lms.core.clock import now
from search import selectors, services
from search.errors import IndexIncomplete
from search.types import SearchResults
from search.work import build_if_missing
from tests.factories import courses

pytestmark = pytest.mark.django_db


def do_the_work() -> None:
    while outbox.handle_next(now=now()):
        pass


def find(query: str, **values: object) -> SearchResults:
    return selectors.search(query, **{"language": "zh-hans", **values})  # type: ignore[arg-type]


def titles(query: str, **values: object) -> list[str]:
    return [result.title for result in find(query, **values).results]


def test_a_lesson_is_found_once_the_worker_heard_of_it() -> None:
    course = courses.course("开网店", summary="第一步")
    lesson = courses.lesson(course, "选择平台", text="比较運費和規則")
    do_the_work()
    assert titles("网店") == ["开网店", "选择平台"]
    assert titles("运费") == ["选择平台"]
    result = find("運費").results[0]
    assert (result.kind, result.key, result.url) == ("lesson", lesson.translation_key, lesson.url)
    assert [result.highlight[start:end] for start, end in result.marks] == ["運費"]
    assert result.course_title == "开网店"


def test_what_is_unpublished_deleted_or_made_private_is_not_found_any_more() -> None:
    course = courses.course("开网店")
    first, second = courses.lesson(course, "选择平台"), courses.lesson(course, "直播带货")
    do_the_work()
    first.unpublish()
    second.delete()
    do_the_work()
    assert titles("平台") == []
    assert titles("直播带货") == []
    courses.restrict(course)
    do_the_work()
    assert titles("网店") == []


def test_the_caption_that_was_spoken_is_named_with_its_time() -> None:
    course = courses.course("种土豆")
    cues = [Cue(0, 4, "大家好"), Cue(4, 9, "今天说晚疫病"), Cue(192, 200, "晚疫病的叶子背面有白霉")]
    courses.lesson(course, "看叶子", cues=cues)
    do_the_work()
    result = find("晚疫病的白霉").results[0]
    assert result.cue is not None
    assert (result.cue.start_s, result.cue.text) == (192, "晚疫病的叶子背面有白霉")
    assert find("叶子").results[0].title == "看叶子"


def test_topics_above_a_courses_own_narrow_the_results() -> None:
    courses.course("种土豆", topics=["crops"])
    courses.course("土豆上网卖", topics=[])
    do_the_work()
    found = find("土豆")
    assert found.total == 2
    slugs = [topic.slug for topic in found.topics]
    assert "crops" in slugs
    for slug in slugs:
        assert titles("土豆", topic=slug) == ["种土豆"]
    assert all(topic.title and topic.count == 1 for topic in found.topics)


def test_a_worker_builds_the_index_that_is_missing_once() -> None:
    work.stopping.clear()
    courses.course("开网店")
    assert titles("网店") == []
    assert build_if_missing(now=now())
    assert titles("网店") == ["开网店"]
    assert not build_if_missing(now=now())


def test_a_worker_that_is_told_to_end_leaves_no_half_of_an_index(index_path: Path) -> None:
    courses.course("开网店")
    work.stopping.set()
    try:
        assert not build_if_missing(now=now())
    finally:
        work.stopping.clear()
    assert not selectors.engine().ready()
    assert not index_path.exists()


def test_a_rebuild_gives_the_same_results_as_the_events() -> None:
    course = courses.course("开网店", topics=["crops"])
    courses.lesson(course, "选择平台")
    courses.alias(course)
    do_the_work()
    before = [find(query).results for query in ("网店", "平台")]
    rebuilt = services.rebuild()
    assert rebuilt.keys == 2
    assert [find(query).results for query in ("网店", "平台")] == before


def test_near_titles_are_named_when_nothing_was_found() -> None:
    courses.course("电商直播")
    do_the_work()
    assert titles("电伤") == []
    assert [result.title for result in selectors.near("电伤", language="zh-hans")] == ["电商直播"]


def test_a_build_that_failed_is_not_begun_anew_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    builds = []

    def fail(**values: object) -> NoReturn:
        builds.append(values)
        raise IndexIncomplete(1, 2)

    monkeypatch.setattr(services, "rebuild", fail)
    monkeypatch.setattr("search.work._rests_until", {})
    with pytest.raises(IndexIncomplete):
        build_if_missing(now=now())
    assert not build_if_missing(now=now())
    assert len(builds) == 1
    monkeypatch.setattr("search.work.RESTS_S", -1.0)
    monkeypatch.setattr("search.work._rests_until", {})
    for _ in range(2):
        with pytest.raises(IndexIncomplete):
            build_if_missing(now=now())


def test_what_was_noted_for_a_cluster_that_is_no_longer_named_is_forgotten(settings: Settings) -> None:
    settings.ELASTICSEARCH_URL = ""
    outbox.enqueue(topic=services.CLUSTER_CHANGED, subject=courses.course("开网店").translation_key)
    do_the_work()
    assert outbox.waiting(topic=services.CLUSTER_CHANGED) == 0
