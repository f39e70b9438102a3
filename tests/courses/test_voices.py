"""A lesson in further languages: the same pictures with another voice, other captions, or both."""

import json
import re
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.test import Client

from courses import voices
from courses.blocks import LessonBody
from courses.models import LessonPage, LessonVoice
from courses.privacy import has_recordings
from courses.selectors import shown_assets, used_assets
from courses.sentences import VOICE_OF_ANOTHER_LESSON
from lms.core import outbox
from lms.core.clock import now
from media_pipeline import endings, leases
from media_pipeline import services as media_pipeline
from media_pipeline.models import Asset, Rendition, Step
from media_pipeline.selectors import media
from media_pipeline.services import FITTED
from media_pipeline.testing import failed_asset, playable_asset, ready_asset, received_asset, work_off
from tests.factories import courses as make

pytestmark = pytest.mark.django_db
TIBETAN = """WEBVTT

00:01.000 --> 00:04.000
བོད་སྐད།
"""


@pytest.fixture
def voice() -> UUID:
    return ready_asset(content="audio", duration_s=90, seed="bo")


@pytest.fixture
def lesson(voice: UUID) -> LessonPage:
    return make.lesson(
        make.course(),
        "开店",
        asset_id=ready_asset(content="slides", duration_s=90),
        tongues=[make.tongue("bo", voice=voice, captions=TIBETAN), make.tongue("ug", captions=TIBETAN)],
    )


def tell() -> None:
    while outbox.handle_next(now=now()):
        pass


def data(page: str) -> Any:
    found = re.search(r'id="lesson-media"[^>]*>(.*?)</script>', page)
    assert found
    return json.loads(found[1])


def voice_bytes(asset_id: UUID) -> int:
    sound = media([asset_id])[asset_id].sound
    assert sound
    return sound.size_bytes


def test_the_same_pictures_are_heard_in_another_language(client: Client, lesson: LessonPage, voice: UUID) -> None:
    own, other = (data(client.get(url).content.decode()) for url in (lesson.url, f"{lesson.url}in/bo/"))
    assert own["pictures"] == other["pictures"]
    known = media([voice])[voice]
    assert known.sound
    assert other["sound"]["url"] == known.sound.url != own["sound"]["url"]
    page = client.get(f"{lesson.url}in/bo/").content.decode()
    assert known.share
    assert f'<source src="{known.share.url}"' in page


def test_each_language_says_what_it_costs_and_which_one_is_heard(
    client: Client, lesson: LessonPage, voice: UUID
) -> None:
    answer = client.get(f"{lesson.url}in/bo/")
    own, bo, ug = answer.context["hearings"]
    picture = answer.context["media"].renditions[0]
    assert bo.size_bytes == picture.size_with_sound_bytes == picture.size_bytes + voice_bytes(voice)
    assert [one.is_current for one in (own, bo, ug)] == [False, True, False]
    assert [one.url for one in (own, bo, ug)] == [lesson.url, f"{lesson.url}in/bo/", f"{lesson.url}in/ug/"]
    assert (own.name, bo.name, ug.size_bytes) == ("原声", "བོད་སྐད", None)
    assert answer.content.decode().count('aria-current="true"') == 1
    assert [one.is_current for one in client.get(lesson.url).context["hearings"]] == [True, False, False]


def test_captions_of_a_language_stand_beside_its_voice_and_under_its_slides(client: Client, lesson: LessonPage) -> None:
    for address in ("in/bo/", "in/bo/slides/", "in/ug/"):
        page = client.get(f"{lesson.url}{address}").content.decode()
        assert re.search(r'lang="(bo|ug)" dir="auto"[^>]*>.{0,80}བོད་སྐད།|lang="bo" dir="auto">བོད་སྐད།', page, re.DOTALL)
    assert "བོད་སྐད།" not in client.get(lesson.url).content.decode()
    assert f"{lesson.url}in/bo/slides/" in client.get(f"{lesson.url}in/bo/").content.decode()


def test_the_next_lesson_is_in_the_same_language_where_it_has_it(client: Client, voice: UUID) -> None:
    course, another = make.course(), ready_asset(content="audio", duration_s=90, seed="another")
    first = make.lesson(course, asset_id=ready_asset(seed="1"), tongues=[make.tongue("bo", voice=voice)])
    second = make.lesson(course, asset_id=ready_asset(seed="2"), tongues=[make.tongue("bo", voice=another)])
    third = make.lesson(course, asset_id=ready_asset(seed="3"))
    assert client.get(f"{first.url}in/bo/").context["next"].url == f"{second.url}in/bo/"
    assert client.get(f"{second.url}in/bo/").context["next"].url == third.url
    assert client.get(first.url).context["next"].url == second.url


def test_a_language_of_captions_alone_leads_on_too_and_one_that_is_coming_does_not(client: Client, voice: UUID) -> None:
    course, later = make.course(), ready_asset(seed="3")
    captions, spoken = [make.tongue("bo", captions=TIBETAN)], [make.tongue("bo", voice=voice)]
    first = make.lesson(course, asset_id=ready_asset(seed="1"), tongues=captions)
    second = make.lesson(course, asset_id=ready_asset(seed="2"), tongues=captions)
    third = make.lesson(course, asset_id=later, tongues=[make.tongue("bo", voice=received_asset(seed="coming"))])
    make.lesson(course, asset_id=received_asset(seed="4"), tongues=spoken)
    assert client.get(f"{first.url}in/bo/").context["next"].url == f"{second.url}in/bo/"
    assert client.get(f"{second.url}in/bo/").context["next"].url == third.url
    assert client.get(third.url).context["hearings"] == ()


def test_captions_are_there_while_the_voice_is_not(client: Client) -> None:
    own, broken = ready_asset(), failed_asset(content="audio", seed="broken")
    lesson = make.lesson(make.course(), asset_id=own, tongues=[make.tongue("bo", voice=broken, captions=TIBETAN)])
    answer = client.get(f"{lesson.url}in/bo/")
    assert "བོད་སྐད།" in answer.content.decode()
    assert [one.size_bytes is None for one in answer.context["hearings"]] == [False, True]
    assert answer.context["plain"] == f"{lesson.url}in/bo/plain/"


def test_a_device_without_av1_hears_the_voices_with_pictures_that_it_plays(
    client: Client, lesson: LessonPage, voice: UUID
) -> None:
    known = media([voice])[voice]
    assert known.sound
    assert known.plain.sound
    for way, sound in (("plain/", known.sound), ("plain/aac/", known.plain.sound)):
        found = client.get(f"{lesson.url}{way}").context["hearings"]
        assert [one.url for one in found] == [f"{lesson.url}{language}{way}" for language in ("", "in/bo/", "in/ug/")]
        answer = client.get(f"{lesson.url}in/bo/{way}")
        played = data(answer.content.decode())
        assert played["sound"]["url"] == sound.url
        assert all("avc1" in picture["mime"] for picture in played["pictures"])
        assert found[1].size_bytes == answer.context["media"].renditions[0].size_bytes + sound.size_bytes
    leads = [client.get(f"{lesson.url}in/bo/{way}").context["plain"] for way in ("", "plain/", "plain/aac/")]
    assert leads == [f"{lesson.url}in/bo/plain/", f"{lesson.url}in/bo/plain/aac/", ""]


def test_a_device_without_av1_stays_in_its_language_from_lesson_to_lesson(client: Client, voice: UUID) -> None:
    course = make.course()
    first = make.lesson(course, asset_id=ready_asset(seed="1"), tongues=[make.tongue("bo", voice=voice)])
    second = make.lesson(course, asset_id=ready_asset(seed="2"), tongues=[make.tongue("bo", captions=TIBETAN)])
    older = ready_asset(content="audio", duration_s=90, seed="older")
    Rendition.objects.filter(asset=older, name="aac").delete()
    third = make.lesson(course, asset_id=ready_asset(seed="3"), tongues=[make.tongue("bo", voice=older)])
    assert client.get(f"{first.url}in/bo/plain/").context["next"].url == f"{second.url}in/bo/plain/"
    assert client.get(f"{second.url}in/bo/plain/").context["next"].url == f"{third.url}in/bo/"
    assert client.get(f"{third.url}in/bo/").context["plain"] == ""
    assert client.get(f"{third.url}in/bo/plain/").status_code == 404


def test_a_lesson_in_one_language_shows_no_choice(client: Client) -> None:
    lesson = make.lesson(make.course(), asset_id=ready_asset())
    assert 'class="hearings"' not in client.get(lesson.url).content.decode()


@pytest.mark.parametrize(
    "address", ["in/", "in/ko/", "in/bo/more/", "in/ko/plain/", "in/bo/plain/more/", "in/BO/", "in/../"]
)
def test_what_a_lesson_is_not_in_is_not_found(client: Client, lesson: LessonPage, address: str) -> None:
    assert client.get(f"{lesson.url}{address}").status_code == 404


def test_a_voice_that_cannot_be_played_yet_is_not_offered(client: Client) -> None:
    ready = ready_asset()
    coming = received_asset(content="audio", seed="coming")
    lesson = make.lesson(make.course(), asset_id=ready, tongues=[make.tongue("bo", voice=coming)])
    assert client.get(lesson.url).context["hearings"] == ()
    assert client.get(f"{lesson.url}in/bo/").status_code == 404


def test_a_voice_is_made_as_long_as_the_lesson_and_plays_on_meanwhile(client: Client) -> None:
    short = ready_asset(content="audio", duration_s=60, seed="short")
    lesson = make.lesson(make.course(), asset_id=ready_asset(duration_s=90), tongues=[make.tongue("bo", voice=short)])
    assert client.get(f"{lesson.url}in/bo/").status_code == 200
    assert data(client.get(f"{lesson.url}in/bo/").content.decode())["duration"] == 60
    assert set(Step.objects.filter(asset=short, state="waiting").values_list("kind", flat=True)) == {
        "voice",
        "share",
        "plain",
    }
    work_off()
    assert data(client.get(f"{lesson.url}in/bo/").content.decode())["duration"] == 90
    assert Rendition.objects.filter(asset=short, name="voice").count() == 1
    assert Asset.objects.get(id=short).state == "ready"
    make.publish(lesson)
    assert not Step.objects.filter(asset=short).exclude(state="done").exists()


def test_a_voice_waits_for_a_lesson_whose_length_is_not_known() -> None:
    short = ready_asset(content="audio", duration_s=60, seed="short")
    main = received_asset(duration_s=90)
    make.lesson(make.course(), asset_id=main, tongues=[make.tongue("bo", voice=short)])
    assert Asset.objects.get(id=short).fitted_s is None
    work_off()
    tell()
    assert Asset.objects.get(id=short).fitted_s == 90


def test_a_voice_belongs_to_one_recording_and_is_no_lesson_of_its_own(lesson: LessonPage, voice: UUID) -> None:
    course, other = make.course(), ready_asset(seed="other")
    for recording, spoken in ((other, voice), (other, lesson.asset_id), (voice, None)):
        tongues = [make.tongue("bo", voice=spoken)] if spoken else []
        with pytest.raises(ValidationError) as caught, transaction.atomic():
            make.lesson(course, asset_id=recording, tongues=tongues)
        assert caught.value.message_dict == {"body": [str(VOICE_OF_ANOTHER_LESSON)]}
    make.lesson(course, asset_id=lesson.asset_id, tongues=[make.tongue("bo", voice=voice)])  # as a copy of a course has
    make.publish(lesson)


def test_a_lesson_that_got_a_recording_as_its_own_while_another_took_it_as_voice_stays_whole() -> None:
    long = ready_asset(content="audio", duration_s=600, seed="long")
    course = make.course()
    first = make.lesson(course, asset_id=ready_asset(duration_s=90), tongues=[make.tongue("bo", voice=long)])
    work_off()
    assert Rendition.objects.get(asset=long, name="voice").duration_s == 90
    LessonVoice.objects.all().delete()  # as if both were saved at once
    make.lesson(course, asset_id=long)
    LessonVoice.objects.create(lesson=first, language="bo", asset_id=long)
    voices.fit(Q(lesson=first.pk))
    for _ in range(2):
        work_off()
        tell()
    assert Rendition.objects.get(asset=long, name="voice").duration_s == 600
    assert not Step.objects.exclude(state="done").exists()


def test_making_a_voice_again_that_fails_takes_no_lesson_off_line(client: Client) -> None:
    short = ready_asset(content="audio", duration_s=60, seed="short")
    lesson = make.lesson(make.course(), asset_id=ready_asset(duration_s=90), tongues=[make.tongue("bo", voice=short)])
    for _ in range(2):
        step = leases.claim(worker="w", kinds=FITTED, now=now())
        assert step
        Step.objects.filter(pk=step.pk).update(failures=endings.MAX_FAILURES - 1)
        step.refresh_from_db()
        endings.ended_badly(step, ValueError("It went wrong."), "")
    known = Asset.objects.get(id=short)
    assert (known.state, known.error_code) == ("ready", "")
    assert client.get(f"{lesson.url}in/bo/").status_code == 200
    assert set(Step.objects.filter(asset=short, state="failed").values_list("error_code", flat=True)) == {"unexpected"}
    media_pipeline.retry(asset_id=short, now=now())
    work_off()
    assert Rendition.objects.get(asset=short, name="voice").duration_s == 90


def test_another_length_makes_a_voice_again_that_failed_or_was_stopped() -> None:
    short = ready_asset(content="audio", duration_s=60, seed="short")
    main = ready_asset(duration_s=90)
    make.lesson(make.course(), asset_id=main, tongues=[make.tongue("bo", voice=short)])
    media_pipeline.cancel(asset_id=short, now=now())
    assert not media_pipeline.fit(asset_id=short, to=main, now=now())  # stopped by a person: their word holds
    assert media_pipeline.fit(asset_id=short, to=ready_asset(duration_s=120, seed="longer"), now=now())
    work_off()
    assert Rendition.objects.get(asset=short, name="voice").duration_s == 120


def test_voices_are_served_and_kept_as_long_as_a_page_names_them(lesson: LessonPage, voice: UUID) -> None:
    assert shown_assets({voice}) == {voice}
    assert voice in used_assets()
    lesson.body = [block for block in lesson.body.raw_data if block["type"] != "tongue"]
    draft = lesson.save_revision()
    assert shown_assets({voice}) == {voice}
    draft.publish()
    assert shown_assets({voice}) == set()
    assert voice in used_assets()  # an earlier revision names it


def test_a_draft_shows_no_voice(voice: UUID) -> None:
    make.lesson(make.course(), asset_id=ready_asset(), tongues=[make.tongue("bo", voice=voice)], live=False)
    assert shown_assets({voice}) == set()


def test_a_private_place_takes_no_voice(lesson: LessonPage) -> None:
    lesson.body = [block for block in lesson.body.raw_data if block["type"] != "video"]
    make.publish(lesson)
    assert has_recordings(lesson)
    with pytest.raises(ValidationError) as caught:
        make.restrict(lesson)
    assert caught.value.code == "private_video"


def test_a_page_in_place_of_another_has_its_voices(lesson: LessonPage, voice: UUID) -> None:
    other = make.alias(lesson)
    assert LessonVoice.objects.get(lesson=other.pk).asset_id == voice


def test_the_trainer_sees_a_voice_that_is_not_done_yet(client: Client) -> None:
    ready = ready_asset()
    coming = received_asset(content="audio", seed="coming", name="tibetan.wav")
    make.lesson(make.course(), "开店", asset_id=ready, tongues=[make.tongue("bo", voice=coming)])
    client.force_login(make.trainer())
    assert "tibetan.wav" in client.get("/admin/").content.decode()


REFUSED = {
    "tongue_alone": [("tongue", {"language": "bo", "voice": None, "captions": TIBETAN})],
    "tongue_twice": [("tongue", {"language": "bo", "voice": None, "captions": TIBETAN})] * 2,
    "empty_tongue": [("tongue", {"language": "bo", "voice": None, "captions": " "})],
    "line 3": [("tongue", {"language": "bo", "voice": None, "captions": "WEBVTT\n\nno time\nx\n"})],
    "required": [("tongue", {"language": "", "voice": None, "captions": TIBETAN})],
    "max": [("tongue", {"language": "bo", "voice": None, "captions": TIBETAN})] * 13,
}


@pytest.mark.parametrize("why", REFUSED)
def test_what_no_lesson_can_be_is_refused_with_a_sentence(why: str) -> None:
    block = LessonBody()
    with_video = [] if why == "tongue_alone" else [("video", str(playable_asset()))]
    with pytest.raises(ValidationError) as caught:
        block.clean(block.normalize([*with_video, *REFUSED[why]]))
    assert caught.value


UNFINISHED = {
    "nothing in the block": [("tongue", {"language": "", "voice": None, "captions": ""})],
    "two blocks begun": [("tongue", {"language": "", "voice": None, "captions": ""})] * 2,
    "no recording yet": [("tongue", {"language": "bo", "voice": None, "captions": TIBETAN})],
}


@pytest.mark.parametrize("what", UNFINISHED)
def test_a_draft_may_be_saved_before_its_languages_are_whole(what: str) -> None:
    block = LessonBody()
    value = block.normalize(UNFINISHED[what])
    assert len(block.clean_deferred(value)) == len(UNFINISHED[what])
    with pytest.raises(ValidationError):
        block.clean(value)


MALFORMED: dict[str, Any] = {
    "no language": {"voice": None, "captions": TIBETAN},
    "a list of languages": {"language": ["bo"], "captions": TIBETAN},
    "an endless language": {"language": "x" * 300, "captions": TIBETAN},
    "no text": {"language": "bo", "captions": 5},
    "no voice": {"language": "bo", "voice": "nothing", "captions": None},
    "no captions": {"language": "bo", "voice": None, "captions": "WEBVTT\n\nno time\nx\n"},
}


@pytest.mark.parametrize("what", MALFORMED)
def test_what_a_program_wrote_wrongly_into_a_body_breaks_no_page(client: Client, what: str) -> None:
    lesson = make.lesson(make.course(), asset_id=ready_asset())
    lesson.body = [*lesson.body.raw_data, {"type": "tongue", "value": MALFORMED[what]}]
    lesson.save(clean=False)
    assert client.get(lesson.url).status_code == 200
    assert client.get(f"{lesson.url}in/bo/").status_code in {200, 404}


@pytest.mark.parametrize(
    ("language", "further", "name"),
    [
        ("zh", "bo", "普通话"),
        ("kk-Arab", "bo", "قازاقشا"),
        ("und", "bo", "原声"),
        ("bo", "bo", "原声"),
        ("zh-Hans", "bo", "普通话"),
    ],
)
def test_the_lesson_itself_is_called_by_its_language_only_where_that_is_known(
    client: Client, language: str, further: str, name: str
) -> None:
    own = ready_asset()
    Rendition.objects.filter(asset=own, kind="sound").update(language=language)
    lesson = make.lesson(make.course(), asset_id=own, tongues=[make.tongue(further, captions=TIBETAN)])
    assert client.get(lesson.url).context["hearings"][0].name == name


def test_a_recording_without_sound_is_not_called_by_a_language(client: Client) -> None:
    own = ready_asset()
    Rendition.objects.filter(asset=own, kind="sound").delete()
    lesson = make.lesson(make.course(), asset_id=own, tongues=[make.tongue("bo", captions=TIBETAN)])
    assert client.get(lesson.url).context["hearings"][0].name == "无声"


def test_the_file_of_a_filmed_voice_is_not_offered_with_its_pictures(client: Client) -> None:
    filmed = ready_asset(content="camera", duration_s=90, seed="filmed")
    main = ready_asset(content="slides", duration_s=90)
    lesson = make.lesson(make.course(), asset_id=main, tongues=[make.tongue("bo", voice=filmed)])
    known = client.get(f"{lesson.url}in/bo/").context["media"]
    assert known.sound
    assert known.share is None
