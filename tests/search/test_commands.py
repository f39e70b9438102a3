import fcntl
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from courses.types import Cue
from search import services
from tests.factories import courses

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=io.StringIO(), **options)
    return out.getvalue()


def test_search_prints_the_document_of_the_contract() -> None:
    course = courses.course("开网店", summary="怎样上网卖货")
    courses.lesson(course, "选平台", cues=[Cue(3, 6, "先说网店的规则")])
    services.rebuild()
    found = json.loads(run("search", "網店", "--json"))
    assert list(found) == ["query", "total", "took_ms", "corrected", "results"]
    assert (found["query"], found["total"], found["corrected"]) == ("網店", 2, None)
    first, second = found["results"]
    assert list(first) == ["kind", "key", "title", "url", "score", "highlight", "cue"]
    assert first == first | {"kind": "course", "key": str(course.translation_key), "title": "开网店", "cue": None}
    assert second["cue"] == {"start_s": 3.0, "text": "先说网店的规则"}
    assert first["score"] > second["score"] > 0


def test_search_limits_and_prefers_a_language() -> None:
    course = courses.course("开网店")
    courses.alias(course)
    services.rebuild()
    found = json.loads(run("search", "网店", "--json", "--language", "en", "--limit", "1"))
    assert [result["url"] for result in found["results"]] == [course.url.replace("/courses/", "/en/courses/")]


@pytest.mark.parametrize("query", ["", "。", "\0", "\ud800", "'\"*", "土" * 9999])
def test_any_query_is_answered(query: str) -> None:
    services.rebuild()
    assert json.loads(run("search", query, "--json"))["results"] == []


@pytest.mark.parametrize("wrong", [["--limit", "0"], ["--limit", "x"], ["--backend", "x"], ["--language", "xx"], []])
def test_wrong_usage_is_refused(wrong: list[str]) -> None:
    with pytest.raises(CommandError):
        run("search", *(["q", *wrong] if wrong else []))


def test_rebuild_prints_what_it_counted() -> None:
    courses.lesson(courses.course("开网店"))
    assert "2 courses and lessons, " in run("rebuild_index")
    counted = json.loads(run("rebuild_index", "--json"))
    assert (counted["keys"], counted["replayed"]) == (2, 0)


def test_a_second_rebuild_at_once_is_refused_in_one_line(index_path: Path) -> None:
    index_path.parent.mkdir(parents=True)
    errors = io.StringIO()
    with (index_path.parent / "index.rebuild.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SystemExit) as ended:
            call_command("rebuild_index", stdout=io.StringIO(), stderr=errors)
    assert ended.value.code == 1
    assert errors.getvalue().startswith("error: rebuild_running: ")
    assert errors.getvalue().count("\n") == 1
