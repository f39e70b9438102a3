import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from PIL import Image as Pillow

from courses import services
from courses.catalogue import RecordRefused
from courses.models import CoursePage, LessonPage, ShortCode, Topic
from lms.core.errors import FieldschoolError
from media_pipeline import services as media_services
from media_pipeline.adapters.storage import sources
from media_pipeline.models import Asset
from media_pipeline.testing import recording

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 8, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
SPOKEN = {"language": "bo", "voice": "text.mp4"}


def record(**fields: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "id": "potato-1",
        "title": "土豆种植",
        "summary": "从选种到收获。",
        "topic": "crops",
        "audience": ["growers", "妇女"],
        "language": "zh-Hans",
        "lessons": [
            {
                "title": "选种",
                "body": "选脱毒种薯。\n\n切块后拌灰 <b>",
                "transcript": [{"start_s": 0, "end_s": 2.5, "text": "选好薯种"}],
                "video": None,
            },
            {"title": "播种", "body": "", "transcript": None, "video": None},
        ],
    }
    return {**base, **fields}


def take(base: Path, publish: bool = True, **fields: Any) -> services.Imported:
    return services.import_course(record=record(**fields), publish=publish, base=base, now=NOW)


def lessons(page: CoursePage) -> list[Any]:
    return list(LessonPage.objects.child_of(page).order_by("path"))


def test_a_record_becomes_a_published_course_with_its_lessons(tmp_path: Path) -> None:
    imported = take(tmp_path)
    page = CoursePage.objects.get(translation_key=imported.key, locale__language_code="zh-hans")
    assert imported.status == "created"
    assert (page.live, page.title, page.slug) == (True, "土豆种植", "tu-dou-zhong-zhi")
    assert [topic.slug for topic in page.topics.all()] == ["crops"]
    assert {audience.slug for audience in page.audiences.all()} == {"growers", "women"}
    first, second = lessons(page)
    assert (first.title, second.title, first.live) == ("选种", "播种", True)
    assert first.cues[0].text == "选好薯种"
    assert first.body[0].value.source == "<p>选脱毒种薯。</p><p>切块后拌灰 &lt;b&gt;</p>"
    assert ShortCode.objects.filter(key=first.translation_key).exists()


def test_the_same_record_again_changes_nothing(tmp_path: Path) -> None:
    take(tmp_path)
    before = [(page.pk, page.latest_revision_id) for page in CoursePage.objects.all()]
    before += [(page.pk, page.latest_revision_id) for page in LessonPage.objects.all()]
    assert take(tmp_path).status == "unchanged"
    after = [(page.pk, page.latest_revision_id) for page in CoursePage.objects.all()]
    after += [(page.pk, page.latest_revision_id) for page in LessonPage.objects.all()]
    assert before == after


def test_a_changed_record_updates_its_course_and_keeps_keys_and_numbers(tmp_path: Path) -> None:
    key = take(tmp_path).key
    page = CoursePage.objects.get(translation_key=key, alias_of=None)
    before = [lesson.translation_key for lesson in lessons(page)]
    swapped = [{"title": "播种", "body": "浅一点"}, {"title": "选种薯", "body": ""}, {"title": "施肥", "body": ""}]
    assert take(tmp_path, title="土豆高产", lessons=swapped).status == "updated"
    page.refresh_from_db()
    after = lessons(page)
    assert page.title == "土豆高产"
    assert [lesson.title for lesson in after] == ["播种", "选种薯", "施肥"]
    assert after[0].translation_key == before[1]
    assert after[1].translation_key == before[0]
    assert len({lesson.translation_key for lesson in after}) == 3


def test_lessons_that_left_the_record_are_unpublished_not_deleted(tmp_path: Path) -> None:
    key = take(tmp_path).key
    take(tmp_path, lessons=[{"title": "选种", "body": ""}])
    page = CoursePage.objects.get(translation_key=key, alias_of=None)
    assert [(lesson.title, lesson.live) for lesson in lessons(page)] == [("选种", True), ("播种", False)]


def test_without_publish_drafts_are_made_and_a_later_publish_takes_them(tmp_path: Path) -> None:
    key = take(tmp_path, publish=False).key
    assert not CoursePage.objects.filter(live=True).exists()
    assert not LessonPage.objects.filter(live=True).exists()
    assert take(tmp_path).status == "updated"
    assert CoursePage.objects.get(translation_key=key, alias_of=None).live
    assert LessonPage.objects.filter(live=True, alias_of=None).count() == 2


def test_other_languages_show_the_original_until_they_have_their_own(tmp_path: Path) -> None:
    key = take(tmp_path).key
    alias = CoursePage.objects.get(translation_key=key, locale__language_code="en")
    assert alias.alias_of is not None
    assert alias.live
    english = [{"title": "Seed potatoes", "body": "Take healthy ones."}, {"title": "Planting", "body": ""}]
    imported = take(tmp_path, language="en", title="Growing potatoes", summary="From seed to harvest.", lessons=english)
    assert imported.key == key
    page = CoursePage.objects.get(translation_key=key, locale__language_code="en")
    assert (page.alias_of_id, page.title) == (None, "Growing potatoes")
    chinese = CoursePage.objects.get(translation_key=key, locale__language_code="zh-hans")
    assert chinese.title == "土豆种植"
    pairs = zip(lessons(chinese), lessons(page), strict=True)
    assert all(zh.translation_key == en.translation_key for zh, en in pairs)
    assert [lesson.title for lesson in lessons(page)] == ["Seed potatoes", "Planting"]
    assert ShortCode.objects.count() == 3


def test_a_translation_may_show_the_recording_in_the_language_it_is_spoken_in(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(recording())
    take(tmp_path, lessons=[{"title": "选种", "body": "", "video": "a.mp4"}])
    lesson = {"title": "Seed potatoes", "body": "", "video": "a.mp4", "video_language": "zh"}
    take(tmp_path, language="en", title="Growing potatoes", lessons=[lesson])
    assert {page.asset_id for page in LessonPage.objects.all()} == {Asset.objects.get(language="zh").id}


def test_recordings_and_pictures_are_found_beside_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").write_bytes(recording())
    Pillow.new("RGB", (640, 480), "green").save(tmp_path / "step.png")
    lesson = {"title": "拍照", "body": "", "video": "a.mp4", "tip": "擦净镜头", "module": "准备",
              "steps": [{"text": "擦净", "picture": "step.png"}]}  # fmt: skip
    key = take(tmp_path, lessons=[lesson], outcomes=["拍清楚", "上架"], picture="step.png").key
    page = CoursePage.objects.get(translation_key=key, alias_of=None)
    (only,) = lessons(page)
    assert only.asset_id == Asset.objects.get().id
    assert [block.block_type for block in only.body] == ["video", "steps", "tip"]
    assert only.body[1].value[0]["picture"] == page.picture
    assert page.outcomes == "拍清楚\n上架"
    assert only.module_key == page.modules.get(title="准备").key
    assert take(tmp_path, lessons=[lesson], outcomes=["拍清楚", "上架"], picture="step.png").status == "unchanged"
    (tmp_path / "a.mp4").write_bytes(recording(seed="better"))
    assert take(tmp_path, lessons=[lesson], outcomes=["拍清楚", "上架"], picture="step.png").status == "updated"


def test_an_unknown_topic_or_audience_is_made(tmp_path: Path) -> None:
    take(tmp_path, topic="蚕桑", audience=["养蚕户"])
    assert Topic.objects.get(title_zh="蚕桑").slug == "can-sang"


def test_a_uuid_as_id_is_the_key(tmp_path: Path) -> None:
    key = "5e0fb3ac-6d1f-4b5b-8d3d-111111111111"
    assert str(take(tmp_path, id=key).key) == key


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"id": ""}, "missing_field"),
        ({"id": None}, "missing_field"),
        ({"title": 3}, "wrong_field"),
        ({"title": " "}, "missing_field"),
        ({"title": "长" * 300}, "wrong_field"),
        ({"language": "fr"}, "wrong_field"),
        ({"audience": "growers"}, "wrong_field"),
        ({"lessons": None}, "wrong_field"),
        ({"lessons": [3]}, "wrong_field"),
        ({"lessons": [{"body": "a"}]}, "missing_field"),
        ({"lessons": [{"title": "a", "transcript": [{"start_s": 2, "end_s": 1, "text": "a"}]}]}, "wrong_field"),
        (
            {"lessons": [{"title": "a", "transcript": [{"start_s": float("nan"), "end_s": 1, "text": "a"}]}]},
            "wrong_field",
        ),
        ({"lessons": [{"title": "a", "transcript": [{"start_s": 0, "end_s": 10**400, "text": "a"}]}]}, "wrong_field"),
        ({"title": "\ud800"}, "wrong_field"),
        ({"audience": ["a\x00"]}, "wrong_field"),
        ({"picture": "a" * 300}, "file_not_readable"),
        ({"lessons": [{"title": "a", "transcript": "WEBVTT"}]}, "wrong_field"),
        ({"lessons": [{"title": "a"}, {"title": "b", "video": "missing.mp4"}]}, "file_not_found"),
        ({"lessons": [{"title": "a"}, {"title": "b", "video": "."}]}, "wrong_field"),
        ({"lessons": [{"title": "a"}, {"title": "b", "video": "text.mp4"}]}, "unknown_content"),
        ({"lessons": [{"title": "a", "languages": [SPOKEN]}]}, "missing_field"),
        ({"lessons": [{"title": "a", "video": "text.mp4", "languages": [SPOKEN] * 13}]}, "wrong_field"),
        ({"lessons": [{"title": "a", "video": "text.mp4", "languages": [SPOKEN] * 2}]}, "wrong_field"),
        ({"lessons": [{"title": "a", "video": "text.mp4", "languages": [{"language": "bo"}]}]}, "missing_field"),
        ({"picture": "text.mp4"}, "not_a_picture"),
        ({"picture": "cut.jpg"}, "not_a_picture"),
    ],
)
def test_a_refused_record_leaves_nothing_behind(tmp_path: Path, fields: dict[str, Any], code: str) -> None:
    (tmp_path / "text.mp4").write_text("no recording")
    whole = io.BytesIO()
    Pillow.new("RGB", (900, 700)).save(whole, "JPEG")
    (tmp_path / "cut.jpg").write_bytes(whole.getvalue()[: len(whole.getvalue()) // 2])
    with pytest.raises(FieldschoolError) as caught:
        take(tmp_path, **{"topic": "蚕桑", **fields})
    assert caught.value.code == code
    assert str(caught.value)
    assert not CoursePage.objects.exists()
    assert not LessonPage.objects.exists()
    assert not Topic.objects.filter(title_zh="蚕桑").exists()
    assert not Asset.objects.exists()


def test_a_refused_second_import_keeps_the_first(tmp_path: Path) -> None:
    take(tmp_path)
    with pytest.raises(RecordRefused):
        take(tmp_path, title="新", lessons=[{"title": "a", "video": "missing.mp4"}])
    assert CoursePage.objects.get(alias_of=None).title == "土豆种植"


def test_of_a_refused_record_no_file_is_kept_but_what_was_there_before(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "pictures"
    place = {**settings.STORAGES["sources"], "OPTIONS": {"location": tmp_path / "sources", "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, "sources": place}
    for seed in ("old", "new"):
        (tmp_path / f"{seed}.mp4").write_bytes(recording(seed=seed))
    (tmp_path / "text.mp4").write_text("no recording")
    Pillow.new("RGB", (64, 48), "green").save(tmp_path / "a.png")
    take(tmp_path, lessons=[{"title": "a", "video": "old.mp4"}])
    old = Asset.objects.get()
    bad_video: list[Any] = [{"title": name, "video": f"{name}.mp4"} for name in ("old", "new", "text")]
    bad_picture = [*bad_video[:2], {"title": "c", "steps": [{"text": "a", "picture": "text.mp4"}]}]
    for lessons_ in (bad_video, bad_picture):
        with pytest.raises(FieldschoolError):
            services.import_course(
                record=record(id="b", lessons=lessons_, picture="a.png"), publish=True, base=tmp_path, now=LATER
            )
        assert list(Asset.objects.all()) == [old]
        assert [sha256 for sha256, _written in sources.listing()] == [old.source_sha256]
        assert not [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]


def test_videos_are_kept_before_the_transaction_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.mp4").write_bytes(recording())
    depths = []
    ingest = media_services.ingest

    def watched(**about: Any) -> Any:
        depths.append(len(connection.savepoint_ids))
        return ingest(**about)

    monkeypatch.setattr(media_services, "ingest", watched)
    before = len(connection.savepoint_ids)
    take(tmp_path, lessons=[{"title": "a", "video": "a.mp4"}])
    assert depths == [before]


class TestCommand:
    def run(self, path: Path, *options: str) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command("import_catalogue", str(path), *options, stdout=out, stderr=err)
        except SystemExit as stop:
            return int(stop.code or 0), out.getvalue(), err.getvalue()
        return 0, out.getvalue(), err.getvalue()

    def test_good_lines_are_taken_and_bad_ones_named(self, tmp_path: Path) -> None:
        path = tmp_path / "courses.jsonl"
        lines = [json.dumps(record()), "{", "", "[1]", json.dumps(record(id="b", title="")), json.dumps(record(id="c"))]
        path.write_bytes("\n".join(lines).encode() + b"\n\xff\xfe\n")
        code, out, err = self.run(path, "--publish", "--json")
        answer = json.loads(out)
        assert code == 1
        assert [(item["line"], item["code"]) for item in answer["rejected"]] == [
            (2, "not_json"),
            (4, "not_an_object"),
            (5, "missing_field"),
            (7, "not_utf8"),
        ]
        assert (answer["created"], answer["updated"], answer["unchanged"]) == (2, 0, 0)
        assert err.strip().splitlines()[-1].startswith("error: lines_rejected: ")
        assert CoursePage.objects.filter(alias_of=None).count() == 2

    def test_a_good_file_ends_with_zero_and_says_what_it_did(self, tmp_path: Path) -> None:
        path = tmp_path / "courses.jsonl"
        path.write_text("\ufeff" + json.dumps(record(), ensure_ascii=False), encoding="utf-8")
        assert self.run(path, "--publish")[:2] == (0, "1 created, 0 updated, 0 unchanged\n")
        assert self.run(path, "--publish")[:2] == (0, "0 created, 0 updated, 1 unchanged\n")

    def test_a_number_that_cannot_be_read_is_one_bad_line(self, tmp_path: Path) -> None:
        path = tmp_path / "courses.jsonl"
        path.write_text('{"id": 1' + "0" * 5000 + "}\n" + json.dumps(record()))
        code, out, _err = self.run(path, "--json")
        assert code == 1
        assert [(item["line"], item["code"]) for item in json.loads(out)["rejected"]] == [(1, "not_json")]
        assert json.loads(out)["created"] == 1

    def test_a_missing_file_is_one_error_line(self, tmp_path: Path) -> None:
        code, out, err = self.run(tmp_path / "none.jsonl")
        assert (code, out) == (1, "")
        assert err.startswith("error: file_not_readable: ")
        assert err.count("\n") == 1
