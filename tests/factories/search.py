"""Documents for tests of search."""

from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from search.documents import Document
from search.types import Cue


def key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)


def make_document(name: str = "lesson", **values: Any) -> Document:
    """A lesson of a course; every value can be given."""
    language = values.get("language", "zh-hans")
    defaults: dict[str, Any] = {
        "kind": "lesson",
        "key": key(name),
        "language": language,
        "title": "",
        "summary": "",
        "body": "",
        "topics": (),
        "audiences": (),
        "transcript": (),
        "url": f"/{language}/courses/{name}/",
        "topic_slugs": (),
        "course_key": key("course"),
        "course_title": "",
        "course_url": f"/{language}/courses/",
    }
    return Document(**{**defaults, **values})


def make_cues(*texts: str) -> tuple[Cue, ...]:
    """One caption every ten seconds."""
    return tuple(Cue(10.0 * place, 10.0 * place + 9, text) for place, text in enumerate(texts))
