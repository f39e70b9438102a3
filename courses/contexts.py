"""What the page templates are given."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.utils.translation import get_language, gettext

from courses.blocks import Tongue
from courses.cards import (
    Lessons,
    codes_of,
    course_card,
    course_cards,
    lesson_card,
    modules_of,
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


def course_context(page: CoursePage, *, private: bool) -> dict[str, Any]:
    """A course with its modules and lessons."""
    language = page.locale.language_code
    lessons = Lessons.of(page)
    media = _media([lesson.asset_id for lesson in lessons.pages], private=private)
    codes = codes_of([page.translation_key, *lessons.keys])
    url = page.url or ""
    cards = lessons.cards(media, codes, url)
    titles = tuple(topic.title_in(language) for topic in page.topics.all())
    return {
        "course": replace(course_card(page, lessons.pages, media, codes, titles, url=url), summary=page.summary),
        "modules": modules_of(page, lessons.pages, cards),
        "outcomes": tuple(filter(None, (line.strip(" \t-•·") for line in page.outcomes.splitlines()))),
        "audiences": tuple(audience.title_in(language) for audience in page.audiences.all()),
        "picture": picture(page.picture, COURSE),
        "link_picture": picture(page.picture, LINK_PREVIEW),
    }


def lesson_context(
    page: LessonPage, *, private: bool, plain: bool = False, tongue: Tongue | None = None
) -> dict[str, Any]:
    """A lesson with its media and captions, its course, and the lessons beside it.

    In a preview (`private`) the lesson may be new and not yet among those of its course. `plain` is for devices without
    AV1, `tongue` for a further language: each leads to other lessons in the same way, where they have it too.
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
    spoken = [each.asset_id for each in page.tongues]
    media = _media([*(lesson.asset_id for lesson in lessons.pages), *spoken])
    if private:
        media = {**media, **_media([page.asset_id, *spoken], private=True)}
    voices = media
    with_plain = {asset_id for asset_id, known in media.items() if known.plain.renditions and not private}
    if plain:
        media = {asset_id: known.as_plain() for asset_id, known in media.items() if asset_id in with_plain}
    codes = codes_of([course.translation_key, page.translation_key, *lessons.keys])
    url = course.url or ""
    in_tongue = _lessons_in(tongue, media, before, after)

    def card(lesson: LessonPage | None, number: int) -> Any:
        address = f"{url}{lesson.slug}/" if lesson else ""
        if lesson and plain and lesson.asset_id in with_plain:
            address += "plain/"
        if lesson and tongue and lesson.pk in in_tongue:
            address += f"in/{tongue.language}/"
        return lesson_card(lesson, number, media=media, codes=codes, url=address) if lesson else None

    _read_pictures(page)
    own = media.get(page.asset_id) if page.asset_id else None
    known = _heard(own, voices, tongue)
    if known and known is not own:
        media = {**media, known.asset_id: known}
    cues = tongue.cues if tongue and tongue.cues else page.cues
    shown = course_card(course, lessons.pages, media, codes, (), url=url)
    lesson_url = f"{url}{page.slug}/"
    return {
        "lesson": replace(card(page, at + 1), summary=page.summary),
        "media": known,
        "cues": cues,
        "plain": f"{lesson_url}plain/" if page.asset_id in with_plain and not plain and not tongue else "",
        "reading": None if private or known is None else _reading(known, cues),
        "hearings": () if private else _hearings(page, own, voices, tongue, lesson_url),
        "tongue": tongue,
        "here": f"{lesson_url}in/{tongue.language}/" if tongue else lesson_url,
        # A draft is seen in its place: "lesson 1 of 1".
        "course": replace(shown, lesson_count=max(shown.lesson_count, at + 1)),
        "previous": card(before, at),
        "next": card(after, at + 2),
    }


def _lessons_in(tongue: Tongue | None, media: Mapping[UUID, Media], *beside: LessonPage | None) -> set[int]:
    """Which of the lessons beside this one can be had in the same further language."""
    if tongue is None:
        return set()
    same = {page: each for page in beside if page for each in page.tongues if each.language == tongue.language}
    voices = _media([each.asset_id for each in same.values()])
    return {page.pk for page, each in same.items() if page.asset_id and _heard(media.get(page.asset_id), voices, each)}


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
    page: LessonPage, own: Media | None, voices: Mapping[UUID, Media], tongue: Tongue | None, lesson_url: str
) -> tuple[Hearing, ...]:
    """The languages to choose from, the lesson's own first; none when there is only that."""
    if own is None:
        return ()
    found = [replace(_as_recorded(page, own), url=lesson_url, is_current=tongue is None)]
    for each in page.tongues:
        known = _heard(own, voices, each)
        if known:
            size_bytes = known.size_to_play_bytes if known is not own else None
            url = f"{lesson_url}in/{each.language}/"
            found.append(Hearing(each.language, own_name(each.language), url, size_bytes, tongue == each))
    return tuple(found) if len(found) > 1 else ()


def _as_recorded(page: LessonPage, own: Media) -> Hearing:
    """The lesson's own recording; by the name of its language where that is known and no further voice has it."""
    spoken = own.sound.language if own.sound else "und"
    known = spoken != "und" and spoken not in {each.language for each in page.tongues}
    if known:
        return Hearing(spoken, own_name(spoken), "", own.size_to_play_bytes, is_current=False)
    name = gettext("As recorded") if own.sound else gettext("Without words")
    return Hearing(get_language() or "", name, "", own.size_to_play_bytes, is_current=False)


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
