"""What is indexed: a page as courses tells it becomes a document of weighted fields. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from courses.types import SearchSubject
from search.types import Cue, Kind

# How much a word counts by where it stands. The order of the engines' columns.
FIELD_WEIGHTS: Mapping[str, float] = {
    "title": 5.0,
    "topics": 3.0,
    "audiences": 3.0,
    "summary": 2.0,
    "body": 1.0,
    "transcript": 0.7,
}


@dataclass(frozen=True)
class Document:
    """One course or lesson in one language, whole: enough to find it and to show it as a result."""

    kind: Kind
    key: UUID
    language: str
    title: str
    summary: str
    body: str
    topics: tuple[str, ...]
    audiences: tuple[str, ...]
    transcript: tuple[Cue, ...]
    url: str
    topic_slugs: tuple[str, ...]
    course_key: UUID
    course_title: str
    course_url: str


def document(subject: SearchSubject) -> Document:
    """The document of a published page."""
    return Document(
        kind=subject.kind,
        key=subject.key,
        language=subject.language,
        title=subject.title,
        summary=subject.summary,
        body=subject.body,
        topics=subject.topic_titles,
        audiences=subject.audience_titles,
        transcript=tuple(Cue(cue.start_s, cue.end_s, cue.text) for cue in subject.transcript),
        url=subject.url,
        topic_slugs=subject.topic_slugs,
        course_key=subject.course_key,
        course_title=subject.course_title,
        course_url=subject.course_url,
    )


def field_texts(document: Document) -> dict[str, str]:
    """The text of every field of FIELD_WEIGHTS. A lesson also belongs to its course as to a topic."""
    topics = document.topics if document.kind == "course" else (*document.topics, document.course_title)
    return {
        "title": document.title,
        "topics": "\n".join(topics),
        "audiences": "\n".join(document.audiences),
        "summary": document.summary,
        "body": document.body,
        "transcript": "\n".join(cue.text for cue in document.transcript),
    }


def to_record(document: Document) -> dict[str, Any]:
    """A document as plain JSON values."""
    return {**asdict(document), "key": str(document.key), "course_key": str(document.course_key)}


def from_record(record: Mapping[str, Any]) -> Document:
    """The document that `to_record` wrote."""
    return Document(
        **{
            **record,
            "key": UUID(record["key"]),
            "course_key": UUID(record["course_key"]),
            "topics": tuple(record["topics"]),
            "audiences": tuple(record["audiences"]),
            "topic_slugs": tuple(record["topic_slugs"]),
            "transcript": tuple(Cue(**cue) for cue in record["transcript"]),
        }
    )
