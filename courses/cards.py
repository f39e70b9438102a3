"""Courses and lessons as lists show them, made from pages and media in a bounded number of queries."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q
from wagtail.models import Page

from courses import readings
from courses.models import CoursePage, LessonPage, Module, ShortCode, Topic
from courses.pictures import CARD, picture
from courses.types import CourseCard, LessonCard, LessonState, ModuleView, Quality
from courses.visibility import private_paths, public
from lms.core.words import first_words
from media_pipeline import selectors as media_pipeline
from media_pipeline.types import Media, Size

LISTED_CHARACTERS = 140


def codes_of(keys: Collection[UUID]) -> dict[UUID, str]:
    """Six-digit numbers by key. One query."""
    return dict(ShortCode.objects.filter(key__in=set(keys)).values_list("key", "code"))


def state_of(asset_id: UUID | None, media: Media | None) -> LessonState:
    """What can be done with a lesson now."""
    if asset_id is None:
        return "text"
    if media is None or media.state == "failed":
        return "failed"
    if media.state == "ready":
        return "ready"
    return "playable" if media.playable or media.share else "encoding"


def qualities_of(media: Media) -> tuple[Quality, ...]:
    """Every way to take a lesson, fewest bytes first; the file to hand on last."""
    duration_s = media.duration_s or 0.0
    found = [Quality("voice", media.sound.size_bytes, media.sound.average_bps)] if media.sound else []
    for rendition in media.renditions:
        size_bytes = rendition.size_with_sound_bytes
        found.append(Quality(rendition.name, size_bytes, round(size_bytes * 8 / duration_s) if duration_s else 0))
    if media.share:
        size_bytes = media.share.size_bytes
        found.append(Quality("share", size_bytes, round(size_bytes * 8 / duration_s) if duration_s else 0))
    return tuple(found)


@dataclass(frozen=True)
class Lessons:
    """The lessons of one course that its readers see, in the order of the tree."""

    course: CoursePage
    pages: tuple[LessonPage, ...]
    private: frozenset[str]  # what of the tree is not for everyone

    @classmethod
    def of(cls, course: CoursePage) -> "Lessons":
        """Read them; two queries. Who sees a private course sees its lessons, but not what is private below it."""
        private = private_paths()
        below = frozenset(path for path in private if len(path) > len(course.path))
        pages = public(LessonPage.objects.child_of(course), private=below)
        pages = pages.defer("body", "transcript_vtt", "transcript_cues").order_by("path")
        return cls(course, tuple(pages), private)

    def is_private(self, page: Page) -> bool:
        """True when the course, or one of its lessons, is not for everyone."""
        return any(page.path.startswith(path) for path in self.private)

    @property
    def keys(self) -> tuple[UUID, ...]:
        """Their keys, in order."""
        return tuple(page.translation_key for page in self.pages)

    @property
    def asset_ids(self) -> list[UUID | None]:
        """Their recordings, None for those to read."""
        return [page.asset_id for page in self.pages]

    def by_module(self, modules: Sequence[Module]) -> list[tuple[int, LessonPage]]:
        """With their numbers, as the course shows them: those outside modules first, then module by module."""
        places: dict[UUID | None, int] = {module.key: place for place, module in enumerate(modules, start=1)}
        return sorted(enumerate(self.pages, start=1), key=lambda each: places.get(each[1].module_key, 0))


def lesson_cards(
    numbered: Sequence[tuple[int, LessonPage]],
    media: Mapping[UUID, Media],
    codes: Mapping[UUID, str],
    course_url: str,
) -> list[LessonCard]:
    """A card for each of some lessons of a course. One query."""
    read = readings.sizes([page.pk for _number, page in numbered if page.asset_id is None])
    return [
        replace(
            lesson_card(page, number, media=media, codes=codes, url=f"{course_url}{page.slug}/"),
            reading_bytes=read.get(page.pk),
        )
        for number, page in numbered
    ]


def lesson_card(
    page: LessonPage, number: int, *, media: Mapping[UUID, Media], codes: Mapping[UUID, str], url: str
) -> LessonCard:
    """One lesson, `number` in its course."""
    known = media.get(page.asset_id) if page.asset_id else None
    return LessonCard(
        key=page.translation_key,
        title=page.title,
        summary=first_words(page.summary, LISTED_CHARACTERS),
        url=url,
        short_code=codes.get(page.translation_key, ""),
        number=number,
        state=state_of(page.asset_id, known),
        duration_s=known.duration_s if known else None,
        size_bytes=known.size_to_play_bytes if known else None,
        qualities=qualities_of(known) if known else (),
        poster_url=known.poster_url if known else None,
        fraction=known.fraction if known else 0.0,
    )


def modules_of(
    modules: Sequence[Module], lessons: Sequence[LessonPage], cards: Sequence[LessonCard]
) -> tuple[ModuleView, ...]:
    """The cards under their modules, in the course's order; lessons outside modules come first, without a title."""
    known = {module.key for module in modules}
    groups: dict[UUID | None, list[LessonCard]] = {}
    for page, card in zip(lessons, cards, strict=True):
        groups.setdefault(page.module_key if page.module_key in known else None, []).append(card)
    titled: list[tuple[UUID | None, str]] = [(None, ""), *((module.key, module.title) for module in modules)]
    return tuple(ModuleView(title, tuple(groups[key])) for key, title in titled if key in groups)


def course_cards(courses: Iterable[CoursePage], language: str) -> tuple[CourseCard, ...]:
    """Cards of public courses, whatever their number in about ten queries."""
    pages = list(courses)
    recordings: dict[str, list[UUID | None]] = {page.path: [] for page in pages}
    lessons = public(LessonPage.objects.filter(_children(pages))).order_by()
    for path, asset_id in lessons.values_list("path", "asset_id"):
        recordings[path[: -LessonPage.steplen]].append(asset_id)
    sizes = sizes_of(asset_id for group in recordings.values() for asset_id in group)
    codes = codes_of([page.translation_key for page in pages])
    titles = topic_titles([page.pk for page in pages], language)
    return tuple(
        course_card(page, recordings[page.path], sizes, codes, titles.get(page.pk, ()), url=page.url) for page in pages
    )


def sizes_of(asset_ids: Iterable[UUID | None]) -> dict[UUID, Size]:
    """What recordings take, by id. One query."""
    wanted = {asset_id for asset_id in asset_ids if asset_id}
    return media_pipeline.sizes(wanted) if wanted else {}


def course_card(
    page: CoursePage,
    recordings: Sequence[UUID | None],
    sizes: Mapping[UUID, Size],
    codes: Mapping[UUID, str],
    topics: tuple[str, ...],
    *,
    url: str,
) -> CourseCard:
    """One course with what its lessons, each with a recording or None, come to."""
    known = [sizes[asset_id] for asset_id in recordings if asset_id and asset_id in sizes]
    small = picture(page.picture, CARD) if page.picture_id else None
    return CourseCard(
        key=page.translation_key,
        title=page.title,
        summary=first_words(page.summary, LISTED_CHARACTERS),
        url=url,
        short_code=codes.get(page.translation_key, ""),
        topics=topics,
        lesson_count=len(recordings),
        duration_s=sum(item.duration_s or 0.0 for item in known),
        size_bytes=sum(item.size_to_play_bytes or 0 for item in known),
        picture_url=small.url if small else None,
    )


def topic_titles(course_ids: Collection[int], language: str) -> dict[int, tuple[str, ...]]:
    """The topics of courses by the course's id, in `language`. One query."""
    found: dict[int, tuple[str, ...]] = {}
    links = CoursePage.topics.through.objects.filter(coursepage__in=course_ids).select_related("topic")
    for link in links.order_by("topic__position", "topic__slug"):
        found[link.coursepage_id] = (*found.get(link.coursepage_id, ()), link.topic.title_in(language))
    return found


def topics_within(slug: str) -> set[int]:
    """The ids of the topic of that slug and of those below it; empty when there is no such topic."""
    known = list(Topic.objects.all())
    found = {topic.pk for topic in known if topic.slug == slug}
    grown = True
    while grown:
        more = {topic.pk for topic in known if topic.parent_id in found} - found
        found |= more
        grown = bool(more)
    return found


def _children(pages: Sequence[CoursePage]) -> Q:
    found = Q(pk__in=())
    for page in pages:
        found |= Q(path__startswith=page.path, depth=page.depth + 1)
    return found
