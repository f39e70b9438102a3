"""What others read of courses: frozen values in a bounded number of queries."""

import re
from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from wagtail.models import Revision

from courses.cards import Lessons, codes_of, sizes_of
from courses.models import CoursePage, LessonPage, LessonVoice, ShortCode, Topic
from courses.subjects import search_subjects
from courses.types import Named, TopicTile
from courses.visibility import private_paths, public
from lms.core.languages import content_language

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
__all__ = [
    "bytes_to_play",
    "course_keys",
    "key_for_code",
    "lesson_keys",
    "lesson_titles",
    "named",
    "search_keys",
    "search_subjects",
    "shown_assets",
    "topics",
    "url_for_code",
    "used_assets",
]


def shown_assets(asset_ids: Collection[UUID]) -> set[UUID]:
    """Those of `asset_ids` that a live public page shows: only these may be served to everyone."""
    wanted = set(asset_ids)
    lessons = public(LessonPage.objects.filter(asset_id__in=wanted)).order_by()
    found = {asset_id for asset_id in lessons.values_list("asset_id", flat=True) if asset_id}
    if found == wanted:
        return found
    spoken = public(LessonPage.objects.filter(voices__asset_id__in=wanted)).order_by()
    return found | (wanted & set(spoken.values_list("voices__asset_id", flat=True)))


def used_assets() -> set[UUID]:
    """Every recording that a lesson or one of its kept revisions names: none of them may be collected as garbage.

    Any UUID of a body counts: rather one too many than one too few.
    """
    found = {asset_id for asset_id in LessonPage.objects.order_by().values_list("asset_id", flat=True) if asset_id}
    found.update(LessonVoice.objects.values_list("asset_id", flat=True))
    for content in Revision.page_revisions.values_list("content", flat=True).iterator():
        found.update(UUID(name) for name in _UUID.findall(str(content.get("body", ""))))
    return found


def search_keys() -> Iterator[UUID]:
    """The keys of everything that search should know."""
    private = private_paths()
    for model in (CoursePage, LessonPage):
        pages = public(model.objects.all(), private=private)
        yield from pages.order_by().values_list("translation_key", flat=True).distinct().iterator()


def topics(language: str | None = None) -> tuple[TopicTile, ...]:
    """The broad topics that have public courses, with how many, in `language` (the reader's when None)."""
    language = language or content_language()
    courses = public(CoursePage.objects.filter(locale__language_code=language))
    links = CoursePage.topics.through.objects.filter(coursepage__in=courses.order_by().values("pk"))
    known = {topic.pk: topic for topic in Topic.objects.all()}
    found: dict[int, set[int]] = {}
    for course_id, topic_id in links.values_list("coursepage_id", "topic_id"):
        found.setdefault(_broadest(known, topic_id).pk, set()).add(course_id)
    return tuple(
        TopicTile(topic.slug, topic.title_in(language), len(found[topic.pk]), topic.icon)
        for topic in known.values()
        if topic.pk in found
    )


def _broadest(known: dict[int, Topic], topic_id: int) -> Topic:
    topic = known[topic_id]
    while topic.parent_id is not None:
        topic = known[topic.parent_id]
    return topic


def key_for_code(code: str) -> UUID | None:
    """The course or lesson of a six-digit number."""
    return ShortCode.objects.filter(code=code).values_list("key", flat=True).first()


def url_for_code(code: str, language: str) -> str | None:
    """Where the number leads: the public page in `language`, else in another; None when there is none."""
    key = key_for_code(code)
    named_page = named([key], language).get(key) if key else None
    return named_page.url if named_page else None


def named(keys: Iterable[UUID], language: str | None = None) -> dict[UUID, Named]:
    """Titles and addresses of public courses and lessons, in `language` where they are, else in another."""
    language = language or content_language()
    wanted, private = set(keys), private_paths()
    codes = codes_of(wanted)
    found: dict[UUID, Named] = {}
    for kind, model in (("course", CoursePage), ("lesson", LessonPage)):
        pages = public(model.objects.filter(translation_key__in=wanted), private=private).select_related("locale")
        # Originals before aliases of other languages, and the reader's language last: it wins.
        ordered = sorted(pages, key=lambda page: (page.locale.language_code == language, page.alias_of_id is None))
        for page in ordered:
            key = page.translation_key
            found[key] = Named(kind, key, page.title, page.url, codes.get(key, ""))  # type: ignore[arg-type]
    return found


def bytes_to_play(keys: Collection[UUID]) -> dict[UUID, int]:
    """What public lessons take in data, in the usual choice, by key; those without anything to play are left out."""
    pages = public(LessonPage.objects.filter(translation_key__in=set(keys)), private=private_paths())
    assets = {page.translation_key: page.asset_id for page in pages if page.asset_id}
    known = sizes_of(assets.values())
    sizes = {key: known[asset].size_to_play_bytes for key, asset in assets.items() if asset in known}
    return {key: size for key, size in sizes.items() if size}


def lesson_keys(course_key: UUID) -> tuple[UUID, ...]:
    """The public lessons of a course in their order (in the language where it has most)."""
    pages = [Lessons.of(course).keys for course in public(CoursePage.objects.filter(translation_key=course_key))]
    return max(pages, key=len, default=())


def lesson_titles(keys: Collection[UUID]) -> dict[UUID, str]:
    """Titles of lessons by key, unpublished ones too: what was learned counts when it is told a week later."""
    pages = LessonPage.objects.filter(translation_key__in=set(keys)).order_by("alias_of")
    return dict(pages.values_list("translation_key", "title"))


def course_keys(lesson_key: UUID) -> set[UUID]:
    """The courses a lesson is in (one, unless its languages were moved apart)."""
    paths = {page.path[: -LessonPage.steplen] for page in LessonPage.objects.filter(translation_key=lesson_key)}
    return set(CoursePage.objects.filter(path__in=paths).values_list("translation_key", flat=True))
