"""`python -m scripts.recordings`: the simple view's words read aloud, for phones that have no voice of their own.

Reads what has no recording yet in each language, with the demonstration's optional voice (espeak-ng), and removes
recordings of words that nobody says any more. A person's own recording (Ogg Opus, mono) may take the place of any of
them under the same name.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import django

from demo import narration
from demo.script import Language
from media_pipeline.adapters.ffmpeg import program

LANGUAGES: dict[str, Language] = {"zh-hans": "zh-hans", "zh-hant": "zh-hans", "en": "en"}
BITS = "12k"


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    django.setup()
    from django.utils.translation import override

    from courses import aloud

    if not narration.available():
        print("error: no_voice: the optional voice is not installed: make demo installs it", file=sys.stderr)
        return 1
    aloud.FOLDER.mkdir(parents=True, exist_ok=True)
    said = set()
    for language, voice in LANGUAGES.items():
        for lazy in aloud.WORDS.values():
            with override(language):
                words = str(lazy)
            path = aloud.FOLDER / aloud.file_name(words)
            said.add(path.name)
            if not path.exists():
                record(words, voice, path)
                print(f"{language}: {words} ({path.stat().st_size:,} bytes)")
    for path in aloud.FOLDER.glob("*.ogg"):
        if path.name not in said:
            path.unlink()
    return 0


def record(words: str, language: Language, path: Path) -> None:
    """Read `words` into `path`. Raises CalledProcessError."""
    with tempfile.TemporaryDirectory() as folder:
        spoken = Path(folder) / "spoken.wav"
        narration.narrate([narration.Sentence(words)], language, end_pause_s=0.2).write(spoken)
        sound = ["-ac", "1", "-ar", "48000", "-af", "loudnorm=I=-18", "-c:a", "libopus", "-b:a", BITS]
        tidy = ["-frame_duration", "60", "-map_metadata", "-1", "-fflags", "+bitexact"]
        encoder = [program(), "-v", "error", "-nostdin", "-y", "-i", str(spoken)]
        subprocess.run([*encoder, *sound, *tidy, str(path)], check=True, timeout=60)


if __name__ == "__main__":
    sys.exit(main())
