"""An extra course of real recordings, where the folder of test data holds them; each with its author and licence."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.script import Text


@dataclass(frozen=True)
class Clip:
    """One recording made by others."""

    name: str
    title: Text
    credit: str


CLIPS = (
    Clip(
        "product-demo-bottles-640x360.mp4",
        Text("桌上换商品", "Products on a table"),
        "intel-iot-devkit/sample-videos, bottle-detection.mp4, CC BY 4.0",
    ),
    Clip(
        "speech-lecture-67s-16k.flac",
        Text("一段英语讲座（只有声音）", "A lecture in English (sound alone)"),
        "Opencast, transcription-service-google-speech-impl, ECL-2.0",
    ),
    Clip(
        "slides-lecture-eth-640x480.mov",
        Text("课堂投影实录", "A lecture's slides, recorded"),
        "Opencast (ETH Zürich), modules/common test resources, ECL-2.0",
    ),
    Clip(
        "screencast-gnome-launching-854x480.webm",
        Text("打开程序的录屏", "A screencast: starting programs"),
        "GNOME Help, gnome-getting-started-docs, CC BY-SA 3.0",
    ),
    Clip(
        "field-walk-gopro-848x480.mp4",
        Text("户外手持拍摄", "A walk outdoors, hand-held"),
        "gopro/gpmf-parser, samples/max-heromode.mp4, Apache-2.0 or MIT",
    ),
)


def folder() -> Path:
    """Where the recordings are looked for (SHARED_DIR)."""
    root = Path(__file__).resolve().parent.parent
    return (root / os.environ.get("SHARED_DIR", "../shared") / "data" / "clips").resolve()


def found() -> tuple[Clip, ...]:
    """The recordings that are there."""
    return tuple(clip for clip in CLIPS if (folder() / clip.name).is_file())


def record(clips: tuple[Clip, ...]) -> dict[str, Any]:
    """The course of these recordings; paths are relative to `folder()`."""
    return {
        "id": "demo-clips",
        "title": "真实录像样片",
        "summary": "别人拍的真实录像，看看同一条流水线怎样处理讲座、录屏、户外画面和纯声音。每节课写着作者和许可。",
        "topic": "digital-skills",
        "audience": ["teachers"],
        "language": "zh-hans",
        "lessons": [
            {
                "title": clip.title.zh,
                "summary": clip.title.en,
                "body": f"来源与许可 / source and licence: {clip.credit}",
                "transcript": None,
                "video": clip.name,
                "video_language": "und",
            }
            for clip in clips
        ],
    }
