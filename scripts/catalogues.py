"""`python -m scripts.catalogues`: the catalogues that follow the Simplified Chinese ones, brought up to them.

Traditional Chinese is made of Simplified anew, by OpenCC; nothing is written there by hand. Tibetan and Uyghur get what
is new with an empty text, lose what is gone, and keep what a translator wrote and the reviewer's name.
"""

import io
import sys
from functools import cache
from pathlib import Path

import opencc
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from lms.settings.languages import AWAITING, catalogues, reviewer

ROOT = Path(__file__).resolve().parent.parent
SOURCE, TRADITIONAL = "zh_Hans", "zh_Hant"
# Characters after Taiwan's standard, words as they are said in the lessons: see docs/decisions/0022.
CONFIG = "s2tw"
# Where OpenCC takes the wrong one of two characters that Simplified Chinese writes alike.
CORRECTIONS = {"髮卡": "發卡", "存儲里": "存儲裡", "拷貝里": "拷貝裡"}
PLURALS = {"bo": "nplurals=1; plural=0;", "ug": "nplurals=2; plural=(n != 1);"}

Strings = str | tuple[str, ...] | list[str]


@cache
def _converter() -> "opencc.OpenCC":
    return opencc.OpenCC(CONFIG)


def traditional(text: str) -> str:
    """Simplified Chinese in Traditional characters."""
    converted: str = _converter().convert(text)
    for wrong, right in CORRECTIONS.items():
        converted = converted.replace(wrong, right)
    return converted


def read(path: Path) -> Catalog:
    """A catalogue as it stands."""
    with path.open("rb") as file:
        return read_po(file)


def followed(source: Path, locale: str) -> Catalog:
    """What the catalogue of `locale` beside `source` should be."""
    simplified = read(source)
    old = read(beside(source, locale)) if beside(source, locale).is_file() else _empty(locale)
    by_script = locale == TRADITIONAL
    made = Catalog(
        locale=locale,
        header_comment=old.header_comment,
        project="Fieldschool",
        version="0.1",
        msgid_bugs_address="",
        creation_date=simplified.creation_date,
        revision_date=simplified.revision_date if by_script else old.revision_date,
        last_translator="scripts/catalogues.py" if by_script else old.last_translator,
        language_team=locale,
        charset="utf-8",
        fuzzy=False,
    )
    # Babel knows Tibetan's plurals by no name; a catalogue that is read has them from its header.
    vars(made).update(_num_plurals=old.num_plurals, _plural_expr=old.plural_expr)
    for message in simplified:
        if not message.id:
            continue
        known = old.get(message.id, message.context)
        string = _converted(message.string) if by_script else known.string if known else None
        flags = known.flags if known and not by_script else ()
        comments = known.user_comments if known else ()
        made.add(message.id, string, flags=flags, user_comments=comments, context=message.context)
    return made


def _converted(string: Strings | None) -> Strings:
    return traditional(string) if isinstance(string, str) else tuple(map(traditional, string or ()))


def _empty(locale: str) -> Catalog:
    words = {
        TRADITIONAL: "# Made by scripts/catalogues.py of the Simplified Chinese catalogue: change that one.",
        "bo": "# Tibetan: awaits a translator and a reviewer (docs/guide/translators.md).",
        "ug": "# Uyghur: awaits a translator and a reviewer (docs/guide/translators.md).",
    }
    head = f'{words[locale]}\nmsgid ""\nmsgstr ""\n"Plural-Forms: {PLURALS.get(locale, "nplurals=1; plural=0;")}\\n"\n'
    return read_po(io.BytesIO(head.encode()), locale=locale)


def beside(source: Path, locale: str) -> Path:
    """The same room's catalogue of another locale."""
    return source.parents[2] / locale / "LC_MESSAGES" / source.name


def messages(catalogue: Catalog) -> list[tuple[object, ...]]:
    """What counts of a catalogue, to compare: neither dates nor who wrote it."""
    return [(message.context, message.id, message.string or "") for message in catalogue if message.id]


def is_behind(source: Path, locale: str) -> bool:
    """True when the catalogue of `locale` is not what this script would write."""
    path = beside(source, locale)
    return not path.is_file() or messages(read(path)) != messages(followed(source, locale))


def write(source: Path, locale: str) -> None:
    """Write the catalogue of `locale` beside `source`."""
    path = beside(source, locale)
    written = io.BytesIO()
    write_po(written, followed(source, locale), width=120)
    text = written.getvalue().decode().rstrip("\n") + "\n"
    for blank in ("FULL NAME <EMAIL@ADDRESS>", "EMAIL@ADDRESS"):  # Babel's own words
        text = text.replace(blank, "")
    if signed := reviewer(path):  # Babel keeps no headers but its own
        head, mark, body = text.partition('"Content-Transfer-Encoding: 8bit\\n"\n')
        text = f'{head}{mark}"X-Reviewed-By: {signed}\\n"\n{body}'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main() -> int:
    for source in catalogues(ROOT, SOURCE):
        for locale in (TRADITIONAL, *AWAITING):
            if is_behind(source, locale):
                write(source, locale)
                print(beside(source, locale).relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
