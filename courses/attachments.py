"""The recordings and pictures that a record of a catalogue names."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Self
from uuid import UUID

from django.core.files.images import ImageFile
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import Image
from willow.image import Image as Willow
from willow.image import UnrecognisedImageFormatError

from courses.catalogue import CourseRecord, LessonRecord, RecordRefused, TongueRecord
from courses.selectors import used_assets
from media_pipeline import services as media_pipeline

PICTURE_FORMATS = {"jpeg", "png", "gif", "webp"}


class Attachments:
    """Takes in what a record names, and takes it back when its `with` ends in an error.

    Recordings come first, outside of a transaction: hashing and keeping a video takes a while. Pictures are rows of the
    transaction that makes the pages; of one undone, only their files are left.
    """

    def __init__(self, base: Path, *, language: str, now: datetime) -> None:
        self._base = base
        self._language = language.split("-")[0]  # spoken where a lesson names none
        self._now = now
        self._recordings: dict[tuple[str, str], UUID] = {}
        self._written: list[FieldFile] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, error: type[BaseException] | None, *about: object) -> None:
        if error is None:
            return
        for file in self._written:
            file.storage.delete(str(file.name))
        if self._recordings:
            unused = set(self._recordings.values()) - used_assets()
            media_pipeline.take_back(asset_ids=unused, ingested_at=self._now)

    def take_recordings(self, record: CourseRecord) -> None:
        """Keep every video of the record. Raises a FieldschoolError for one that cannot be used."""
        for lesson in record.lessons:
            if lesson.video:
                self._take(lesson.video, lesson.video_language or self._language)
            for tongue in lesson.languages:
                if tongue.voice:
                    self._take(tongue.voice, tongue.language)

    def _take(self, name: str, spoken: str) -> None:
        path = self._base / name
        with path.open("rb") as opened:
            self._recordings[name, spoken] = media_pipeline.ingest(
                file=opened, name=path.name, language=spoken, now=self._now
            )

    def recording(self, lesson: LessonRecord) -> UUID:
        """The asset of a lesson's video, once taken."""
        return self._recordings[lesson.video or "", lesson.video_language or self._language]

    def voice(self, tongue: TongueRecord) -> UUID | None:
        """The asset of a further voice, once taken; None for captions alone."""
        return self._recordings[tongue.voice, tongue.language] if tongue.voice else None

    def picture(self, name: str, title: str) -> Image:
        """The picture of a file. Raises RecordRefused when it is none."""
        return _image(self._base / name, title, self._written)


def _image(path: Path, title: str, written: list[FieldFile]) -> Image:
    """The picture of a file, the same one for the same bytes.

    Raises RecordRefused when it is no picture.
    """
    with path.open("rb") as opened:
        digest = hashlib.sha1(opened.read(), usedforsecurity=False).hexdigest()
        known = Image.objects.filter(file_hash=digest).first()
        if known:
            return known
        opened.seek(0)
        try:
            picture_format = Willow.open(opened).format_name
        except UnrecognisedImageFormatError as error:
            raise _no_picture(path) from error
        if picture_format not in PICTURE_FORMATS:
            raise _no_picture(path)
        opened.seek(0)
        try:
            image = Image(title=title[:255], description=title[:255], file=ImageFile(opened, name=path.name))
        except OSError as error:  # decoded at once, to know its size: it may be cut off
            raise _no_picture(path) from error
        image.save()
        written.append(image.file)
        image._set_file_hash()
        image.save(update_fields=["file_hash"])
    return image


def _no_picture(path: Path) -> RecordRefused:
    sentence = _("%(name)s is no picture that can be used: take a jpeg, png, gif or webp file.")
    return RecordRefused(sentence % {"name": path.name}, code="not_a_picture")
