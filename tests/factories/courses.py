"""Pages made as trainers make them: added as drafts, published by their revision."""

from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Group
from wagtail.models import Locale, Page, PageViewRestriction

from courses.captions import write
from courses.models import Audience, CourseIndexPage, CoursePage, HomePage, LessonPage, Module, Topic
from courses.types import Cue
from lms.accounts.models import User

_numbers = count(1)


def home(language: str = "zh-hans") -> HomePage:
    """The home page of a language."""
    return HomePage.objects.get(locale__language_code=language)


def course_index(language: str = "zh-hans") -> CourseIndexPage:
    """The list of courses of a language."""
    return CourseIndexPage.objects.get(locale__language_code=language)


def topic(slug: str) -> Topic:
    """A seeded topic."""
    return Topic.objects.get(slug=slug)


def audience(slug: str) -> Audience:
    """A seeded audience."""
    return Audience.objects.get(slug=slug)


def course(
    title: str = "开网店",
    *,
    language: str = "zh-hans",
    live: bool = True,
    topics: Iterable[str] = (),
    audiences: Iterable[str] = (),
    modules: Sequence[str] = (),
    **fields: Any,
) -> CoursePage:
    """A course; topics and audiences by slug, modules by title."""
    index = course_index(language)
    page = CoursePage(
        title=title, summary=fields.pop("summary", f"{title}：从头学起。"), locale=index.locale, live=False, **fields
    )
    index.add_child(instance=page)
    page.topics.set([topic(slug) for slug in topics])
    page.audiences.set([audience(slug) for slug in audiences])
    page.modules.set([Module(title=name, sort_order=at) for at, name in enumerate(modules)])
    return publish(page, live=live)


def lesson(
    parent: CoursePage,
    title: str | None = None,
    *,
    asset_id: UUID | None = None,
    text: str = "",
    live: bool = True,
    module: str = "",
    cues: Iterable[Cue] = (),
    tongues: Iterable[dict[str, object]] = (),
    **fields: Any,
) -> LessonPage:
    """A lesson of a course, with a recording when `asset_id` is given, and further languages of it (`tongue`)."""
    page = LessonPage(title=title or f"第{next(_numbers)}课", locale=parent.locale, live=False, **fields)
    page.body = [
        *([("video", str(asset_id))] if asset_id else []),
        *(("tongue", each) for each in tongues),
        *([("text", f"<p>{text}</p>")] if text else []),
    ]
    page.set_transcript(write(cues) if cues else "")
    if module:
        page.module_key = parent.modules.get(title=module).key
    CoursePage.objects.get(pk=parent.pk).add_child(instance=page)
    return publish(page, live=live)


def tongue(language: str, *, voice: UUID | None = None, captions: str = "") -> dict[str, object]:
    """A further language of a lesson."""
    return {"language": language, "voice": str(voice) if voice else None, "captions": captions}


def publish(page: Any, *, live: bool = True) -> Any:
    """Save a revision and, if `live`, publish it; returns the page afresh."""
    revision = page.save_revision()
    if live:
        revision.publish()
    return type(page).objects.get(pk=page.pk)


def restrict(page: Page) -> PageViewRestriction:
    """Make a page private: for people who signed in."""
    return PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def alias(page: Any, language: str = "en") -> Any:
    """The page that stands in for `page` in another language."""
    return page.copy_for_translation(Locale.objects.get(language_code=language), copy_parents=True, alias=True)


def user(name: str = "", *, groups: Iterable[str] = (), **fields: Any) -> User:
    """A person, in groups by their name."""
    made = User.objects.create_user(username=name or f"person{next(_numbers)}", password="pass", **fields)
    made.groups.set(Group.objects.filter(name__in=list(groups)))
    return made


def trainer(name: str = "") -> User:
    """Someone who makes courses."""
    return user(name, groups=["Trainers"])
