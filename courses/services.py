"""Verbs that change courses."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from wagtail.models import Locale

from courses import captions, catalogue
from courses.attachments import Attachments
from courses.catalogue import CourseRecord, LessonRecord, RecordRefused
from courses.languages import mirror
from courses.models import Audience, CatalogueRecord, CourseIndexPage, CoursePage, LessonPage, Module, Topic
from courses.slugs import pinyin_slug

SIMILAR = 0.6  # of two titles, 0..1 (Ratcliff and Obershelp)
Status = Literal["created", "updated", "unchanged"]


@dataclass(frozen=True)
class Imported:
    """What became of a record."""

    key: uuid.UUID
    language: str
    status: Status


def import_course(*, record: dict[str, Any], publish: bool, base: Path, now: datetime) -> Imported:
    """Take a course of a catalogue over, with its lessons, recordings and pictures; paths are relative to `base`.

    The same `id` in the same language is the same course: it is made, brought up to date, or left alone when nothing in
    the record or its files changed since. With another language it becomes the course's translation. Lessons that the
    record no longer has are unpublished, never deleted. Without `publish`, what is new stays a draft.
    Raises RecordRefused or another FieldschoolError; nothing of the record is kept then.
    """
    course = catalogue.read(record)
    hashes = _hashes(course, base)
    digest = catalogue.digest(record, hashes)
    known = CatalogueRecord.objects.filter(external_id=course.external_id, language=course.language).first()
    page = CoursePage.objects.filter(
        translation_key=course.key, locale__language_code=course.language, alias_of=None
    ).first()
    if known and page and known.digest == digest:
        with transaction.atomic():
            return Imported(course.key, course.language, _publish_drafts(page) if publish else "unchanged")
    try:
        with Attachments(base, language=course.language, now=now) as attachments:
            attachments.take_recordings(course)
            _save_record(course, digest, attachments, publish=publish, now=now)
    except ValidationError as error:
        raise RecordRefused(" ".join(error.messages), code="not_valid") from error
    return Imported(course.key, course.language, "updated" if page else "created")


@transaction.atomic
def _save_record(course: CourseRecord, digest: str, attachments: Attachments, *, publish: bool, now: datetime) -> None:
    _take_over(course, attachments, publish=publish)
    CatalogueRecord.objects.update_or_create(
        external_id=course.external_id,
        language=course.language,
        defaults={"key": course.key, "digest": digest, "imported_at": now},
    )


def _hashes(course: CourseRecord, base: Path) -> dict[str, str]:
    """The SHA-256 of every file a record names.

    Raises RecordRefused for one that is not there.
    """
    named = [course.picture]
    for lesson in course.lessons:
        named += [lesson.video, *(picture for _text, picture in lesson.steps)]
        named += [tongue.voice for tongue in lesson.languages]
    found: dict[str, str] = {}
    for name in filter(None, named):
        path = base / name
        try:
            if not path.is_file():
                raise RecordRefused(_("There is no file %(name)s.") % {"name": name}, code="file_not_found")
            with path.open("rb") as opened:
                found[name] = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise RecordRefused(_("%(name)s cannot be read.") % {"name": name}, code="file_not_readable") from error
    return found


def _publish_drafts(course: CoursePage) -> Status:
    """Publish what an earlier import left as drafts."""
    status: Status = "unchanged"
    for page in [course, *LessonPage.objects.child_of(course)]:
        if page.live_revision_id is None and not page.live and page.latest_revision:
            page.latest_revision.publish()
            status = "updated"
    return status


def _take_over(record: CourseRecord, attachments: Attachments, *, publish: bool) -> None:
    locale = Locale.objects.get(language_code=record.language)
    index = CourseIndexPage.objects.filter(locale=locale).order_by("path").first()
    if index is None:
        raise RecordRefused(_("The site has no list of courses in this language."), code="no_course_list")
    course = _own_page(CoursePage, record.key, locale) or CoursePage(
        translation_key=record.key, locale=locale, live=False, slug=""
    )
    course.title, course.summary = record.title, record.summary or record.title
    course.outcomes = "\n".join(record.outcomes)
    course.picture = attachments.picture(record.picture, record.title) if record.picture else course.picture
    _set_modules(course, record)
    if course.pk is None:
        index.add_child(instance=course)
    course.topics.set(_topics(record.topic))
    course.audiences.set(_audiences(record.audiences))
    _save(course, publish=publish)
    lessons = _lessons(course, record, attachments, publish=publish)
    _order(course, lessons)
    for page in [course, *lessons]:
        mirror(page)


def _own_page(model: type[Any], key: uuid.UUID, locale: Locale) -> Any:
    """The page of that key and language; a stand-in for a missing translation becomes a page of its own."""
    page = model.objects.filter(translation_key=key, locale=locale).first()
    if page is not None and page.alias_of_id is not None:
        page.alias_of = None
        page.save(clean=False)
    return page


def _save(page: Any, *, publish: bool) -> None:
    page.full_clean()
    revision = page.save_revision(clean=False)
    if publish:
        revision.publish()
    page.refresh_from_db()


def _set_modules(course: CoursePage, record: CourseRecord) -> None:
    known = {module.title: module for module in course.modules.all()}
    titles = dict.fromkeys(lesson.module for lesson in record.lessons if lesson.module)
    modules = []
    for place, title in enumerate(titles):
        module = known.get(title) or Module(title=title, key=uuid.uuid5(record.key, f"module {place}"))
        module.sort_order = place
        modules.append(module)
    course.modules.set(modules)


def _lessons(course: CoursePage, record: CourseRecord, attachments: Attachments, *, publish: bool) -> list[LessonPage]:
    """The record's lessons as pages, in its order; what is not in it any more is unpublished."""
    known = list(LessonPage.objects.child_of(course).order_by("path"))
    modules = {module.title: module.key for module in course.modules.all()}
    pages = []
    for place, (lesson, matched) in enumerate(zip(record.lessons, _matches(record.lessons, known), strict=True)):
        page = matched or _new_lesson(course, place)
        _fill(page, lesson, attachments)
        page.module_key = modules.get(lesson.module)
        if page.pk is None:
            course.add_child(instance=page)
        _save(page, publish=publish)
        pages.append(page)
    for page in known:
        if page not in pages and page.live and publish and page.alias_of_id is None:
            page.unpublish()
    return pages


def _matches(lessons: Sequence[LessonRecord], known: Sequence[LessonPage]) -> list[LessonPage | None]:
    """For each lesson the page it was before: that of its title, else of a similar title, else in its place.

    A page that stands in for a missing translation has the other language's title: only its place counts.
    """
    left = list(known)
    found: list[LessonPage | None] = [None] * len(lessons)

    def take(place: int, page: LessonPage | None) -> None:
        if page is not None and found[place] is None:
            found[place] = page
            left.remove(page)

    for place, lesson in enumerate(lessons):
        take(place, next((page for page in left if page.title == lesson.title and page.alias_of_id is None), None))
    for place, lesson in enumerate(lessons):
        if found[place] is None:
            own = {page.title: page for page in left if page.alias_of_id is None}
            close = get_close_matches(lesson.title, own, n=1, cutoff=SIMILAR)
            take(place, own[close[0]] if close else None)
    for place in range(len(lessons)):
        take(place, known[place] if place < len(known) and known[place] in left else None)
    return found


def _new_lesson(course: CoursePage, place: int) -> LessonPage:
    key = uuid.uuid5(course.translation_key, f"lesson {place}")
    if LessonPage.objects.filter(translation_key=key, locale=course.locale).exists():
        key = uuid.uuid4()
    return LessonPage(translation_key=key, locale=course.locale, live=False, slug="")


def _fill(page: LessonPage, record: LessonRecord, attachments: Attachments) -> None:
    if page.alias_of_id is not None:
        page.alias_of = None
        page.slug = pinyin_slug(record.title) if page.title != record.title else page.slug
    page.title, page.summary = record.title, record.summary
    body: list[tuple[str, Any]] = []
    if record.video:
        body.append(("video", str(attachments.recording(record))))
    for tongue in record.languages:
        voice, words = attachments.voice(tongue), captions.write(tongue.transcript) if tongue.transcript else ""
        body.append(
            ("tongue", {"language": tongue.language, "voice": str(voice) if voice else None, "captions": words})
        )
    if record.body:
        body.append(("text", catalogue.paragraphs(record.body)))
    if record.steps:
        steps = [
            {"text": text, "picture": attachments.picture(name, text) if name else None} for text, name in record.steps
        ]
        body.append(("steps", steps))
    if record.tip:
        body.append(("tip", record.tip))
    page.body = _stream(page, body)
    page.set_transcript(captions.write(record.transcript) if record.transcript else "")


def _stream(page: LessonPage, body: list[tuple[str, Any]]) -> Any:
    block = page._meta.get_field("body").stream_block
    return block.normalize([(kind, block.child_blocks[kind].normalize(value)) for kind, value in body])


def _topics(name: str) -> list[Topic]:
    """The topic of that slug or title, made when there is none; catalogues of others have topics of their own."""
    return [_titled(Topic, name)] if name else []


def _audiences(names: tuple[str, ...]) -> list[Audience]:
    return list({audience.pk: audience for audience in (_titled(Audience, name) for name in names)}.values())


def _titled(model: type[Any], name: str) -> Any:
    for column in ("slug", "title_zh", "title_en"):
        known = model.objects.filter(**{f"{column}__iexact": name}).first()
        if known:
            return known
    slug, number = pinyin_slug(name), 1
    while model.objects.filter(slug=slug).exists():
        number += 1
        slug = f"{pinyin_slug(name)}-{number}"
    made = model(slug=slug, title_zh=name, position=1000)
    made.full_clean()
    made.save()
    return made


def _order(course: CoursePage, lessons: list[LessonPage]) -> None:
    """Bring the tree into the record's order, moving only when it differs."""
    wanted = [page.pk for page in lessons]
    if (
        list(LessonPage.objects.child_of(course).filter(pk__in=wanted).order_by("path").values_list("pk", flat=True))
        == wanted
    ):
        return
    for pk in wanted:
        LessonPage.objects.get(pk=pk).move(CoursePage.objects.get(pk=course.pk), pos="last-child")
