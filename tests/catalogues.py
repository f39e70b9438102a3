"""`python -m tests.catalogues`: every message in code and templates has its Chinese, and no catalogue is behind.

The catalogues of other languages have the same messages as the Simplified Chinese one; a signed one holds no guesses.
A message is said alike in every room, and as Django and Wagtail say it: their pages are shown with our catalogues too.

Reads sources with Python's parser and Django's template lexer, catalogues with Babel: no gettext programs.
"""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from gettext import GNUTranslations
from pathlib import Path
from typing import Any

import django
import wagtail
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from lms.settings.languages import AWAITING, catalogues, reviewer
from scripts.catalogues import SOURCE, TRADITIONAL, beside, is_behind, read

ROOT = Path(__file__).resolve().parent.parent
ROOMS = (
    "lms/core",
    "lms/accounts",
    "lms/records",
    "lms/reach",
    "lms/schools",
    "lms/api",
    "lms/offline",
    "lms/backup",
    "courses",
    "media_pipeline",
    "search",
    "templates",
)
# Functions that mark messages, and which argument is the message (with "p", the one before it is the context).
MARKERS = {
    **dict.fromkeys(("_", "__", "N_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"), 0),
    **dict.fromkeys(("pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"), 1),
}
LANGUAGE = "zh_Hans"
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|%[sdif]|\{\w*\}")

# Whose catalogues ours are laid over.
BELOW = [Path(module.__file__).parent for module in (django, wagtail)]

Message = tuple[str | None, str]
Strings = str | tuple[str, ...] | list[str]
Said = Mapping[str, set[str]]


def used(room: Path) -> dict[Message, str]:
    """The messages of a room (context, singular), and where each is first used."""
    found: dict[Message, str] = {}
    for path in sorted([*room.rglob("*.py"), *room.rglob("*.html"), *room.rglob("*.txt")]):
        if "migrations" in path.parts or "node_modules" in path.parts:
            continue
        for line, message in messages(path):
            found.setdefault(message, f"{path.relative_to(ROOT)}:{line}")
    return found


def messages(path: Path) -> Iterator[tuple[int, Message]]:
    """The messages of one file with their lines."""
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        source = "".join(_calls(templatize(source))) if "{%" in source or "_(" in source else ""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = MARKERS.get(name)
            texts: list[Any] = [ast.literal_eval(one) if isinstance(one, ast.Constant) else None for one in node.args]
            if at is not None and len(texts) > at and isinstance(texts[at], str):
                yield node.lineno, (texts[0] if at else None, texts[at])


# What templatize() leaves of a template: calls among letters that stand for markup.
STRING = r"""u?(?:'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
CALL = re.compile(rf"\b(?:n?p?gettext|_)\(\s*{STRING}(?:\s*,\s*(?:{STRING}|\w+))*\s*\)")


def _calls(templatized: str) -> Iterator[str]:
    """The calls alone, as Python, each on the line of the template it stands on."""
    at = 0
    for call in CALL.finditer(templatized):
        yield "\n" * (templatized.count("\n", at, call.start())) + call.group() + ";"
        at = call.start()


def catalogue(room: Path) -> Catalog | None:
    """The room's Chinese catalogue."""
    path = room / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def complaints(name: str) -> Iterator[str]:
    """What is wrong with a room's catalogue, one sentence each."""
    room = ROOT / name
    wanted = used(room)
    known = catalogue(room)
    if known is None:
        if wanted:
            yield f"{name}: no locale/{LANGUAGE}/LC_MESSAGES/django.po, but {len(wanted)} messages"
        return
    for (context, text), place in wanted.items():
        message = known.get(text, context)
        if message is None:
            yield f"{place}: not in {name}'s catalogue: {text!r} (run makemessages there)"
        elif "fuzzy" in message.flags:
            yield f"{place}: still fuzzy: {text!r}"
        elif not all(message.string if isinstance(message.string, tuple) else (message.string,)):
            yield f"{place}: not translated: {text!r}"
        else:
            yield from _placeholders(name, text, message.string or "")
    for message in known:
        if message.id and (message.context, _singular(message.id)) not in wanted:
            yield f"{name}: nothing uses {_singular(message.id)!r} any more (run makemessages there)"


def complaints_of_others(base: Path) -> Iterator[str]:
    """What is wrong with the catalogues that follow the Simplified Chinese ones below `base`."""
    for source in catalogues(base, SOURCE):
        for locale in (TRADITIONAL, *AWAITING):
            path = beside(source, locale)
            name = str(path.relative_to(base))
            if is_behind(source, locale):
                yield f"{name}: behind the Simplified Chinese one: run `make messages`"
                continue
            for message in read(path):
                if not message.id or not message.string:
                    continue
                if reviewer(path) and "fuzzy" in message.flags:
                    yield f"{name}: signed, but a guess: {_singular(message.id)!r}"
                yield from _placeholders(name, _all(message.id), message.string)


def said_below(packages: Sequence[Path] = BELOW) -> Said:
    """What Django and Wagtail say in Chinese for a message without context."""
    said: defaultdict[str, set[str]] = defaultdict(set)
    for package in packages:
        for path in package.rglob(f"locale/{LANGUAGE}/LC_MESSAGES/django.mo"):
            with path.open("rb") as file:
                known: Mapping[str | tuple[str, int], str] = vars(GNUTranslations(file))["_catalog"]
            for identifier, string in known.items():
                said[identifier if isinstance(identifier, str) else identifier[0]].add(string)
    return said


def disagreements(rooms: Sequence[str], below: Said) -> Iterator[str]:
    """Messages without context that would change what other pages say: of Django and Wagtail, or of another room."""
    said: dict[str, tuple[str, Strings]] = {}
    for name in rooms:
        for message in catalogue(ROOT / name) or ():
            if not message.id or message.context or not message.string:
                continue
            text = _singular(message.id)
            room, first = said.setdefault(text, (name, message.string))
            if first != message.string:
                yield f"{name}: {text!r} is {message.string!r}, in {room} {first!r}: agree, or give it a context"
            if text in below and not below[text] & set(_strings(message.string)):
                theirs = " or ".join(sorted(below[text]))
                yield f"{name}: {text!r} is {message.string!r}, to Django or Wagtail {theirs!r}: give it a context"


def _strings(string: Strings) -> Strings:
    return (string,) if isinstance(string, str) else string


def _all(identifier: str | tuple[str, ...] | list[str]) -> str:
    return identifier if isinstance(identifier, str) else " ".join(identifier)


def _singular(identifier: str | tuple[str, ...] | list[str]) -> str:
    return identifier if isinstance(identifier, str) else identifier[0]


def _placeholders(name: str, text: str, translated: Strings) -> Iterator[str]:
    for string in _strings(translated):
        lost = set(PLACEHOLDER.findall(string)) - set(PLACEHOLDER.findall(text))
        if lost:
            yield f"{name}: what stands for {text!r} names {', '.join(sorted(lost))}, which the message does not give"


def main() -> int:
    from django.conf import settings

    settings.configure(USE_I18N=True)
    found = [complaint for name in ROOMS if (ROOT / name).is_dir() for complaint in complaints(name)]
    found += disagreements(ROOMS, said_below())
    found += complaints_of_others(ROOT)
    for complaint in found:
        print(complaint, file=sys.stderr)
    if found:
        print(f"error: catalogues: {len(found)} messages need work", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
