"""Makes the files of a lesson, once: what was made is kept under a key of everything it was made from."""

import hashlib
import json
import math
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from PIL import Image

from demo import film, screencast, season, slides
from demo.figures import figure
from demo.fonts import Fonts
from demo.narrated import Timed, lay_out
from demo.narration import Spoken, available, speak_along, webvtt
from demo.palette import PAPER
from demo.script import Course, Language, Lesson

SLIDES_FPS = 5


@dataclass(frozen=True)
class Order:
    """One recording to make: `limit_s` makes a shorter one, for tests."""

    course: Course
    lesson: Lesson
    language: Language
    limit_s: float | None = None


@dataclass(frozen=True)
class Made:
    """The files of one lesson in one language."""

    video: Path
    captions: Path
    cues: tuple[Spoken, ...]
    duration_s: float
    is_new: bool
    voices: tuple[tuple[str, Path], ...] = ()  # further ones: language, file


@cache
def _makers() -> str:
    """A digest of the code and the words that the files come from."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        if path.name not in _NOT_MAKERS:
            digest.update(path.read_bytes())
    return digest.hexdigest()


_NOT_MAKERS = {
    "__main__.py",
    "accounts.py",
    "records.py",
    "processes.py",
    "progress.py",
    "leash.py",
    "clips.py",
    "fill.py",
}


def key(order: Order, fonts: Fonts) -> str:
    """The name of what `order` makes: the same name, the same content."""
    parts = (_makers(), order.lesson.id, order.language, str(order.limit_s), fonts.language, str(available()))
    return f"{order.lesson.id}-{order.language}-{hashlib.sha256('|'.join(parts).encode()).hexdigest()[:16]}"


def make(order: Order, fonts: Fonts, cache_dir: Path) -> Made:
    """Make the recording, or find it made before. Raises FilmError, and OSError when the disk is full."""
    known = made_before(order, fonts, cache_dir)
    if known:
        return known
    cache_dir.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".making-", dir=cache_dir))
    try:
        _make(order, fonts, work)
        work.rename(cache_dir / key(order, fonts))
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return replace(_read(cache_dir / key(order, fonts)), is_new=True)


def made_before(order: Order, fonts: Fonts, cache_dir: Path) -> Made | None:
    """The recording, if an earlier run made it."""
    folder = cache_dir / key(order, fonts)
    return _read(folder) if folder.is_dir() else None


def _read(folder: Path) -> Made:
    told = json.loads((folder / "cues.json").read_text(encoding="utf-8"))
    cues = tuple(Spoken(**cue) for cue in told["cues"])
    voices = tuple((path.stem.removeprefix("voice-"), path) for path in sorted(folder.glob("voice-*.wav")))
    return Made(folder / "video.mp4", folder / "captions.vtt", cues, told["duration_s"], is_new=False, voices=voices)


def _make(order: Order, fonts: Fonts, folder: Path) -> None:
    timed = lay_out(order.lesson, order.language, limit_s=order.limit_s)
    sound = folder / "voice.wav"
    timed.narration.write(sound)
    frames, size, fps = _frames(order, fonts, timed)
    film.write(frames, size, fps, sound, folder / "video.mp4")
    sound.unlink()
    if order.language == "zh-hans" and available():
        for language in order.lesson.voices:
            again = speak_along(timed.narration.spoken, language, duration_s=timed.duration_s)
            again.write(folder / f"voice-{language}.wav")
    (folder / "captions.vtt").write_text(webvtt(timed.narration.spoken), encoding="utf-8")
    told = {"duration_s": timed.duration_s, "cues": [vars(one) for one in timed.narration.spoken]}
    (folder / "cues.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")


def _frames(order: Order, fonts: Fonts, timed: Timed) -> tuple[Iterator[Image.Image], tuple[int, int], int]:
    drawn = order.language if fonts.regular else "en"
    lesson = order.lesson
    if lesson.form == "slides":
        deck = slides.Deck(order.course.title.to(drawn), fonts, drawn, len(lesson.slides))
        return _slides(deck, lesson, timed), (slides.WIDTH, slides.HEIGHT), SLIDES_FPS
    if lesson.form == "screencast":
        frames = screencast.Film(fonts, drawn, lesson.scenes).frames(timed)
        return frames, (screencast.WIDTH, screencast.HEIGHT), screencast.FPS
    return season.Film(fonts, drawn, lesson.scenes).frames(timed), (season.WIDTH, season.HEIGHT), season.FPS


def _slides(deck: slides.Deck, lesson: Lesson, timed: Timed) -> Iterator[Image.Image]:
    """A camera on the slides: the same picture until the next line appears."""
    total = math.ceil(timed.duration_s * SLIDES_FPS)
    starts = [round(moment.start_s * SLIDES_FPS) for moment in timed.moments] + [total]
    for moment, start, end in zip(timed.moments, starts, starts[1:], strict=False):
        image = deck.draw(lesson.slides[moment.part], moment.part, moment.lines)
        for _ in range(end - start):
            yield image


def picture(name: str, folder: Path) -> Path:
    """The drawing `name` as a picture for a page: 800 x 600 on paper."""
    path = folder / f"{name}.png"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        image = Image.new("RGB", (800, 600), PAPER)
        drawing = figure(name).resize((520, 520), Image.Resampling.LANCZOS)
        image.paste(drawing, (140, 40), drawing)
        image.save(path, optimize=True)
    return path
