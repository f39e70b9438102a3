"""A site of its own in a process of its own: `python -m tests.lms.backup.site fill|look|write` under its environment.

`fill` makes something in every corner that an archive must keep; `look` prints what people find there.
"""

import io
import json
import os
import sys
from typing import Any

import django


def main(verb: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "lms.settings"
    from lms import settings

    # Not by the site's manifest of hashed names: nothing was collected for this throw-away site.
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.ALLOWED_HOSTS += ["testserver"]
    django.setup()
    json.dump({"fill": fill, "look": look}[verb](), sys.stdout, ensure_ascii=False)


def fill() -> dict[str, Any]:
    from django.conf import settings
    from django.contrib.sessions.backends.db import SessionStore
    from django.core.files.base import ContentFile
    from django.core.management import call_command
    from wagtail.contrib.redirects.models import Redirect
    from wagtail.documents.models import Document
    from wagtail.images.models import Image
    from wagtail.images.tests.utils import get_test_image_file
    from wagtail.models import Site

    from courses.types import Cue
    from media_pipeline import testing
    from tests.factories import courses as make

    learner = make.user("learner", phone="+8613800000000")
    make.trainer("trainer")
    image = Image.objects.create(title="图", file=get_test_image_file("tu.png"), uploaded_by_user=learner)
    image.get_rendition("width-100")
    image.tags.add("农业", "shop")
    Document.objects.create(title="表格", file=ContentFile("产量,价格\n1,2\n".encode(), "biao-ge.csv"))
    course = make.course("开网店", topics=["crops"], audiences=["growers"], modules=["一"], picture=image)
    asset = testing.ready_asset(name="选平台.mp4", duration_s=20)
    lesson = make.lesson(course, "选平台", asset_id=asset, module="一", cues=[Cue(0, 2.5, "先看运费")])
    make.alias(course)
    make.lesson(course, "草稿", live=False, asset_id=testing.playable_asset(name="later.mp4"))
    testing.failed_asset(name="坏.mp4", content="camera")
    Redirect.objects.create(old_path="/old", site=Site.objects.get(), redirect_page=course)
    session = SessionStore()
    session["secret"] = "who holds this is signed in"
    session.save()
    _watch(lesson)
    out = io.StringIO()
    file = str(settings.DATA_DIR / "archive.zip")
    call_command("backup", file, with_media=True, json=True, stdout=out, stderr=io.StringIO())
    return json.loads(out.getvalue())


def _watch(lesson: Any) -> None:
    """A learner who signed in and a guest, as their phones send it."""
    from django.test import Client

    from lms.accounts.models import User
    from lms.core.clock import now
    from lms.core.ids import uuid7

    phone = Client()
    for person in ("guest", "learner"):
        played = {"position_s": 3.25, "duration_s": 20}
        event = {"id": str(uuid7()), "kind": "lesson_played", "lesson_key": str(lesson.translation_key)}
        events = [event | {"at": now().isoformat(), "data": played}]
        answer = phone.post("/api/v1/events", json.dumps(events), content_type="application/json")
        assert answer.json()["rejected"] == [], (person, answer.content)
        phone.force_login(User.objects.get(username="learner"), "django.contrib.auth.backends.ModelBackend")


def look() -> dict[str, Any]:
    from django.contrib.auth import authenticate
    from django.test import Client, RequestFactory
    from wagtail.models import Page

    from courses.models import CoursePage, LessonPage, ShortCode
    from media_pipeline import selectors
    from search import selectors as finding

    client, form = Client(), RequestFactory().post("/")
    lesson = LessonPage.objects.get(title="选平台", locale__language_code="zh-hans")
    media = selectors.media([lesson.asset_id])[lesson.asset_id]
    assert media.sound
    assert media.share
    played = {url: client.get(url) for url in (media.sound.url, media.share.url)}
    picture = CoursePage.objects.get(title="开网店", locale__language_code="zh-hans").picture
    found = finding.search("網店", language="zh-hans")
    return {
        "page": client.get(lesson.url).status_code,
        "words": "先看运费" in client.get(lesson.url).content.decode(),
        "played": [(answer.status_code, sum(map(len, answer.streaming_content))) for answer in played.values()],
        "signs_in": authenticate(form, username="learner", password="pass") is not None,
        "stranger": authenticate(form, username="learner", password="wrong") is not None,
        "found": sorted(result.url for result in found.results),
        "picture": picture.file.size,
        "redirect": client.get("/old/").status_code,
        "tree": Page.find_problems() == ([], [], [], [], []),
        "number": client.get(f"/{ShortCode.objects.get(key=lesson.translation_key).code}/").status_code,
    }


if __name__ == "__main__":
    main(sys.argv[1])
