import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page, Site

from courses import contexts
from courses.models import Audience, CourseIndexPage, CoursePage, HomePage, LessonPage, Topic
from courses.pictures import CARD, picture
from courses.types import Cue
from media_pipeline.selectors import media
from media_pipeline.testing import playable_asset, ready_asset
from tests.factories import courses as make

pytestmark = pytest.mark.django_db


def _picture() -> Image:
    return Image.objects.create(title="田", file=get_test_image_file(size=(1200, 900)))


def test_the_site_begins_with_two_languages_topics_and_audiences(client: Client) -> None:
    assert [client.get(path).status_code for path in ("/", "/en/", "/courses/", "/en/courses/")] == [200] * 4
    assert Topic.objects.filter(parent=None).count() == 7
    assert Audience.objects.count() == 13
    assert not Topic.objects.filter(title_en="").exists()
    assert Site.objects.get().root_page.specific == HomePage.objects.get(locale__language_code="zh-hans")
    assert HomePage.objects.values("translation_key").distinct().count() == 1
    assert Page.find_problems() == ([], [], [], [], [])


def test_seeding_again_keeps_what_staff_changed() -> None:
    from importlib import import_module

    from django.apps import apps

    topic = Topic.objects.get(slug="crops")
    topic.title_zh = "大田"
    topic.save()
    migration = import_module("courses.migrations.0002_site_and_seeds")
    before = Page.objects.count()
    migration.site(apps, None)
    migration.seeds(apps, None)
    assert Page.objects.count() == before
    assert Topic.objects.get(slug="crops").title_zh == "大田"


def test_slugs_are_pinyin_and_unique_in_their_course() -> None:
    course = make.course("开网店")
    other = make.course("开店")
    assert [make.lesson(course, "注册").slug, make.lesson(course, "注册").slug] == ["zhu-ce", "zhu-ce-2"]
    assert make.lesson(other, "注册").slug == "zhu-ce"


def test_modules_group_lessons_and_survive_a_copy(client: Client) -> None:
    course = make.course(modules=["准备", "开张"])
    make.lesson(course, "丙")
    make.lesson(course, "乙", module="开张")
    make.lesson(course, "甲", module="准备")
    copy = CoursePage.objects.get(pk=course.pk).copy(recursive=True, update_attrs={"slug": "copy"})
    for page in (course, copy):
        modules = client.get(page.url).context["modules"]
        assert [(module.title, [card.title for card in module.lessons]) for module in modules] == [
            ("", ["丙"]),
            ("准备", ["甲"]),
            ("开张", ["乙"]),
        ]


def test_a_lesson_moved_to_another_course_stands_outside_its_modules(client: Client) -> None:
    course, other = make.course(modules=["准备"]), make.course("别的", modules=["准备"])
    lesson = make.lesson(course, module="准备")
    LessonPage.objects.get(pk=lesson.pk).move(CoursePage.objects.get(pk=other.pk), pos="last-child")
    assert [module.title for module in client.get(other.url).context["modules"]] == [""]


def test_a_stand_in_follows_its_original_and_says_so(client: Client) -> None:
    course = make.course("开网店")
    lesson = make.lesson(course, "注册", cues=[Cue(0, 1, "你好")])
    alias = make.alias(lesson)
    response = client.get(alias.url)
    assert response.status_code == 200
    assert response.context["page"].alias_of_id == lesson.pk
    assert response.context["cues"] == (Cue(0, 1, "你好"),)
    lesson.title = "注册店铺"
    make.publish(lesson)
    assert client.get(alias.url).context["lesson"].title == "注册店铺"
    lesson.unpublish()
    assert client.get(alias.url).status_code == 404


def test_previous_and_next_follow_the_tree_and_leave_drafts_out(client: Client) -> None:
    course = make.course()
    first, middle = make.lesson(course, "一"), make.lesson(course, "二")
    make.lesson(course, "草稿", live=False)
    last = make.lesson(course, "三")
    context = client.get(middle.url).context
    assert (context["previous"].url, context["next"].url) == (first.url, last.url)
    assert (context["previous"].number, context["lesson"].number, context["next"].number) == (1, 2, 3)
    assert client.get(first.url).context["previous"] is None
    assert client.get(last.url).context["next"] is None


def test_courses_of_a_topic_are_listed_page_by_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "PAGE_SIZE", 3)
    for number in range(5):
        make.course(f"第{number}门", topics=["payment" if number else "crops"])
    context = client.get("/courses/?topic=e-commerce&page=2").context
    assert (len(context["courses"]), context["topic"], context["paging"].paginator.num_pages) == (1, "e-commerce", 2)
    assert len(client.get("/courses/?topic=nonsense").context["courses"]) == 3
    assert client.get("/courses/?page=xyz&topic=%00").status_code == 200


def _deep_course() -> tuple[CoursePage, LessonPage]:
    course = make.course(
        topics=["crops", "soil"], audiences=["growers", "women"], modules=["一", "二"], picture=_picture()
    )
    lessons = [
        make.lesson(course, module="一", asset_id=ready_asset(name=f"{number}.mp4"), cues=[Cue(0, 1, "a")])
        for number in range(4)
    ]
    make.lesson(course, asset_id=playable_asset(name="later.mp4"))
    lesson = lessons[1]
    steps = [{"text": f"{number}", "picture": _picture()} for number in range(4)]
    lesson.body = [("video", str(lesson.asset_id)), ("steps", steps), ("tip", "慢一点")]
    return course, make.publish(lesson)


def test_a_page_takes_at_most_twenty_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for page in _deep_course():
        client.get(page.url)  # renditions of pictures are made once
        with django_assert_max_num_queries(20):
            assert client.get(page.url).status_code == 200


def test_a_long_course_is_listed_page_by_page_module_by_module(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contexts, "PAGE_LESSONS", 3)
    course = make.course(modules=["准备", "开张"])
    for title, module in (("甲", "开张"), ("乙", "准备"), ("丙", "开张"), ("丁", ""), ("戊", "准备")):
        make.lesson(course, title, module=module, asset_id=ready_asset(name=f"{title}.mp4"))
    first, second = client.get(course.url), client.get(f"{course.url}?page=2")
    shown = [
        [(module.title, [(card.number, card.title) for card in module.lessons]) for module in page.context["modules"]]
        for page in (first, second)
    ]
    assert shown == [
        [("", [(4, "丁")]), ("准备", [(2, "乙"), (5, "戊")])],
        [("开张", [(1, "甲"), (3, "丙")])],
    ]
    assert 'rel="next" href="?page=2"' in first.content.decode()
    assert "1 / 2" in first.content.decode()
    for page in (first, second):
        assert page.context["course"].lesson_count == 5
        assert "把这些课存到手机" in page.content.decode()
    sizes = [page.context["to_keep_bytes"] for page in (first, second)]
    assert sum(sizes) == first.context["course"].size_bytes
    assert client.get(f"{course.url}?page=xyz").status_code == 200


def test_a_lesson_of_a_long_course_reads_the_media_of_its_neighbours_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(contexts, "PAGE_LESSONS", 2)
    monkeypatch.setattr(
        contexts.media_pipeline, "media", lambda ids, _known=media, **how: asked.append(len(ids)) or _known(ids, **how)
    )
    course = make.course()
    lessons = [make.lesson(course, asset_id=ready_asset(name=f"{number}.mp4")) for number in range(6)]
    assert client.get(lessons[3].url).context["course"].lesson_count == 6
    assert client.get(course.url).context["course"].lesson_count == 6
    assert asked == [3, 2]


def test_a_course_takes_as_many_queries_for_nine_lessons_as_for_two(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    course = make.course(modules=["一"])
    for _ in range(2):
        last = make.lesson(course, module="一", asset_id=ready_asset())
    for url in (course.url, last.url):
        client.get(url)
        with CaptureQueriesContext(connection) as few:
            client.get(url)
        for _ in range(7):
            make.lesson(course, module="一", asset_id=ready_asset())
        with django_assert_max_num_queries(len(few) + 1):  # the lesson has one after it now
            client.get(url)


def test_lists_take_as_many_queries_for_eight_courses_as_for_two(client: Client) -> None:
    def queries(path: str) -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        return len(captured)

    for _ in range(2):
        make.lesson(make.course(topics=["crops"], picture=_picture()), asset_id=ready_asset())
    few = {path: queries(path) for path in ("/", "/courses/")}
    for _ in range(6):
        make.lesson(make.course(topics=["soil"], picture=_picture()), asset_id=ready_asset())
    for path in few:
        assert queries(path) <= few[path], path


class TestPictures:
    def test_pictures_are_small_webp_files(self, client: Client) -> None:
        course = make.course(picture=Image.objects.create(title="田", file=get_test_image_file(size=(2000, 1500))))
        context = client.get(course.url).context
        for url, cap in ((context["picture"].url, 12_000), (context["course"].picture_url, 6_000)):
            assert url.startswith("/files/images/")
            response = client.get(url)
            body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
            assert (response["Content-Type"], body[8:12]) == ("image/webp", b"WEBP")
            assert len(body) <= cap
            assert "immutable" in response["Cache-Control"]

    def test_a_chat_shows_a_link_with_a_picture_that_every_one_of_them_knows(self, client: Client) -> None:
        course = make.course(picture=Image.objects.create(title="田", file=get_test_image_file(size=(2000, 1500))))
        response = client.get(client.get(course.url).context["link_picture"].url)
        body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
        assert (response["Content-Type"], body[:2]) == ("image/jpeg", b"\xff\xd8")
        assert len(body) <= 60_000

    @pytest.mark.parametrize("said", [{"save-data": "on"}, {"ect": "slow-2g"}], ids=["data saver", "2g"])
    def test_for_who_saves_data_no_picture_is_fetched_before_it_is_asked_for(
        self, client: Client, said: dict[str, str]
    ) -> None:
        course, lesson = _deep_course()
        shown = re.compile(r"<img[^>]*>")
        for url, kept in ((course.url, 1), (lesson.url, 4), ("/courses/", 0)):
            full = shown.findall(client.get(url).content.decode())
            html = client.get(url, headers=said).content.decode()
            pictures = shown.findall(html)
            assert len(full) >= max(kept, 1)
            assert len(pictures) == kept
            assert all('loading="lazy"' in picture for picture in pictures)
            assert html.count('<details class="saved"><summary>') == kept
            assert "data-poster" not in html

    def test_a_noisy_picture_is_made_smaller_until_it_fits(self) -> None:
        import os
        from io import BytesIO

        from django.core.files.images import ImageFile
        from PIL import Image as Pillow

        noise = BytesIO()
        Pillow.frombytes("RGB", (900, 700), os.urandom(900 * 700 * 3)).save(noise, "PNG")
        image = Image.objects.create(title="噪", file=ImageFile(noise, name="noise.png"))
        shown = picture(image, CARD)
        assert shown is not None
        assert image.renditions.get().file.size <= CARD.max_bytes
        assert picture(Image.objects.get(pk=image.pk), CARD) == shown

    def test_a_picture_that_is_damaged_costs_the_picture_not_the_page(self) -> None:
        image = _picture()
        Path(image.file.path).write_bytes(b"\xff\xd8\xff")
        assert picture(image, CARD) is None

    @pytest.mark.parametrize(
        "path",
        [
            "/files/images/" + "a" * 300,
            "/files/original_images/test.png",
            "/files/documents/a.pdf",
            "/files/images/",
            "/files/images/none.webp",
        ],
    )
    def test_nothing_else_is_served(self, client: Client, path: str) -> None:
        _picture()
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("path", ["/files/images/../original_images/test.png", "/files/images/%2e%2e/x"])
    def test_no_way_leads_out_of_the_folder(self, client: Client, path: str) -> None:
        assert client.get(path).status_code in {400, 404}


class TestNumbers:
    @pytest.mark.parametrize(("path", "status"), [("/100000/", 404), ("/999999/", 404), ("/12345/", 404)])
    def test_numbers_that_lead_nowhere_are_not_found(self, client: Client, path: str, status: int) -> None:
        assert client.get(path).status_code == status

    def test_a_number_sends_the_reader_on(self, client: Client) -> None:
        lesson = make.lesson(make.course())
        code = client.get(lesson.url).context["lesson"].short_code
        assert client.get(f"/{code}/")["Location"] == lesson.url
        assert client.get(f"/{code}").status_code == 301
        assert client.post(f"/{code}/").status_code == 405
        lesson.unpublish()
        assert client.get(f"/{code}/").status_code == 404


def test_migrations_are_complete() -> None:
    call_command("makemigrations", "courses", check=True, dry_run=True, verbosity=0)


def test_the_tree_takes_only_what_belongs() -> None:
    assert CourseIndexPage.allowed_subpage_models() == [CoursePage]
    assert CoursePage.allowed_subpage_models() == [LessonPage]
    assert LessonPage.allowed_subpage_models() == []


def test_previews_of_drafts_have_private_addresses(rf: Any) -> None:
    lesson = make.lesson(make.course(), asset_id=ready_asset(), live=False)
    response = lesson.make_preview_request(preview_mode="")
    context = response.context_data
    assert context["media"].private
    assert context["media"].share.url.startswith("/media/p/")
    assert context["lesson"].state == "ready"
    assert context["course"].lesson_count == 1  # "lesson 1 of 1", not "of 0"


def test_a_preview_shows_the_recording_chosen_last_though_nothing_was_saved() -> None:
    lesson = make.lesson(make.course(), live=False)
    chosen = ready_asset()
    lesson.body = [("video", str(chosen))]
    context = lesson.make_preview_request(preview_mode="").context_data
    assert context["media"].asset_id == chosen
    assert context["lesson"].state == "ready"
