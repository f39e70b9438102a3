"""What the page templates are given."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.utils.translation import get_language, gettext

from courses import readings
from courses.blocks import Tongue
from courses.cards import (
    Lessons,
    codes_of,
    course_card,
    course_cards,
    lesson_card,
    lesson_cards,
    modules_of,
    sizes_of,
    topics_within,
)
from courses.models import CourseIndexPage, CoursePage, HomePage, LessonPage
from courses.pictures import COURSE, LINK_PREVIEW, picture
from courses.selectors import topics
from courses.tongues import own_name
from courses.types import Cue, Hearing, Reading, Slide
from courses.visibility import public
from media_pipeline import selectors as media_pipeline
from media_pipeline.types import Media

HOME_COURSES = 8
PAGE_SIZE = 20
PAGE_LESSONS = 100
CUE_EARLY_S = 0.5


def home_context(page: HomePage) -> dict[str, Any]:
    """The newest courses and the topics."""
    language = page.locale.language_code
    courses = _listed(page).order_by("-first_published_at", "-pk")[:HOME_COURSES]
    return {"courses": course_cards(courses, language), "topics": topics(language)}


def index_context(page: CourseIndexPage, *, topic: str, page_number: str) -> dict[str, Any]:
    """A page of the courses, those of one topic when `topic` is its slug; an unknown slug shows all."""
    language = page.locale.language_code
    courses = _listed(page).order_by("path")
    within = topics_within(topic) if topic else set()
    if within:
        courses = courses.filter(pk__in=CoursePage.topics.through.objects.filter(topic__in=within).values("coursepage"))
    listed = Paginator(courses, PAGE_SIZE).get_page(page_number)
    return {
        "courses": course_cards(listed.object_list, language),
        "topics": topics(language),
        "topic": topic if within else "",
        "paging": listed,
    }


def _listed(page: HomePage | CourseIndexPage) -> Any:
    courses = public(CoursePage.objects.descendant_of(page))
    return courses.select_related("locale", "picture").prefetch_related("picture__renditions")


def course_context(page: CoursePage, *, private: bool, page_number: str | None = None) -> dict[str, Any]:
    """A course with its modules and lessons: all of them, or those of a page of the list when its number is given."""
    language = page.locale.language_code
    lessons, modules = Lessons.of(page), list(page.modules.all())
    numbered = lessons.by_module(modules)
    listed = Paginator(numbered, PAGE_LESSONS).get_page(page_number)
    if page_number is not None:
        numbered = list(listed)
    shown = [lesson for _number, lesson in numbered]
    media = _media([lesson.asset_id for lesson in shown], private=private)
    codes = codes_of([page.translation_key, *(lesson.translation_key for lesson in shown)])
    url = page.url or ""
    cards = lesson_cards(numbered, media, codes, url)
    titles = tuple(topic.title_in(language) for topic in page.topics.all())
    card = course_card(page, lessons.asset_ids, sizes_of(lessons.asset_ids), codes, titles, url=url)
    takes = 0 if lessons.is_private(page) else sum(each.size_bytes or each.reading_bytes or 0 for each in cards)
    return {
        "course": replace(card, summary=page.summary),
        "modules": modules_of(modules, shown, cards),
        "paging": listed,
        "to_keep_bytes": takes,
        "outcomes": tuple(filter(None, (line.strip(" \t-•·") for line in page.outcomes.splitlines()))),
        "audiences": tuple(audience.title_in(language) for audience in page.audiences.all()),
        "picture": picture(page.picture, COURSE),
        "link_picture": picture(page.picture, LINK_PREVIEW),
    }


# Where a device is sent that does not play what a page has: to H.264, and where it has no Opus either, to AAC.
PLAINER = ("plain/", "plain/aac/")


def lesson_context(page: LessonPage, *, private: bool, plain: str = "", tongue: Tongue | None = None) -> dict[str, Any]:
    """A lesson with its media and captions, its course, and the lessons beside it.

    In a preview (`private`) the lesson may be new and not yet among those of its course. `plain`, one of PLAINER, is
    for devices without AV1 or Opus, `tongue` for a further language: each leads to other lessons in the same way,
    where they have it too.
    """
    course = _course_of(page)
    if course is None:
        return {
            "lesson": None,
            "media": None,
            "cues": page.cues,
            "course": None,
            "previous": None,
            "next": None,
            "reading": None,
            "hearings": (),
        }
    lessons = Lessons.of(course)
    places = {lesson.translation_key: at for at, lesson in enumerate(lessons.pages)}
    at = places.get(page.translation_key, len(lessons.pages))
    before = lessons.pages[at - 1] if at > 0 else None
    after = lessons.pages[at + 1] if at + 1 < len(lessons.pages) else None
    near = [lesson for lesson in (before, page, after) if lesson]
    spoken = [each.asset_id for each in page.tongues]
    media = _media([*(lesson.asset_id for lesson in near), *spoken])
    if private:
        media = {**media, **_media([page.asset_id, *spoken], private=True)}
    own = media.get(page.asset_id) if page.asset_id else None
    known = _heard(own, media, tongue)
    in_tongue = _lessons_in(tongue, media, before, after)
    codes = codes_of([course.translation_key, *(lesson.translation_key for lesson in near)])
    url = course.url or ""
    # What plays here: this lesson and those beside it as they are heard, all as the device can play them.
    shown = media | in_tongue | ({known.asset_id: known} if known else {})
    if plain:
        shown = {asset_id: _plain(each, plain) for asset_id, each in shown.items() if each.plain.renditions}

    def card(lesson: LessonPage | None, number: int) -> Any:
        if lesson is None:
            return None
        address = f"{url}{lesson.slug}/"
        if tongue and lesson.asset_id in in_tongue:
            address += f"in/{tongue.language}/"
        if plain and lesson.asset_id in shown:
            address += plain
        return lesson_card(lesson, number, media=shown, codes=codes, url=address)

    _read_pictures(page)
    cues = tongue.cues if tongue and tongue.cues else page.cues
    course_shown = course_card(course, lessons.asset_ids, {}, codes, (), url=url)
    lesson_url = f"{url}{page.slug}/"
    here = f"{lesson_url}in/{tongue.language}/" if tongue else lesson_url
    heard = shown.get(known.asset_id) if known else None
    to_keep = page.asset_id is None and not private and not lessons.is_private(page)
    reading_bytes = readings.sizes([page.pk])[page.pk] if to_keep else None
    further = next((each for each in PLAINER if len(each) > len(plain)), "")
    return {
        "lesson": replace(card(page, at + 1), summary=page.summary, reading_bytes=reading_bytes),
        "media": heard,
        "cues": cues,
        "plain": f"{here}{further}" if known and known.plain.renditions and further and not private else "",
        "reading": None if private or heard is None else _reading(heard, cues),
        "hearings": () if private else _hearings(page, own, media, tongue, lesson_url, plain=plain),
        "tongue": tongue,
        "here": here,
        # A draft is seen in its place: "lesson 1 of 1".
        "course": replace(course_shown, lesson_count=max(course_shown.lesson_count, at + 1)),
        "previous": card(before, at),
        "next": card(after, at + 2),
    }


def _plain(media: Media, plain: str) -> Media:
    return media.as_plain(opus=plain == PLAINER[0])


def _lessons_in(tongue: Tongue | None, media: Mapping[UUID, Media], *beside: LessonPage | None) -> dict[UUID, Media]:
    """Those of the lessons beside this one that can be had in the same further language, as they are heard in it."""
    if tongue is None:
        return {}
    same = {page: each for page in beside if page for each in page.tongues if each.language == tongue.language}
    voices = _media([each.asset_id for each in same.values()])
    heard = (_heard(media.get(page.asset_id), voices, each) for page, each in same.items() if page.asset_id)
    return {each.asset_id: each for each in heard if each}


def _heard(own: Media | None, voices: Mapping[UUID, Media], tongue: Tongue | None) -> Media | None:
    """The lesson's media in `tongue`; None when it cannot be had in it yet.

    While its voice cannot be played, captions of that language stand beside the lesson's own.
    """
    if own is None or tongue is None:
        return own
    if not own.playable:
        return None
    voice = voices.get(tongue.asset_id) if tongue.asset_id else None
    if voice and voice.sounds:
        return own.spoken(voice)
    return own if tongue.captions.strip() else None


def _hearings(
    page: LessonPage,
    own: Media | None,
    voices: Mapping[UUID, Media],
    tongue: Tongue | None,
    lesson_url: str,
    *,
    plain: str,
) -> tuple[Hearing, ...]:
    """The languages to choose from, the lesson's own first; none when there is only that."""
    if own is None:
        return ()

    def hearing(spoken: str, name: str, url: str, known: Media, *, is_current: bool) -> Hearing:
        as_plain = plain and known.plain.renditions
        size_bytes = (_plain(known, plain) if as_plain else known).size_to_play_bytes
        return Hearing(spoken, name, f"{url}{plain}" if as_plain else url, size_bytes, is_current)

    found = [hearing(*_as_recorded(page, own), lesson_url, own, is_current=tongue is None)]
    for each in page.tongues:
        known = _heard(own, voices, each)
        if known:
            url = f"{lesson_url}in/{each.language}/"
            one = hearing(each.language, own_name(each.language), url, known, is_current=tongue == each)
            found.append(one if known is not own else replace(one, size_bytes=None))
    return tuple(found) if len(found) > 1 else ()


def _as_recorded(page: LessonPage, own: Media) -> tuple[str, str]:
    """What the lesson's own recording is in: its language and name where that is known and no further voice has it."""
    spoken = own.sound.language if own.sound else "und"
    if spoken != "und" and spoken not in {each.language for each in page.tongues}:
        return spoken, own_name(spoken)
    return get_language() or "", gettext("As recorded") if own.sound else gettext("Without words")


def _reading(media: Media, cues: Sequence[Cue]) -> Reading | None:
    """The slides with the words that belong to each; None when there are none."""
    found = media_pipeline.stills(media)
    if not found:
        return None
    ends_s = [*(still.start_s for still in found[1:]), inf]
    slides = tuple(
        Slide(
            number=number,
            start_s=still.start_s,
            url=still.url,
            width=still.width,
            height=still.height,
            # What begins just before a slide changes is said to the next one.
            cues=tuple(cue for cue in cues if still.start_s <= cue.start_s + CUE_EARLY_S < end_s),
        )
        for number, (still, end_s) in enumerate(zip(found, ends_s, strict=True), start=1)
    )
    pictures_bytes = sum(still.size_bytes for still in found)
    return Reading(slides, pictures_bytes, pictures_bytes + (media.sound.size_bytes if media.sound else 0))


def _course_of(page: LessonPage) -> CoursePage | None:
    """The course of a lesson; the one that routing has just read, where it has."""
    routed = getattr(page, "_cached_parent_obj", None)
    if isinstance(routed, CoursePage):
        return routed
    courses = CoursePage.objects.filter(path=page.path[: -page.steplen])
    return courses.select_related("locale", "picture").prefetch_related("picture__renditions").first()


def _read_pictures(page: LessonPage) -> None:
    """Read what is known of the pictures of all steps at once."""
    steps = [step for block in page.body if block.block_type == "steps" for step in block.value]
    images = [step["picture"] for step in steps if step["picture"]]
    prefetch_related_objects(images, "renditions")


def _media(asset_ids: list[UUID | None], *, private: bool = False) -> dict[UUID, Media]:
    wanted = {asset_id for asset_id in asset_ids if asset_id}
    return media_pipeline.media(wanted, private=private) if wanted else {}
