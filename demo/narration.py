"""From sentences to one sound with captions whose times are counted in samples, so that they cannot drift."""

import array
import importlib.util
import json
import subprocess
import sys
import tempfile
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from demo.script import Language

Samples: TypeAlias = "array.array[int]"  # 16-bit mono

VOICES = {"zh-hans": ("cmn", 162), "en": ("en", 150), "yue": ("yue", 190)}  # name, words a minute
LEAD_S = 0.4  # before the first sentence
QUIET = 400  # of 32768: below this it is silence
SILENT_RATE_HZ = 22_050
# How long a sentence stays up when nobody can speak it, seconds a character.
READING_S: dict[Language, float] = {"zh-hans": 0.22, "en": 0.07}


@dataclass(frozen=True)
class Sentence:
    """What is said, and the pause after it in seconds."""

    text: str
    pause_s: float = 0.35


@dataclass(frozen=True)
class Spoken:
    """One sentence in its place, seconds from the start."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Narration:
    """The whole sound: 16-bit mono samples and where each sentence is."""

    samples: Samples
    rate_hz: int
    spoken: tuple[Spoken, ...]

    @property
    def duration_s(self) -> float:
        """Length of the sound."""
        return len(self.samples) / self.rate_hz

    def write(self, path: Path) -> None:
        """Write a WAV file."""
        with wave.open(str(path), "wb") as output:
            output.setnchannels(1)
            output.setsampwidth(2)
            output.setframerate(self.rate_hz)
            output.writeframes(self.samples.tobytes())


def available() -> bool:
    """True when the optional voice is installed."""
    return importlib.util.find_spec("espeakng_loader") is not None


def narrate(sentences: Sequence[Sentence], language: Language, *, end_pause_s: float = 0.8) -> Narration:
    """Speak the sentences one after the other.

    Without the optional voice the sound is silent and each sentence gets the time it takes to read.
    """
    rate_hz, pieces = _speak([sentence.text for sentence in sentences], language)
    samples = array.array("h", bytes(2 * round(LEAD_S * rate_hz)))
    spoken = []
    for index, (sentence, piece) in enumerate(zip(sentences, pieces, strict=True)):
        start = len(samples)
        samples.extend(piece)
        spoken.append(Spoken(sentence.text, start / rate_hz, len(samples) / rate_hz))
        pause_s = end_pause_s if index == len(sentences) - 1 else sentence.pause_s
        samples.frombytes(bytes(2 * round(pause_s * rate_hz)))
    return Narration(samples, rate_hz, tuple(spoken))


def speak_along(spoken: Sequence[Spoken], language: str, *, duration_s: float) -> Narration:
    """The same sentences by another voice, each where it was, or as soon as the one before it has ended."""
    rate_hz, pieces = _speak([one.text for one in spoken], language)
    samples = array.array("h")
    again = []
    for one, piece in zip(spoken, pieces, strict=True):
        samples.frombytes(bytes(2 * max(0, round(one.start_s * rate_hz) - len(samples))))
        start_s = len(samples) / rate_hz
        samples.extend(piece)
        again.append(Spoken(one.text, start_s, len(samples) / rate_hz))
    samples.frombytes(bytes(2 * max(0, round(duration_s * rate_hz) - len(samples))))
    return Narration(samples, rate_hz, tuple(again))


def _speak(texts: list[str], language: str) -> tuple[int, list[Samples]]:
    if not available():
        return SILENT_RATE_HZ, [
            array.array("h", bytes(2 * round(SILENT_RATE_HZ * _reading_s(text, language)))) for text in texts
        ]
    voice, words_per_minute = VOICES[language]
    with tempfile.TemporaryDirectory(prefix="fieldschool-voice-") as folder:
        output = Path(folder) / "voice.pcm"
        order = {"voice": voice, "words_per_minute": words_per_minute, "sentences": texts, "output": str(output)}
        answer = json.loads(
            subprocess.run(
                [sys.executable, "-m", "demo.speech"],
                input=json.dumps(order),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                timeout=120,
                cwd=Path(__file__).resolve().parent.parent,
            ).stdout
        )
        heard = array.array("h", output.read_bytes())
    pieces, at = [], 0
    for count in answer["counts"]:
        pieces.append(trim(heard[at : at + count]))
        at += count
    return int(answer["rate_hz"]), pieces


def _reading_s(text: str, language: str) -> float:
    return READING_S["en" if language == "en" else "zh-hans"] * max(len(text), 4)


def trim(samples: Samples) -> Samples:
    """Cut the silence at both ends, so that a caption lasts as long as its words."""
    loud = [index for index in range(0, len(samples), 8) if abs(samples[index]) > QUIET]
    return samples[max(0, loud[0] - 200) : loud[-1] + 400] if loud else samples


def webvtt(spoken: Sequence[Spoken]) -> str:
    """The captions as a WebVTT file (W3C, WebVTT: The Web Video Text Tracks Format)."""
    cues = [f"{_timestamp(one.start_s)} --> {_timestamp(one.end_s)}\n{one.text}\n" for one in spoken]
    return "\n".join(["WEBVTT\n", *cues])


def _timestamp(position_s: float) -> str:
    milliseconds = round(position_s * 1000)
    hours, rest = divmod(milliseconds, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    seconds, rest = divmod(rest, 1000)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{rest:03}"
