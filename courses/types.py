"""What other rooms and the templates see of courses: frozen values, no page models."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

LessonState = Literal["ready", "playable", "encoding", "failed", "text"]


@dataclass(frozen=True)
class Cue:
    """One caption: times in seconds from the lesson's start."""

    start_s: float
    end_s: float
    text: str


@dataclass(frozen=True)
class Quality:
    """One way to take a lesson. `name` is voice, slides, v48, ... or share."""

    name: str
    size_bytes: int
    average_bps: int


@dataclass(frozen=True)
class Slide:
    """A picture to read, and what is said while it stands."""

    number: int
    start_s: float
    url: str
    width: int
    height: int
    cues: tuple[Cue, ...]


@dataclass(frozen=True)
class Reading:
    """The slides of a lesson to read; `size_bytes` with the voice."""

    slides: tuple[Slide, ...]
    pictures_bytes: int
    size_bytes: int


@dataclass(frozen=True)
class Hearing:
    """A language to take a lesson in: `language` is BCP 47, `name` as its speakers write it."""

    language: str
    name: str
    url: str
    size_bytes: int | None  # of the usual choice; None where there are captions alone
    is_current: bool


@dataclass(frozen=True)
class LessonCard:
    """A lesson in a list."""

    key: UUID
    title: str
    summary: str
    url: str
    short_code: str
    number: int  # place in its course, from 1
    state: LessonState
    duration_s: float | None
    size_bytes: int | None  # of the usual choice (slides or v48) with sound
    qualities: tuple[Quality, ...]
    poster_url: str | None
    fraction: float  # of encoding, 0..1
    reading_bytes: int | None = None  # of the page and its pictures, where there is only that


@dataclass(frozen=True)
class ModuleView:
    """A module with its lessons in order; `title` is empty for lessons outside modules."""

    title: str
    lessons: tuple[LessonCard, ...]


@dataclass(frozen=True)
class CourseCard:
    """A course in a list."""

    key: UUID
    title: str
    summary: str
    url: str
    short_code: str
    topics: tuple[str, ...]
    lesson_count: int
    duration_s: float
    size_bytes: int
    picture_url: str | None = None


@dataclass(frozen=True)
class SearchSubject:
    """A published page as search reads it, afresh, whenever it changed."""

    kind: Literal["course", "lesson"]
    key: UUID
    language: str
    title: str
    summary: str
    body: str
    url: str
    topic_slugs: tuple[str, ...]  # its own topics and those above them
    topic_titles: tuple[str, ...]
    audience_titles: tuple[str, ...]
    transcript: tuple[Cue, ...]
    course_key: UUID
    course_title: str
    course_url: str


@dataclass(frozen=True)
class TopicTile:
    """A topic on the home page or in a filter; `count` is of its courses and those of the topics below it."""

    slug: str
    title: str
    count: int
    icon: str


@dataclass(frozen=True)
class Named:
    """What a lesson or course is called and where it is, for rooms that keep only its key."""

    kind: Literal["course", "lesson"]
    key: UUID
    title: str
    url: str
    short_code: str
