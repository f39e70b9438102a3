"""Speaks sentences with espeak-ng, alone in a process of its own: `python -m demo.speech` (JSON in, PCM and JSON out).

espeak-ng is GPL: it is an optional extra of the demonstration, loaded here and nowhere else, and nothing of the product
imports this module. Its C interface: espeak-ng, src/include/espeak-ng/speak_lib.h.
"""

import array
import ctypes
import json
import sys
from pathlib import Path
from typing import Any, TypeAlias

Samples: TypeAlias = "array.array[int]"
OUTPUT_SYNCHRONOUS = 2
POSITION_CHARACTER = 1
CHARACTERS_UTF8 = 1
PARAMETER_RATE = 1
PARAMETER_PITCH = 3
Heard = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Voice:
    """espeak-ng with one voice chosen. `rate_hz` is the sample rate of what `speak` returns."""

    def __init__(self, name: str, words_per_minute: int) -> None:
        import espeakng_loader

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self.rate_hz = int(self._library.espeak_Initialize(OUTPUT_SYNCHRONOUS, 0, data, 0))
        if self.rate_hz <= 0 or self._library.espeak_SetVoiceByName(name.encode()) != 0:
            raise SystemExit(f"espeak-ng has no voice {name!r}.")
        self._library.espeak_SetParameter(PARAMETER_RATE, words_per_minute, 0)
        self._library.espeak_SetParameter(PARAMETER_PITCH, 42, 0)
        self._samples = array.array("h")
        self._callback = Heard(self._hear)  # kept: the library calls it as long as it lives
        self._library.espeak_SetSynthCallback(self._callback)

    def _hear(self, samples: Any, count: int, events: int | None) -> int:
        if samples and count > 0:
            self._samples.frombytes(ctypes.string_at(samples, count * 2))
        return 0

    def speak(self, sentence: str) -> Samples:
        """The sentence as 16-bit mono samples."""
        self._samples = array.array("h")
        text = sentence.encode()
        self._library.espeak_Synth(text, len(text) + 1, 0, POSITION_CHARACTER, 0, CHARACTERS_UTF8, None, None)
        self._library.espeak_Synchronize()
        return self._samples


def main() -> None:
    """Read `{"voice","words_per_minute","sentences","output"}`; write PCM to `output`; print rate and sample counts."""
    order = json.load(sys.stdin)
    voice = Voice(order["voice"], order["words_per_minute"])
    counts = []
    with Path(order["output"]).open("wb") as output:
        for sentence in order["sentences"]:
            samples = voice.speak(sentence)
            counts.append(len(samples))
            output.write(samples.tobytes())
    json.dump({"rate_hz": voice.rate_hz, "counts": counts}, sys.stdout)


if __name__ == "__main__":
    main()
