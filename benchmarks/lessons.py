"""`python -m benchmarks.lessons CLIP ...`: publishes one course with a lesson for each clip, through the public door.

Clips: `teacher`, `slides`, `stay` (4 minutes) and `long` (9) from the shared clips (real footage); `pattern`, `sound`,
`picture` and `voices` (two of them) made by ffmpeg, short, for tests; `text` is a lesson to read.
"""

import os
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path

import django

SHARED = Path(os.environ.get("SHARED_DIR", "../shared")).resolve() / "data" / "clips"
SPEECH = SHARED / "speech-lecture-67s-16k.flac"
CUE_S = 5
WORDS = "对准窗边，一次只拍一样。"  # what the lesson to read says


def source(clip: str, target: Path) -> None:
    """Make the recording of a clip."""
    tone = ["-f", "lavfi", "-i", "sine=frequency=330:sample_rate=48000"]
    moving = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10"]
    inputs = {
        "teacher": _looped(SHARED / "talkinghead-signers-640x480.mkv"),
        "stay": _looped(SHARED / "talkinghead-signers-640x480.mkv", duration_s=240),
        "long": _looped(SHARED / "talkinghead-signers-640x480.mkv", duration_s=560),
        "slides": _looped(SHARED / "slides-lecture-eth-640x480.mov", "[0:v]setpts=8*PTS,fps=5[v]"),
        "pattern": [*moving, *tone, "-t", "60"],
        "sound": [*tone, "-t", "20"],
        "picture": [*moving, "-t", "20"],
        "voices": [*moving, *tone, "-t", "30"],
        "voice": ["-f", "lavfi", "-i", "sine=frequency=550:sample_rate=48000", "-t", "28"],
    }
    coded = ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    from media_pipeline.adapters.ffmpeg import program

    command = [program(), "-v", "error", "-nostdin", "-y", *inputs[clip], *coded, str(target)]
    subprocess.run(command, check=True)


def _looped(film: Path, filters: str = "[0:v]fps=15[v]", duration_s: int = 90) -> list[str]:
    """A film with a lecture's voice, both again and again."""
    return [
        *("-stream_loop", "-1", "-i", str(film), "-stream_loop", "-1", "-i", str(SPEECH), "-t", str(duration_s)),
        *("-filter_complex", filters, "-map", "[v]", "-map", "1:a"),
    ]


def publish(clips: list[str]) -> None:
    """The course and its lessons; those that are there are left alone."""
    from courses.captions import write
    from courses.models import CourseIndexPage, CoursePage, LessonPage
    from courses.types import Cue

    index = CourseIndexPage.objects.get(locale__language_code="zh-hans")
    course = CoursePage.objects.child_of(index).filter(slug="measured").first()
    if course is None:
        course = index.add_child(instance=CoursePage(title="开网店", slug="measured", summary="从选平台到发第一单。"))
    for clip in clips:
        if LessonPage.objects.child_of(course).filter(slug=clip).exists():
            continue
        lesson = LessonPage(title=f"选一个能发货的平台（{clip}）", slug=clip, summary="先看运费和规则，再看人气。")
        lesson.body = [("steps", [step(WORDS)])] if clip == "text" else [("video", _ingested(clip))]
        if clip == "voices":
            lesson.body.append(("tongue", {"language": "yue", "voice": _ingested("voice"), "captions": ""}))
        cues = [Cue(at, at + CUE_S, f"第{at // CUE_S + 1}句：先看运费，再看规则。") for at in range(0, 20, CUE_S)]
        lesson.set_transcript(write(cues) if clip != "text" else "")
        course.add_child(instance=lesson)
        lesson.save_revision().publish()


def step(words: str, colour: str = "#1f6b3b") -> dict[str, object]:
    """A step of a lesson to read, with a picture of its own."""
    from django.core.files.images import ImageFile
    from PIL import Image as Pillow
    from wagtail.images.models import Image

    drawn = BytesIO()
    Pillow.new("RGB", (640, 360), colour).save(drawn, "PNG")
    return {"text": words, "picture": Image.objects.create(title=words, file=ImageFile(drawn, name="step.png"))}


def _ingested(clip: str) -> str:
    from lms.core.clock import now
    from media_pipeline import services

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{clip}.mp4"
        source(clip, path)
        with path.open("rb") as file:
            return str(services.ingest(file=file, name=path.name, now=now()))


if __name__ == "__main__":
    django.setup()
    publish(sys.argv[1:])
