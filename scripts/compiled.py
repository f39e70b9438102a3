"""`python -m scripts.compiled PO MO`: a catalogue as gettext reads it, with nothing in it that nobody has translated.

Babel's own command writes the English of plural forms that are empty: Tibetan and Uyghur then spoke English, where
they should speak Chinese until a translator comes.
"""

import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compiled(source: Path, made: Path) -> None:
    """Write what is translated, what is only guessed (fuzzy) too."""
    with source.open("rb") as file:
        catalogue = read_po(file)
    for message in list(catalogue):
        if message.id and not all([message.string] if isinstance(message.string, str) else message.string or [""]):
            catalogue.delete(message.id, message.context)
    with made.open("wb") as file:
        write_mo(file, catalogue, use_fuzzy=True)


if __name__ == "__main__":
    compiled(Path(sys.argv[1]), Path(sys.argv[2]))
