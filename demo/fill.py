"""Fills the site, in a process of its own: texts first, then one recording after the other as each is made.

`python -m demo.fill FOLDER --lessons N --seconds S --clips 0|1`. How far it is stands in FOLDER/lessons.json.
"""

import argparse
import errno
import json
import os
import shutil
import signal
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Literal

import django

if TYPE_CHECKING:
    from demo.fonts import Fonts

STATE = "lessons.json"
Stage = Literal["waiting", "drawing", "handed_in", "failed"]


@dataclass
class Told:
    """One lesson as the terminal shows it."""

    title: str
    stage: Stage = "waiting"
    asset_id: str = ""
    is_new: bool = False
    is_clip: bool = False


@dataclass
class State:
    """How far filling is. `notes` are sentences for the terminal."""

    lessons: list[Told] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    error: str = ""
    filled: bool = False

    def write(self, folder: Path) -> None:
        """Put it where `read` finds it, whole."""
        part = folder / f".{STATE}.part"
        part.write_text(json.dumps(asdict(self), ensure_ascii=False), encoding="utf-8")
        part.replace(folder / STATE)


def read(folder: Path) -> State:
    """What the filling process last wrote."""
    try:
        told = json.loads((folder / STATE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return State()
    return State(**{**told, "lessons": [Told(**lesson) for lesson in told["lessons"]]})


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo.fill")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lessons", type=int, default=None)
    parser.add_argument("--seconds", type=float, default=None)
    parser.add_argument("--clips", type=int, choices=(0, 1), default=1)
    options = parser.parse_args()

    def ended(signum: int, frame: FrameType | None) -> None:
        sys.exit(128 + signum)  # by way of the `finally`s, so that nothing half made is left

    signal.signal(signal.SIGTERM, ended)
    signal.signal(signal.SIGINT, ended)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    django.setup()
    from demo.film import FilmError
    from lms.core.errors import FieldschoolError

    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    for leftover in folder.glob(".making-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    state = State()
    try:
        _fill(state, folder, options.lessons, options.seconds, clips=bool(options.clips))
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        state.error = "The disk is full. Lessons already made are kept: make room and start again."
    except (FilmError, FieldschoolError) as error:
        state.error = f"A lesson could not be made: {error}"
    state.filled = not state.error
    state.write(folder)


def _fill(state: State, folder: Path, lessons: int | None, seconds: float | None, *, clips: bool) -> None:
    from demo import clips as real
    from demo import fonts, narration, schools
    from demo.content import COURSES
    from demo.making import made_before, make
    from demo.records import LANGUAGES, course_record, orders

    wanted = orders(COURSES, limit_s=seconds)[:lessons]
    state.lessons = [Told(order.lesson.title.to(order.language)) for order in wanted]
    there = real.found() if clips else ()
    if clips and not there:
        state.notes.append(f"Real recordings: none in {real.folder()}, so that course is left out (SHARED_DIR).")
    state.lessons += [Told(clip.title.zh, is_clip=True) for clip in there]
    if not narration.available():
        state.notes.append("No voice is installed (espeakng-loader): the lessons are silent, with captions.")
    state.write(folder)
    face = fonts.find()
    before = {(order.lesson.id, order.language): made_before(order, face, folder) for order in wanted}
    recordings = {which: made for which, made in before.items() if made}
    for course in COURSES:
        for language in LANGUAGES:
            _import(course_record(course, language, recordings, folder), folder)
    schools.bring_in()
    if face.regular is None:
        face = _with_chinese(state, face, folder)
    for order, told in zip(wanted, state.lessons, strict=False):
        told.stage = "drawing"
        state.write(folder)
        made = make(order, face, folder)
        recordings[order.lesson.id, order.language] = made
        told.asset_id, told.is_new = _ingest(made.video, order.language.split("-")[0]), made.is_new
        if made.is_new:
            for language in LANGUAGES:
                _import(course_record(order.course, language, recordings, folder), folder)
        told.stage = "handed_in"
        state.write(folder)
    if there:
        for clip, told in zip(there, state.lessons[len(wanted) :], strict=True):
            told.asset_id, told.stage = _ingest(real.folder() / clip.name, "und"), "handed_in"
        _import(real.record(there), real.folder())
    schools.publish()


def _with_chinese(state: State, face: "Fonts", folder: Path) -> "Fonts":
    """A font with Chinese, installed if that is allowed; otherwise slides are drawn in English, and that is said."""
    from demo import fonts

    if os.environ.get("DEMO_INSTALL", "1") == "1" and fonts.install():
        face = fonts.find()
    if face.regular is None:
        state.notes.append(f"No Chinese font here: slides are drawn in English. For Chinese install {fonts.PACKAGE}.")
        state.write(folder)
    return face


def _ingest(path: Path, language: str) -> str:
    from lms.core.clock import now
    from media_pipeline import services

    with path.open("rb") as file:
        return str(services.ingest(file=file, name=path.name, language=language, now=now()))


def _import(record: dict[str, object], base: Path) -> None:
    from courses.services import import_course
    from lms.core.clock import now

    import_course(record=record, publish=True, base=base, now=now())


if __name__ == "__main__":
    main()
