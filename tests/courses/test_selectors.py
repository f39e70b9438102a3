from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from courses import selectors
from courses.models import CoursePage, LessonPage
from courses.types import Cue
from lms.core.ids import is_short_code
from media_pipeline.testing import ready_asset, received_asset
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


def test_a_lesson_is_a_subject_with_its_words_topics_and_course() -> None:
    course = make.course("开网店", topics=["live-selling"], audiences=["women"])
    lesson = make.lesson(course, "直播", text="架好&amp;手机", summary="第一场", cues=[Cue(0, 2, "大家好")])
    (subject,) = selectors.search_subjects(lesson.translation_key)
    assert (subject.kind, subject.language, subject.title, subject.summary) == ("lesson", "zh-hans", "直播", "第一场")
    assert subject.body == "架好&手机"
    assert subject.topic_slugs == ("live-selling", "e-commerce")
    assert subject.topic_titles == ("营销与直播带货", "电商")
    assert subject.audience_titles == ("妇女",)
    assert subject.transcript == (Cue(0, 2, "大家好"),)
    assert (subject.url, subject.course_url) == ("/courses/kai-wang-dian/zhi-bo/", "/courses/kai-wang-dian/")
    assert subject.course_key == course.translation_key


def test_a_course_is_a_subject_and_a_stand_in_is_one_of_its_language() -> None:
    course = make.course("开网店", outcomes="注册\n上架", topics=["payment"])
    make.alias(course)
    chinese, english = sorted(selectors.search_subjects(course.translation_key), key=lambda subject: subject.url)
    assert (chinese.language, english.language) == ("zh-hans", "en")
    assert english.url == "/en/courses/kai-wang-dian/"
    assert english.topic_titles == ("Payment", "E-commerce")
    assert chinese.body == "注册\n上架"


def _unpublished() -> Any:
    return make.lesson(make.course(), live=False)


def _private_itself() -> Any:
    lesson = make.lesson(make.course())
    make.restrict(lesson)
    return lesson


def _below_private() -> Any:
    course = make.course()
    lesson = make.lesson(course)
    make.restrict(course)
    return lesson


def _stand_in_of_private() -> Any:
    course = make.course()
    lesson = make.lesson(course)
    make.alias(course)
    alias = make.alias(lesson)
    make.restrict(course)
    return alias


def _deleted() -> Any:
    lesson = make.lesson(make.course())
    LessonPage.objects.get(pk=lesson.pk).delete()
    return lesson


@pytest.mark.parametrize("page", [_unpublished, _private_itself, _below_private, _stand_in_of_private, _deleted])
def test_what_not_everyone_may_see_is_no_subject(page: Any) -> None:
    hidden = page()
    assert selectors.search_subjects(hidden.translation_key) == []
    assert hidden.translation_key not in set(selectors.search_keys())
    assert selectors.named([hidden.translation_key]) == {}


def test_an_unknown_key_is_no_subject() -> None:
    assert selectors.search_subjects(uuid4()) == []


def test_search_keys_are_those_of_everything_public() -> None:
    course = make.course()
    lessons = [make.lesson(course) for _ in range(3)]
    make.alias(course)
    keys = list(selectors.search_keys())
    assert sorted(keys) == sorted([course.translation_key, *(lesson.translation_key for lesson in lessons)])


class TestShownAssets:
    def test_only_recordings_on_live_public_pages_are_shown(self) -> None:
        course = make.course()
        shown, draft, alone = received_asset(name="a.mp4"), received_asset(name="b.mp4"), received_asset(name="c.mp4")
        make.lesson(course, asset_id=shown)
        make.lesson(course, asset_id=draft, live=False)
        assert selectors.shown_assets([shown, draft, alone]) == {shown}

    def test_a_new_recording_in_a_draft_leaves_the_old_one_shown(self) -> None:
        old, new = received_asset(name="a.mp4"), received_asset(name="b.mp4")
        lesson = make.lesson(make.course(), asset_id=old)
        lesson.body = [("video", str(new))]
        draft = make.publish(lesson, live=False)
        assert selectors.shown_assets([old, new]) == {old}
        assert selectors.used_assets() >= {old, new}
        make.publish(draft.get_latest_revision_as_object())
        assert selectors.shown_assets([old, new]) == {new}
        assert selectors.used_assets() >= {old, new}

    def test_unpublishing_hides_it(self) -> None:
        asset_id = received_asset()
        lesson = make.lesson(make.course(), asset_id=asset_id)
        lesson.unpublish()
        assert selectors.shown_assets([asset_id]) == set()


class TestPrivatePages:
    def test_a_page_with_a_recording_below_it_cannot_be_restricted(self) -> None:
        course = make.course()
        make.lesson(course, asset_id=received_asset())
        with pytest.raises(ValidationError, match=r"recording|录"):
            make.restrict(course)
        assert CoursePage.objects.get(pk=course.pk).private_page_options == []

    def test_a_recording_in_a_draft_counts(self) -> None:
        course = make.course()
        make.lesson(course, asset_id=received_asset(), live=False)
        with pytest.raises(ValidationError):
            make.restrict(course)

    def test_a_course_of_texts_can_be_restricted_and_lifted(self) -> None:
        course = make.course()
        make.lesson(course, text="a")
        restriction = make.restrict(course)
        assert course.private_page_options
        restriction.delete()
        assert not course.view_restrictions.exists()

    def test_a_lesson_below_a_private_page_cannot_be_published_with_a_recording(self) -> None:
        course = make.course()
        lesson = make.lesson(course, text="a")
        make.restrict(course)
        lesson.body = [("video", str(received_asset()))]
        with pytest.raises(ValidationError):
            make.publish(lesson)


class TestNumbers:
    def test_a_number_leads_to_the_page_in_the_readers_language(self) -> None:
        course = make.course("开网店")
        make.alias(course)
        code = selectors.named([course.translation_key])[course.translation_key].short_code
        assert is_short_code(code)
        assert selectors.url_for_code(code, "zh-hans") == "/courses/kai-wang-dian/"
        assert selectors.url_for_code(code, "en") == "/en/courses/kai-wang-dian/"

    def test_where_a_language_is_missing_it_leads_to_the_original(self) -> None:
        course = make.course("开网店")
        code = selectors.named([course.translation_key])[course.translation_key].short_code
        assert selectors.url_for_code(code, "en") == "/courses/kai-wang-dian/"

    def test_a_copy_has_a_number_of_its_own_and_a_translation_has_not(self) -> None:
        lesson = make.lesson(make.course())
        copy = lesson.copy(update_attrs={"slug": "copy"})
        alias = make.alias(lesson)
        assert copy.translation_key != lesson.translation_key
        assert alias.translation_key == lesson.translation_key
        codes = [selectors.named([page.translation_key])[page.translation_key].short_code for page in (lesson, copy)]
        assert len(set(codes)) == 2


def test_topics_count_the_courses_of_their_language_once() -> None:
    make.course("一", topics=["payment", "logistics"])
    make.course("二", topics=["e-commerce"])
    make.course("三", topics=["crops"], live=False)
    make.course("Four", language="en", topics=["crops"])
    assert [(tile.slug, tile.title, tile.count) for tile in selectors.topics("zh-hans")] == [("e-commerce", "电商", 2)]
    assert [(tile.slug, tile.title, tile.count) for tile in selectors.topics("en")] == [("farming", "Farming", 1)]


def test_lessons_of_a_course_come_in_the_order_of_the_tree() -> None:
    course = make.course()
    first, second = make.lesson(course), make.lesson(course)
    LessonPage.objects.get(pk=second.pk).move(CoursePage.objects.get(pk=course.pk), pos="first-child")
    assert selectors.lesson_keys(course.translation_key) == (second.translation_key, first.translation_key)
    assert selectors.course_keys(first.translation_key) == {course.translation_key}


def test_a_ready_recording_gives_a_lesson_its_length_and_data(client: Any) -> None:
    course = make.course()
    make.lesson(course, asset_id=ready_asset(duration_s=120.0))
    context = client.get(course.url).context
    (module,) = context["modules"]
    (card,) = module.lessons
    assert (card.state, card.duration_s, card.number) == ("ready", 120.0, 1)
    assert [quality.name for quality in card.qualities] == ["voice", "slides", "v100", "share"]
    assert card.size_bytes == card.qualities[1].size_bytes
    assert context["course"].size_bytes == card.size_bytes


def test_what_lessons_take_in_data_is_told_of_those_that_everyone_may_play() -> None:
    asset = ready_asset()
    course = make.course()
    shown, text = make.lesson(course, "直播", asset_id=asset), make.lesson(course, "规则")
    hidden = make.lesson(course, "草稿", live=False, asset_id=asset)
    found = selectors.bytes_to_play([one.translation_key for one in (shown, text, hidden)])
    assert list(found) == [shown.translation_key]
    assert found[shown.translation_key] > 1000
