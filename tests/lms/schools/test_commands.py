"""The two commands: files in, files out, errors told as everywhere."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from tests.lms.schools.factories import instance, teacher


def saved(folder: Path, name: str, document: Any) -> str:
    (folder / name).write_text(json.dumps(document))
    return str(folder / name)


def test_a_plan_is_written_whole_and_passes_the_checker(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, made = saved(tmp_path, "in.json", instance()), str(tmp_path / "out.json")
    call_command("timetable", source, "--output", made, "--time-limit", "0.3", "--json")
    figures = json.loads(capsys.readouterr().out)
    assert (figures["coverage_percent"], figures["proven"]) == (100, True)
    call_command("check_timetable", source, made, "--json")
    assert json.loads(capsys.readouterr().out)["valid"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.json", "out.json"]


def test_a_repair_reads_the_previous_timetable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = instance(teachers=[teacher("T"), teacher("V")])
    source, made, again = saved(tmp_path, "in.json", document), str(tmp_path / "out.json"), str(tmp_path / "again.json")
    call_command("timetable", source, "--output", made, "--time-limit", "0.3")
    previous = json.loads(Path(made).read_text())
    events = [{"type": "teacher_away", "teacher": previous["streams"][0]["teacher"]}]
    repair = saved(tmp_path, "repair.json", {"previous": previous, "events": events})
    call_command("timetable", source, "--output", again, "--repair", repair, "--time-limit", "0.3")
    capsys.readouterr()
    call_command("check_timetable", source, again, "--repair", repair, "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["valid"]
    assert report["changes"] == {"forced_lessons": 1, "forced_replaced": 1, "other_moved": 0, "other_lost": 0}


@pytest.mark.parametrize(("content", "code"), [("{", "not_json"), ("[]", "wrong_type"), (None, "unreadable")])
def test_bad_input_is_told_and_the_old_output_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, code: str
) -> None:
    if content is not None:
        (tmp_path / "in.json").write_text(content)
    (tmp_path / "out.json").write_text("the plan of last term")
    with pytest.raises(SystemExit) as ended:
        call_command("timetable", str(tmp_path / "in.json"), "--output", str(tmp_path / "out.json"))
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(f"error: {code}: ")
    assert (tmp_path / "out.json").read_text() == "the plan of last term"


def test_an_output_without_a_folder_is_told_before_the_work(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = saved(tmp_path, "in.json", instance())
    with pytest.raises(SystemExit):
        call_command("timetable", source, "--output", str(tmp_path / "no" / "out.json"))
    assert capsys.readouterr().err.startswith("error: output_unusable: ")


def test_the_checker_names_what_is_broken_and_exits_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = saved(tmp_path, "in.json", instance())
    receiver = {"request": "R", "class": "G", "slots": [[1, 1]]}
    stream = {"teacher": "T", "subject": "music", "level": "a", "slots": [[3, 1]], "receivers": [receiver]}
    made = {"streams": [stream], "unmet": [], "coverage_percent": 100, "bound_percent": 100, "seconds": 0}
    with pytest.raises(SystemExit) as ended:
        call_command("check_timetable", source, saved(tmp_path, "out.json", made), "--json")
    assert ended.value.code == 1
    assert {one["rule"] for one in json.loads(capsys.readouterr().out)["violations"]} == {"H5", "H11"}


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"streams": 3}'])
def test_a_timetable_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str) -> None:
    (tmp_path / "out.json").write_text(content)
    with pytest.raises(SystemExit) as ended:
        call_command("check_timetable", saved(tmp_path, "in.json", instance()), str(tmp_path / "out.json"))
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith("error: unreadable: ")


WHOLE = {"teacher": "T", "subject": "music", "level": "a", "slots": [[1, 1]]}
FOLLOWS = {"request": "R", "class": "G", "slots": [[1, 1]]}


@pytest.mark.parametrize(
    ("streams", "happened", "told"),
    [
        ([{**WHOLE, "receivers": [FOLLOWS, FOLLOWS]}], [], "需求 “R” 排了两次"),
        ([{**WHOLE, "receivers": [{**FOLLOWS, "slots": []}]}], [], "“R” 的节次数目不同"),
        ([], [{"type": "earthquake"}], "“earthquake”；应为 teacher_away"),
        ([], [{"type": "teacher_away", "teacher": "X"}], "教师"),
    ],
)
def test_a_repair_that_cannot_be_used_is_told_in_the_sites_language(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], streams: list[Any], happened: list[Any], told: str
) -> None:
    source = saved(tmp_path, "in.json", instance())
    repair = saved(tmp_path, "repair.json", {"previous": {"streams": streams}, "events": happened})
    with pytest.raises(SystemExit) as ended:
        call_command("timetable", source, "--output", str(tmp_path / "out.json"), "--repair", repair)
    assert ended.value.code == 1
    assert told in capsys.readouterr().err


def test_the_checker_tells_in_the_sites_language_that_there_is_no_such_event(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = saved(tmp_path, "in.json", instance())
    made = saved(tmp_path, "out.json", {"streams": [], "unmet": []})
    repair = saved(tmp_path, "repair.json", {"previous": {"streams": []}, "events": [{"type": "earthquake"}]})
    with pytest.raises(SystemExit):
        call_command("check_timetable", source, made, "--repair", repair)
    assert capsys.readouterr().err == "error: unreadable: events：没有 earthquake 这种事件。\n"
