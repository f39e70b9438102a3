"""What a demonstration lesson is made of, before anything is drawn or spoken."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Language = Literal["zh-hans", "en"]
Layout = Literal["title", "points", "table", "compare", "closing"]
Form = Literal["slides", "screencast", "season"]


@dataclass(frozen=True)
class Text:
    """The same words in Chinese and English."""

    zh: str
    en: str

    def to(self, language: Language) -> str:
        """The words in `language`."""
        return self.zh if language == "zh-hans" else self.en


@dataclass(frozen=True)
class Line:
    """A line that appears when its first sentence is spoken. `value` is the right column of a table."""

    text: Text
    say: tuple[Text, ...]
    value: Text | None = None
    good: bool = True  # for the layout "compare": what to do, or what not to do


@dataclass(frozen=True)
class Slide:
    """One slide: what stands on it and what is said while it is up. `figure` names a drawing."""

    layout: Layout
    title: Text
    say: tuple[Text, ...]
    lines: tuple[Line, ...] = ()
    figure: str = ""


@dataclass(frozen=True)
class Scene:
    """One stretch of a film or screencast: its pictures last as long as its sentences, and at least `least_s`."""

    name: str
    say: tuple[Text, ...]
    least_s: float = 0.0
    caption: Text | None = None


@dataclass(frozen=True)
class Step:
    """One step of the written lesson, with a drawing."""

    title: Text
    text: Text
    figure: str = ""


@dataclass(frozen=True)
class Lesson:
    """One lesson: written in two languages, narrated in `languages`. Without `form` it is text alone."""

    id: str
    title: Text
    summary: Text
    body: tuple[Text, ...]
    tip: Text
    form: Form | None = None
    languages: tuple[Language, ...] = ("zh-hans",)
    voices: tuple[str, ...] = ()  # further ones that speak the Chinese sentences to the same pictures (BCP 47)
    slides: tuple[Slide, ...] = ()
    scenes: tuple[Scene, ...] = ()
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Module:
    """Lessons that belong together."""

    title: Text
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True)
class Course:
    """One course. `topic` and `audience` are slugs of the seeded taxonomies."""

    id: str
    title: Text
    summary: Text
    topic: str
    audience: tuple[str, ...]
    outcomes: tuple[Text, ...]
    modules: tuple[Module, ...]
    figure: str = ""

    def lessons(self) -> Iterator[Lesson]:
        """All lessons in order."""
        for module in self.modules:
            yield from module.lessons
