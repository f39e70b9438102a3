"""What the studio's scripts talk to, and who may."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page, PageLogEntry

from courses.models import CoursePage, LessonPage
from courses.types import Cue
from lms.accounts.models import User
from media_pipeline.models import Asset
from media_pipeline.testing import failed_asset, ready_asset, received_asset, recording, work_off
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
SCRIPT = {"x-requested-with": "XMLHttpRequest"}


def _signed_in(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


@pytest.fixture
def teacher() -> User:
    return make.trainer()


@pytest.fixture
def trainer(client: Client, teacher: User) -> Client:
    return _signed_in(client, teacher)


def _upload(client: Client, data: bytes | None = None, name: str = "lesson.mp4", **fields: str) -> Any:
    file = SimpleUploadedFile(name, recording() if data is None else data, "video/mp4")
    return client.post(reverse("recordings:upload"), {"file": file, **fields}, headers=SCRIPT)


def _nobody() -> None:
    return None


def _plain() -> User:
    return make.user()


def _admin_access_only() -> User:
    user = make.user()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


def _left() -> User:
    user = make.trainer()
    user.is_active = False
    user.save()
    return user


def _adders() -> Group:
    """People who add pages and change only their own."""
    group = Group.objects.create(name="Adders")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    GroupPagePermission.objects.create(
        group=group, page=Page.get_first_root_node(), permission=Permission.objects.get(codename="add_page")
    )
    return group


def _root() -> User:
    return User.objects.create_superuser("root", password="pass")


ROLES: list[tuple[Callable[[], User | None], bool]] = [
    (_nobody, False),
    (_plain, False),
    (_admin_access_only, False),
    (_left, False),
    (make.trainer, True),
    (lambda: make.user(groups=["Editors"]), True),
    (lambda: make.user(groups=["Moderators"]), True),
    (_root, True),
]
NAMES = ["nobody", "plain", "admin access only", "trainer who left", "trainer", "editor", "moderator", "superuser"]


@pytest.mark.parametrize(("role", "allowed"), ROLES, ids=NAMES)
def test_only_people_who_work_on_lessons_reach_recordings(
    client: Client, role: Callable[[], User | None], allowed: bool
) -> None:
    user = role()
    asset_id = ready_asset(sent_by=user.pk if user else None)
    if user is not None:
        client.force_login(user)
    answers = [
        _upload(client, recording(seed="mine")).status_code,
        client.get(reverse("recordings:state", args=[asset_id]), headers=SCRIPT).status_code,
        client.post(reverse("recordings:retry", args=[asset_id]), headers=SCRIPT).status_code,
        client.post(reverse("recordings:captions"), {"text": "WEBVTT\n"}, headers=SCRIPT).status_code,
    ]
    assert answers == ([201, 200, 200, 200] if allowed else [403, 403, 403, 403])
    assert Asset.objects.count() == (2 if allowed else 1)


# Whose recording it is -> whether a trainer may ask how far it is, try it again, and put it into a lesson.
WHOSE: dict[str, bool] = {
    "their own": True,
    "sent by both": True,
    "in a lesson they may change": True,
    "in a draft they may change": True,
    "a further voice of such a lesson": True,
    "a colleague's, in no lesson": False,
    "a colleague's, in a lesson taken away from them": False,
    "of nobody": False,
}


@pytest.mark.parametrize("whose", WHOSE)
def test_a_recording_is_for_those_who_sent_it_or_work_on_its_lesson(trainer: Client, teacher: User, whose: str) -> None:
    colleague = make.trainer()
    course = make.course()
    asset_id = ready_asset(
        sent_by=None if whose == "of nobody" else teacher.pk if whose == "their own" else colleague.pk
    )
    main = ready_asset(seed="main")
    body: list[tuple[str, Any]] = [("video", str(asset_id))]
    if whose == "sent by both":
        ready_asset(sent_by=teacher.pk)
    elif whose == "in a lesson they may change":
        make.lesson(course, asset_id=asset_id)
    elif whose == "in a draft they may change":
        make.lesson(course, asset_id=asset_id, live=False)
    elif whose == "a further voice of such a lesson":
        make.lesson(course, asset_id=main, tongues=[make.tongue("bo", voice=asset_id)])
        body = [("video", str(main)), ("tongue", make.tongue("bo", voice=asset_id))]
    elif whose == "a colleague's, in a lesson taken away from them":
        make.lesson(course, asset_id=asset_id, owner=colleague)
        teacher.groups.set([_adders()])
    asked = trainer.get(reverse("recordings:state", args=[asset_id]), headers=SCRIPT)
    again = trainer.post(reverse("recordings:retry", args=[asset_id]), headers=SCRIPT)
    put = trainer.post(
        reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", make.course().pk]),
        _form(course, body),
    )
    expected = (200, 200, 302) if WHOSE[whose] else (404, 404, 200)
    assert (asked.status_code, again.status_code, put.status_code) == expected
    if not WHOSE[whose]:
        assert asked.json()["error"]["code"] == "unknown_asset"
        assert put.context["form"].errors["body"]


def test_what_a_lesson_has_already_stays_whoever_saves_it(trainer: Client) -> None:
    lesson = make.lesson(make.course(), asset_id=ready_asset(sent_by=make.trainer().pk))
    url = reverse("wagtailadmin_pages:edit", args=[lesson.pk])
    body = [("video", str(lesson.asset_id)), ("tip", "慢")]
    assert trainer.post(url, _form(lesson.get_parent(), body)).status_code == 302


def test_uploading_needs_the_forms_token() -> None:
    client = _signed_in(Client(enforce_csrf_checks=True), make.trainer())
    assert _upload(client).status_code == 403
    assert not Asset.objects.exists()


# Which reads what a view has left, once its answer is made.
HEARD_OUT = "lms.core.middleware.HeardOutMiddleware"


@pytest.fixture
def unheard(settings: Any) -> None:
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != HEARD_OUT]


class _Unread:
    """A body that no view may touch."""

    def read(self, *size: int) -> bytes:
        raise AssertionError("the body was read")

    readline = read


@pytest.mark.parametrize(
    ("role", "length", "status"),
    [(_nobody, 10**6, 403), (_plain, 10**6, 403), (_admin_access_only, 10**6, 403), (make.trainer, 10**10, 413)],
    ids=["nobody", "plain", "admin access only", "too large"],
)
@pytest.mark.usefixtures("unheard")
def test_what_is_refused_anyway_is_refused_before_it_is_read(
    role: Callable[[], User | None], length: int, status: int
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    user = role()
    if user is not None:
        client.force_login(user)
    about: dict[str, Any] = {"wsgi.input": _Unread(), "CONTENT_LENGTH": str(length)}
    about["CONTENT_TYPE"] = "multipart/form-data; boundary=b"
    response = client.generic("POST", reverse("recordings:upload"), headers=SCRIPT, **about)
    assert response.status_code == status
    if status == 413:
        assert response.json()["error"]["code"] == "file_too_large"


@pytest.mark.parametrize("quota", ["MEDIA_QUOTA_PERSON_BYTES", "MEDIA_QUOTA_BYTES"])
@pytest.mark.usefixtures("unheard")
def test_a_form_that_has_no_room_is_refused_before_it_is_read(trainer: Client, quota: str) -> None:
    about: dict[str, Any] = {"wsgi.input": _Unread(), "CONTENT_LENGTH": str(10**9)}
    about["CONTENT_TYPE"] = "multipart/form-data; boundary=b"
    with override_settings(**{quota: 5 * 10**8}):
        response = trainer.generic("POST", reverse("recordings:upload"), headers=SCRIPT, **about)
    assert response.status_code == 413
    error = response.json()["error"]
    assert error["code"].endswith("_quota_reached")
    assert "0.5 GB" in error["sentence"]


@pytest.mark.parametrize("quota", ["MEDIA_QUOTA_PERSON_BYTES", "MEDIA_QUOTA_BYTES"])
def test_a_small_form_that_has_no_room_is_refused_too(trainer: Client, quota: str) -> None:
    with override_settings(**{quota: 10}):
        response = _upload(trainer)
    assert (response.status_code, Asset.objects.count()) == (413, 0)


def test_a_trainer_sees_the_room_once_half_of_it_is_used(trainer: Client, teacher: User) -> None:
    ready_asset(sent_by=teacher.pk)
    size_bytes = Asset.objects.get().source_size_bytes
    for quota_bytes, is_told, is_full in [(None, 0, 0), (3 * size_bytes, 0, 0), (2 * size_bytes, 1, 0), (1, 1, 1)]:
        with override_settings(MEDIA_QUOTA_PERSON_BYTES=quota_bytes):
            page = trainer.get(reverse("wagtailadmin_home")).content.decode()
        assert page.count("<meter") == is_told
        assert page.count("trainer-room__full") == is_full


def test_an_upload_answers_with_its_state_and_becomes_ready(trainer: Client) -> None:
    answer = _upload(trainer, language="zh-hans").json()
    assert (answer["state"], answer["settled"], answer["table"]) == ("received", False, [])
    assert [step["kind"] for step in answer["steps"]] == [
        "examine", "voice", "pictures", "share", "slides", "plain", "storyboard",
    ]  # fmt: skip
    assert Asset.objects.get().language == "zh"
    work_off()
    state = trainer.get(reverse("recordings:state", args=[answer["id"]]), headers=SCRIPT).json()
    assert (state["state"], state["settled"], state["fraction"]) == ("ready", True, 1.0)
    assert [row["name"] for row in state["table"]] == ["voice", "slides", "v100", "share"]
    assert all(row["per_ten_minutes"] and row["whole"] for row in state["table"])
    assert state["play_url"].startswith("/media/p/")
    assert trainer.get(state["storyboard_url"]).headers["Content-Type"] == "image/webp"
    assert trainer.get(state["play_url"]).status_code == 200


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "lesson.mp4", "empty_file"),
        (b"#EXTM3U\n/etc/passwd", "lesson.mp4", "unknown_content"),
        (b"%PDF-1.4", "lesson.pdf", "unknown_file_name"),
        (b"ffconcat version 1.0\nfile /etc/passwd", "lesson.mov", "unknown_content"),
    ],
)
def test_a_file_that_cannot_be_used_gets_a_sentence(trainer: Client, data: bytes, name: str, code: str) -> None:
    response = _upload(trainer, data, name)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == code
    assert len(response.json()["error"]["sentence"]) > 10
    assert not Asset.objects.exists()


def test_no_file_is_an_error_not_a_crash(trainer: Client) -> None:
    assert trainer.post(reverse("recordings:upload"), {}, headers=SCRIPT).json()["error"]["code"] == "no_file"
    assert trainer.get(reverse("recordings:upload"), headers=SCRIPT).status_code == 405


def test_an_unknown_recording_is_not_found(trainer: Client) -> None:
    assert trainer.get(reverse("recordings:state", args=[uuid4()]), headers=SCRIPT).status_code == 404
    assert trainer.post(reverse("recordings:retry", args=[uuid4()]), headers=SCRIPT).status_code == 404


def test_a_failed_recording_says_why_and_can_be_tried_again(trainer: Client, teacher: User) -> None:
    asset_id = failed_asset(sent_by=teacher.pk)
    state = trainer.get(reverse("recordings:state", args=[asset_id]), headers=SCRIPT).json()
    assert (state["state"], state["error"]["code"]) == ("failed", "damaged")
    assert state["error"]["sentence"]
    again = trainer.post(reverse("recordings:retry", args=[asset_id]), headers=SCRIPT).json()
    assert (again["state"], again["error"]) == ("received", None)


class TestCaptions:
    def test_a_file_is_read_and_counted(self, trainer: Client) -> None:
        file = SimpleUploadedFile("a.vtt", "WEBVTT\n\n00:01.000 --> 01:02.000\n你好\n".encode())
        answer = trainer.post(reverse("recordings:captions"), {"file": file}, headers=SCRIPT).json()
        assert (answer["count"], answer["text"].startswith("WEBVTT")) == (1, True)
        assert "0:01" in answer["summary"]

    def test_subrip_in_another_encoding_comes_back_as_webvtt(self, trainer: Client) -> None:
        data = "1\n00:00:01,000 --> 00:00:02,000\n我们种土豆\n".encode("gb18030")
        answer = trainer.post(
            reverse("recordings:captions"), {"file": SimpleUploadedFile("a.srt", data)}, headers=SCRIPT
        )
        assert answer.json()["text"] == "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n我们种土豆\n"

    def test_a_bad_line_is_named(self, trainer: Client) -> None:
        text = "WEBVTT\n\n00:01.000 -> 00:02.000\na\n"
        answer = trainer.post(reverse("recordings:captions"), {"text": text}, headers=SCRIPT)
        assert (answer.status_code, answer.json()["error"]["line"]) == (400, 3)


def _form(course: CoursePage, body: Sequence[tuple[str, Any]], **fields: str) -> dict[str, str]:
    blocks = {"body-count": str(len(body))}
    for at, (kind, value) in enumerate(body):
        blocks |= {f"body-{at}-deleted": "", f"body-{at}-order": str(at), f"body-{at}-type": kind, f"body-{at}-id": ""}
        parts = value.items() if isinstance(value, dict) else [("", value)]
        blocks |= {f"body-{at}-value{name and '-'}{name}": str(part) for name, part in parts}
    base = {"title": "拍照", "slug": "", "summary": "", "module_key": "", "transcript_vtt": "", "seo_title": ""}
    comments = {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "comments-MIN_NUM_FORMS": "0"}
    return {**base, "search_description": "", **comments, "comments-MAX_NUM_FORMS": "", **blocks, **fields}


class TestLessonForm:
    def add(self, client: Client, course: CoursePage, body: list[tuple[str, str]], **fields: str) -> Any:
        url = reverse("wagtailadmin_pages:add", args=["courses", "lessonpage", course.pk])
        return client.post(url, _form(course, body, **fields))

    def test_a_trainer_publishes_a_lesson_in_one_go(self, trainer: Client, teacher: User) -> None:
        course = make.course(modules=["准备"])
        asset_id = received_asset(sent_by=teacher.pk)
        module = course.modules.get()
        text = "WEBVTT\n\n00:01.000 --> 00:02.000\n你好\n"
        fields = {"module_key": str(module.key), "transcript_vtt": text, "action-publish": "1"}
        response = self.add(trainer, course, [("video", str(asset_id)), ("tip", "慢")], **fields)
        assert response.status_code == 302, response.context["form"].errors
        lesson = LessonPage.objects.get(alias_of=None)
        assert (lesson.live, lesson.asset_id, lesson.module_key) == (True, asset_id, module.key)
        assert lesson.cues == (Cue(1, 2, "你好"),)
        assert lesson.slug == "pai-zhao"
        second = self.add(trainer, course, [("tip", "慢")], **{"action-publish": "1"})
        assert second.status_code == 302
        assert LessonPage.objects.filter(slug="pai-zhao-2", alias_of=None).exists()
        # The tree of the other language follows.
        assert LessonPage.objects.get(locale__language_code="en", slug="pai-zhao").alias_of_id == lesson.pk

    def test_captions_that_are_wrong_name_their_line_and_keep_what_was_typed(self, trainer: Client) -> None:
        response = self.add(trainer, make.course(), [("tip", "别急")], transcript_vtt="WEBVTT\n\nx\n")
        page = response.content.decode()
        assert response.status_code == 200
        assert json.dumps("别急")[1:-1] in page
        assert response.context["form"].errors["transcript_vtt"][0].count("3") == 1
        assert not LessonPage.objects.exists()

    def test_a_video_in_a_private_course_gets_a_sentence(self, trainer: Client) -> None:
        course = make.course()
        make.restrict(course)
        response = self.add(trainer, course, [("video", str(received_asset()))])
        assert response.status_code == 200
        assert response.context["form"].errors["body"]
        assert not LessonPage.objects.exists()

    def test_two_videos_are_too_many(self, trainer: Client) -> None:
        asset_id = str(received_asset())
        response = self.add(trainer, make.course(), [("video", asset_id), ("video", asset_id)])
        assert response.context["form"].errors["body"]

    def test_an_empty_video_block_says_what_to_do(self, trainer: Client) -> None:
        response = self.add(trainer, make.course(), [("video", "")], **{"action-publish": "1"})
        assert not LessonPage.objects.filter(live=True).exists()
        assert response.status_code == 200


class TestPrivacy:
    def test_the_dialogue_offers_no_way_to_hide_recordings(self, client: Client) -> None:
        course = make.course()
        make.lesson(course, asset_id=received_asset())
        _signed_in(client, _root())
        url = reverse("wagtailadmin_pages:set_privacy", args=[course.pk])
        dialogue = client.get(url)
        assert "录" in dialogue.json()["html"] or "recording" in dialogue.json()["html"]
        client.post(url, {"restriction_type": "login", "password": "", "groups": []})
        assert not course.view_restrictions.exists()

    def test_a_lesson_with_a_recording_cannot_be_moved_into_a_private_course(self, client: Client) -> None:
        lesson = make.lesson(make.course("甲"), asset_id=received_asset())
        private = make.course("乙")
        make.restrict(private)
        _signed_in(client, _root())
        client.post(reverse("wagtailadmin_pages:move_confirm", args=[lesson.pk, private.pk]), {})
        assert LessonPage.objects.get(pk=lesson.pk).get_parent().pk != private.pk

    def test_nor_copied_there(self, client: Client) -> None:
        lesson = make.lesson(make.course("甲"), asset_id=received_asset())
        private = make.course("乙")
        make.restrict(private)
        _signed_in(client, _root())
        data = {"new_title": "抄", "new_slug": "chao", "new_parent_page": str(private.pk)}
        client.post(reverse("wagtailadmin_pages:copy", args=[lesson.pk]), data)
        assert LessonPage.objects.count() == 1


class TestPages:
    def test_the_trainers_home_lists_courses_and_what_is_not_ready(self, client: Client) -> None:
        user = make.trainer()
        course = make.course("开网店", owner=user)
        make.lesson(course, "坏了", asset_id=failed_asset(name="b.mp4"))
        make.lesson(course, "好了", asset_id=ready_asset(name="c.mp4"))
        make.lesson(course, "在做", asset_id=received_asset(name="a.mp4"), live=False)
        make.alias(course)
        page = _signed_in(client, user).get("/admin/").content.decode()
        panel = page[page.index('id="trainer') :]
        assert panel.count("开网店") == 3  # its title, and hidden in two buttons
        assert "在做" in panel
        assert "坏了" in panel
        assert "好了" not in panel

    def test_people_without_lessons_see_no_trainers_home(self, client: Client) -> None:
        assert 'id="trainer' not in _signed_in(client, _admin_access_only()).get("/admin/").content.decode()

    def test_trainers_reach_no_settings_and_no_users(self, trainer: Client) -> None:
        for path in ("/admin/users/", "/admin/sites/", "/admin/groups/", "/admin/snippets/courses/topic/"):
            assert trainer.get(path).status_code in {302, 403, 404}

    @pytest.mark.parametrize("what", ["course", "lesson"])
    def test_deleting_answers_fine_and_takes_the_stand_ins_along(self, client: Client, what: str) -> None:
        course = make.course()
        lesson = make.lesson(course, asset_id=received_asset())
        make.alias(course)
        make.alias(lesson)
        page = {"course": course, "lesson": lesson}[what]
        _signed_in(client, _root())
        url = reverse("wagtailadmin_pages:delete", args=[page.pk])
        assert client.get(url).status_code == 200
        assert client.post(url).status_code == 302
        assert not LessonPage.objects.exists()
        assert CoursePage.objects.exists() == (what == "lesson")

    def test_a_copied_course_is_mirrored_in_the_other_language(self, client: Client) -> None:
        course = make.course()
        make.lesson(course)
        _signed_in(client, _root())
        data = {
            "new_title": "抄",
            "new_slug": "chao",
            "new_parent_page": str(make.course_index().pk),
            "copy_subpages": "1",
        }
        assert client.post(reverse("wagtailadmin_pages:copy", args=[course.pk]), data).status_code == 302
        copy = CoursePage.objects.get(slug="chao", locale__language_code="zh-hans")
        assert CoursePage.objects.filter(translation_key=copy.translation_key).count() == 2
        assert LessonPage.objects.filter(alias_of=None).count() == 2
        assert PageLogEntry.objects.filter(action="wagtail.copy").exists()

    def test_editing_pages_open_for_trainers(self, trainer: Client) -> None:
        course = make.course()
        lesson = make.lesson(course, asset_id=received_asset())
        for page in (course, lesson):
            assert trainer.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).status_code == 200
        html = trainer.get(reverse("wagtailadmin_pages:edit", args=[lesson.pk])).content.decode()
        assert "lesson-recording" in html
        assert json.dumps(str(lesson.asset_id))[1:-1] in html
