"""Courses as records of a catalogue: what `import_catalogue` reads. Pure: checks a record, touches nothing."""

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, TypeGuard

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from courses.tongues import MOST_TONGUES, TONGUES
from courses.types import Cue
from lms.core.errors import FieldschoolError

# Keys made of a catalogue's own ids are the same on every installation.
NAMESPACE = uuid.UUID("5b1f2a54-7a53-5c9e-8a44-6f0a6b0c7d11")
MAX_TITLE = 255
MAX_ID = 200
MAX_SECONDS = 24 * 3600


class RecordRefused(FieldschoolError):
    """A record that cannot be taken over; nothing of it is kept."""

    code = "record_refused"


@dataclass(frozen=True)
class TongueRecord:
    """A further language of a lesson: a voice, captions, or both."""

    language: str  # BCP 47
    voice: str | None
    transcript: tuple[Cue, ...]


@dataclass(frozen=True)
class LessonRecord:
    """A lesson of a record. `body` is plain text; steps, tip and languages are extras of ours to the common format."""

    title: str
    summary: str
    body: str
    tip: str
    steps: tuple[tuple[str, str | None], ...]  # text and path of a picture
    module: str
    transcript: tuple[Cue, ...]
    video: str | None
    video_language: str  # BCP 47, of what is spoken; the record's own when empty
    languages: tuple["TongueRecord", ...] = ()


@dataclass(frozen=True)
class CourseRecord:
    """A course of a catalogue, checked."""

    external_id: str
    key: uuid.UUID
    language: str  # zh-hans or en
    title: str
    summary: str
    outcomes: tuple[str, ...]
    topic: str
    audiences: tuple[str, ...]
    picture: str | None
    lessons: tuple[LessonRecord, ...]


def _refuse(code: str, sentence: str | Promise) -> RecordRefused:
    return RecordRefused(sentence, code=code)


def _wrong(field: str, wanted: str | Promise) -> RecordRefused:
    return _refuse("wrong_field", _("%(field)s must be %(wanted)s.") % {"field": field, "wanted": wanted})


def _is_text(value: Any) -> TypeGuard[str]:
    """True for a text that every database keeps: no NUL, no half of a surrogate pair."""
    return isinstance(value, str) and not re.search("[\x00\ud800-\udfff]", value)


def _text(record: dict[str, Any], field: str, where: str = "", *, needed: bool = False, limit: int = 100_000) -> str:
    value = record.get(field)
    name = f"{where}{field}"
    if value is None and not needed:
        return ""
    if needed and value in (None, ""):
        raise _refuse("missing_field", _("%(field)s is missing or empty.") % {"field": name})
    if not _is_text(value):
        raise _wrong(name, _("a text"))
    if needed and not value.strip():
        raise _refuse("missing_field", _("%(field)s is missing or empty.") % {"field": name})
    if len(value) > limit:
        raise _wrong(name, _("at most %(n)d characters long") % {"n": limit})
    return value.strip()


def _texts(record: dict[str, Any], field: str) -> tuple[str, ...]:
    value = record.get(field)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(_is_text(item) and item.strip() for item in value):
        raise _wrong(field, _("a list of texts"))
    return tuple(item.strip() for item in value)


def _path(record: dict[str, Any], field: str, where: str = "") -> str | None:
    value = record.get(field)
    if value is None:
        return None
    if not _is_text(value) or not PurePath(value).name:
        raise _wrong(f"{where}{field}", _("null or the path of a file"))
    return value


def _language(record: dict[str, Any]) -> str:
    value = _text(record, "language", needed=True).lower().replace("_", "-")
    if value == "zh" or value.startswith("zh-"):
        return "zh-hans"
    if value == "en" or value.startswith("en-"):
        return "en"
    raise _wrong("language", "zh-hans / en")


def _second(cue: dict[str, Any], field: str, where: str) -> float:
    value = cue.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MAX_SECONDS:
        raise _wrong(f"{where}{field}", _("a number of seconds"))
    return round(float(value), 3)


def _transcript(lesson: dict[str, Any], where: str) -> tuple[Cue, ...]:
    value = lesson.get("transcript")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(cue, dict) for cue in value):
        raise _wrong(f"{where}transcript", _("null or a list of captions"))
    cues = []
    for at, cue in enumerate(value, start=1):
        name = f"{where}transcript[{at}]."
        start_s, end_s = _second(cue, "start_s", name), _second(cue, "end_s", name)
        if end_s <= start_s:
            raise _wrong(f"{name}end_s", _("later than start_s"))
        cues.append(Cue(start_s, end_s, _text(cue, "text", name)))
    return tuple(sorted((cue for cue in cues if cue.text), key=lambda cue: (cue.start_s, cue.end_s)))


def _tongues(lesson: dict[str, Any], where: str) -> tuple[TongueRecord, ...]:
    value = lesson.get("languages") or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise _wrong(f"{where}languages", _("a list of objects"))
    if len(value) > MOST_TONGUES:
        raise _wrong(f"{where}languages", _("a list of at most %(n)d") % {"n": MOST_TONGUES})
    if value and not lesson.get("video"):
        raise _refuse("missing_field", _("%(field)s is missing or empty.") % {"field": f"{where}video"})
    found: list[TongueRecord] = []
    for at, one in enumerate(value, start=1):
        name = f"{where}languages[{at}]."
        language = _text(one, "language", name, needed=True, limit=35)
        if language not in TONGUES or language in {before.language for before in found}:
            raise _wrong(f"{name}language", _("one of %(list)s, and each only once") % {"list": ", ".join(TONGUES)})
        tongue = TongueRecord(language, _path(one, "voice", name), _transcript(one, name))
        if not tongue.voice and not tongue.transcript:
            raise _refuse("missing_field", _("%(field)s is missing or empty.") % {"field": f"{name}voice"})
        found.append(tongue)
    return tuple(found)


def _lesson(lesson: Any, at: int) -> LessonRecord:
    where = f"lessons[{at}]."
    if not isinstance(lesson, dict):
        raise _wrong(f"lessons[{at}]", _("an object"))
    steps = lesson.get("steps") or []
    if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
        raise _wrong(f"{where}steps", _("a list of objects"))
    return LessonRecord(
        title=_text(lesson, "title", where, needed=True, limit=MAX_TITLE),
        summary=_text(lesson, "summary", where),
        body=_text(lesson, "body", where),
        tip=_text(lesson, "tip", where),
        steps=tuple(
            (_text(step, "text", f"{where}steps.", needed=True), _path(step, "picture", where)) for step in steps
        ),
        module=_text(lesson, "module", where, limit=100),
        transcript=_transcript(lesson, where),
        video=_path(lesson, "video", where),
        video_language=_text(lesson, "video_language", where, limit=12),
        languages=_tongues(lesson, where),
    )


def read(record: Any) -> CourseRecord:
    """Check one record.

    Raises RecordRefused, naming the field.
    """
    if not isinstance(record, dict):
        raise _refuse("not_an_object", _("The line must be a JSON object with the fields of a course."))
    if isinstance(record.get("id"), int) and not isinstance(record.get("id"), bool):
        record = {**record, "id": str(record["id"])}
    external_id = _text(record, "id", needed=True, limit=MAX_ID)
    lessons = record.get("lessons")
    if not isinstance(lessons, list):
        raise _wrong("lessons", _("a list of lessons, which may be empty"))
    return CourseRecord(
        external_id=external_id,
        key=key_of(external_id),
        language=_language(record),
        title=_text(record, "title", needed=True, limit=MAX_TITLE),
        summary=_text(record, "summary", limit=4000),
        outcomes=_texts(record, "outcomes"),
        topic=_text(record, "topic", limit=60),
        audiences=_texts(record, "audience"),
        picture=_path(record, "picture"),
        lessons=tuple(_lesson(lesson, at) for at, lesson in enumerate(lessons, start=1)),
    )


def key_of(external_id: str) -> uuid.UUID:
    """The identity of a catalogue's course: its id where that is a UUID (an export of ours), else made of it."""
    try:
        return uuid.UUID(external_id)
    except ValueError:
        return uuid.uuid5(NAMESPACE, external_id)


def digest(record: dict[str, Any], hashes: dict[str, str]) -> str:
    """What a record comes to, files included by their hashes: the same digest needs no second import."""
    whole = json.dumps([record, sorted(hashes.items())], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def paragraphs(text: str) -> str:
    """Plain text as the rich text of a lesson: empty lines part paragraphs."""
    parts = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{'<br/>'.join(escape(line) for line in part.splitlines())}</p>" for part in parts if part)
