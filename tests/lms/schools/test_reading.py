"""Bad input is refused with a code and a sentence that names the place."""

import copy
import gzip
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from lms.schools.scheduling.reading import MOST_BYTES, parse, read_instance
from lms.schools.scheduling.types import BadInput
from tests.lms.schools.factories import BELLS, instance, site, teacher

Change = Callable[[dict[str, Any]], Any]


def put(path: str, value: Any) -> Change:
    """A change that sets the value under `schools.0.bells`."""

    def change(document: dict[str, Any]) -> None:
        *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
        for part in way:
            document = document[part]  # type: ignore[index]
        document[last] = value  # type: ignore[index]

    return change


BAD: list[tuple[Change, str, str]] = [
    (put("format", "other/2"), "wrong_format", "format"),
    (put("term.week_start", "2026-09-08"), "bad_date", "term.week_start"),
    (put("term.week_start", "next week"), "bad_date", "term.week_start"),
    (put("schools.0.bells.0.start", "25:00"), "bad_time", "schools[0] “S”.bells[0].start"),
    (put("schools.0.bells.0.start", "8:00"), "bad_time", "start"),
    (put("schools.0.bells.0.start", "24:00"), "bad_time", "start"),
    (put("schools.0.bells.2.start", "23:50"), "bad_time", "period 3"),
    (put("schools.0.bells.0.minutes", 90), "periods_overlap", "periods 1 and 2"),
    (put("schools.0.bells.0.minutes", 0), "out_of_range", "minutes"),
    (put("schools.0.bells", []), "no_periods", "schools[0]"),
    (put("schools.0.timezone", "Asia/Atlantis"), "unknown_timezone", "Asia/Atlantis"),
    (put("schools.0.timezone", "../etc/passwd"), "unknown_timezone", "schools[0]"),
    (put("schools.0.timezone", "Asia"), "unknown_timezone", "schools[0]"),
    (put("schools.0.county", "nowhere"), "unknown_name", "nowhere"),
    (put("schools.0.remote_rooms", -1), "out_of_range", "remote_rooms"),
    (put("schools.0.remote_rooms", "1"), "wrong_type", "remote_rooms"),
    (put("schools.0.remote_rooms", True), "wrong_type", "remote_rooms"),
    (put("schools.0.avoid_periods", ["1"]), "wrong_type", "avoid_periods"),
    (put("schools", {}), "wrong_type", "schools"),
    (put("schools.0", 3), "wrong_type", "schools[0]"),
    (put("classes.0.open", [[1, 9]]), "no_such_slot", "classes[0] “G”.open"),
    (put("classes.0.open", [[6, 1]]), "no_such_slot", "weekdays"),
    (put("classes.0.open", [[1]]), "wrong_type", "open"),
    (put("classes.0.school", "S2"), "unknown_name", "S2"),
    (put("requests.0.class", 7), "wrong_type", "requests[0] “R”.class"),
    (put("requests.0.lessons_per_week", 0), "out_of_range", "lessons_per_week"),
    (put("requests.0.lessons_per_week", 1.5), "wrong_type", "lessons_per_week"),
    (put("requests.0.priority", -1), "out_of_range", "priority"),
    (put("lead_sites.0.scope", "world"), "wrong_value", "scope"),
    (put("teachers.0.free", [[1, 4]]), "no_such_slot", "teachers[0]"),
    (put("teachers.0.site", "S"), "unknown_name", "teachers[0]"),
    (put("rules.start_tolerance_minutes", "five"), "wrong_type", "start_tolerance_minutes"),
    (put("rules.weights", {"unmet_lesson": -1}), "out_of_range", "unmet_lesson"),
    (put("rules.one_lesson_per_day", 1), "wrong_type", "one_lesson_per_day"),
    (lambda document: document["teachers"].append(teacher("T")), "duplicate_id", "teachers[1]"),
    (lambda document: document["schools"].append(document["schools"][0]), "duplicate_id", "schools[1]"),
    (lambda document: document.pop("counties"), "missing_field", "counties"),
    (lambda document: document["teachers"][0].pop("max_receivers"), "missing_field", "max_receivers"),
    (
        put("lead_sites.0", {key: value for key, value in site("L").items() if key != "county"}),
        "missing_field",
        "county",
    ),
    (put("teachers.0.fixed_streams", [{"id": "F", "level": "a", "slots": [[1, 1]]}]), "contradiction", "free"),
    (
        put("teachers.0.fixed_streams", [{"id": f"F{at}", "level": "a", "slots": [[3, 1]]} for at in (1, 2)]),
        "contradiction",
        "F1",
    ),
    (put("teachers.0.fixed_streams", [{"id": "F", "level": "a", "slots": []}]), "contradiction", "no slots"),
]


@pytest.mark.parametrize(("change", "code", "told"), BAD)
def test_what_is_wrong_is_named_with_its_place(change: Change, code: str, told: str) -> None:
    document = copy.deepcopy(instance())
    change(document)
    with pytest.raises(BadInput) as refused:
        read_instance(document)
    assert refused.value.code == code
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"PK\x03\x04 a spreadsheet", "not_json"),
        (gzip.compress(b"{}", mtime=0)[:-4], "damaged_gzip"),
        (b"\x1f\x8b not really", "damaged_gzip"),
        (gzip.compress(bytes(MOST_BYTES + 1), mtime=0), "too_large"),
        (b" " * (MOST_BYTES + 1), "too_large"),
    ],
    ids=["empty", "cut", "utf-16", "nested", "a spreadsheet", "gzip cut", "no gzip", "a bomb", "long"],
)
def test_files_that_are_no_document_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(data, "county.json")
    assert refused.value.code == code


@pytest.mark.parametrize("document", [None, [], "text", 3])
def test_documents_that_are_no_object_are_refused(document: Any) -> None:
    with pytest.raises(BadInput):
        read_instance(document)


def test_unknown_fields_are_passed_over_and_prices_have_defaults() -> None:
    read = read_instance({**instance(), "remarks": "from the county"})
    assert read.rules.weights.unmet_lesson == 100
    assert [one.cost_per_lesson for one in read.rules.fairness] == [30, 60]


def test_a_gzipped_file_is_read_as_it_is() -> None:
    assert parse(gzip.compress(orjson.dumps(instance())), "county.json.gz") == instance()


def test_starts_are_compared_in_utc() -> None:
    place = site("L", timezone="Asia/Urumqi", bells=[{"start": "08:00", "minutes": 40}])
    read = read_instance(instance(lead_sites=[place], teachers=[teacher("T", free=[[1, 1]])]))
    assert read.lead_sites["L"].starts_s[1, 1] == read.schools["S"].starts_s[1, 3]
    assert BELLS[2]["start"] == "10:00"
