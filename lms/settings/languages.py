"""The languages of the interface: which there are, and which of them are offered (docs/decisions/0022)."""

import re
from collections.abc import Iterable
from pathlib import Path

from django.conf.locale import LANG_INFO

# Courses are written in these; their pages are a tree of their own each.
CONTENT = [("zh-hans", "简体中文"), ("en", "English")]
# Made from the first by a script: offered from the beginning.
TRADITIONAL = ("zh-hant", "繁體中文")
# Hidden until every catalogue carries the name of who has reviewed it.
AWAITING = {"bo": "བོད་སྐད།", "ug": "ئۇيغۇرچە"}
_REVIEWER = re.compile(r'^"X-Reviewed-By:[ \t]*([^"\\\s][^"\\]*)\\n"$', re.MULTILINE)


def offered(base: Path, preview: Iterable[str]) -> list[tuple[str, str]]:
    """All languages of the interface with their own names; of those awaiting review, the signed and the previewed."""
    wanted = set(preview)
    reviewed = [(code, name) for code, name in AWAITING.items() if code in wanted or is_signed(base, code)]
    return [CONTENT[0], TRADITIONAL, *CONTENT[1:], *reviewed]


def is_signed(base: Path, code: str) -> bool:
    """True when a reviewer's name stands in every catalogue of the language."""
    wanted = [path.parents[2] for path in catalogues(base, "zh_Hans")]
    return bool(wanted) and all(reviewer(locale / code / "LC_MESSAGES" / "django.po") for locale in wanted)


def catalogues(base: Path, locale: str) -> list[Path]:
    """The catalogues of a locale, one a room."""
    name = f"locale/{locale}/LC_MESSAGES/django.po"
    return sorted(path for room in ("*", "*/*") for path in base.glob(f"{room}/{name}"))


def reviewer(path: Path) -> str:
    """Who has reviewed a catalogue: its header `X-Reviewed-By`; empty when nobody has."""
    try:
        found = _REVIEWER.search(path.read_text(encoding="utf-8").partition("\n\n")[0])
    except FileNotFoundError:
        return ""
    return found.group(1).strip() if found else ""


def make_known(default: str) -> None:
    """Tell Django of Tibetan, and whose pages readers of languages without a tree of their own are shown."""
    fallback = list(dict.fromkeys([default, "zh-hans"]))
    LANG_INFO["bo"] = {"bidi": False, "code": "bo", "name": "Tibetan", "name_local": AWAITING["bo"]}
    for code in AWAITING:
        LANG_INFO[code] = {**LANG_INFO[code], "name_local": AWAITING[code], "fallback": fallback}
