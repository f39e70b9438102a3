"""Styles and scripts that travel inside the page, so that it needs no second round trip on a slow link.

Read and minified once, at start. The Content-Security-Policy names the hash of exactly the text that the pages carry.
Knows nothing of Django: the settings call it.
"""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lms.core.scripts import squeeze

_STRING_OR_COMMENT = re.compile(r"""("[^"]*"|'[^']*')|/\*.*?\*/""", re.DOTALL)


@dataclass(frozen=True)
class Bundle:
    """The text as pages carry it, and its source for `style-src` or `script-src` (CSP level 3, hash-source)."""

    text: str
    source: str


def minify(css: str) -> str:
    """CSS without comments and needless white space; strings are left as they are."""
    strings: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if match[1] is None:
            return ""
        strings.append(match[1])
        return f"\0{len(strings) - 1}\0"

    text = _STRING_OR_COMMENT.sub(keep, css)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,>]) ?", r"\1", text)
    # A colon may follow a space in a selector (`a :focus`), never precede one.
    text = re.sub(r": ", ":", text)
    text = text.replace(";}", "}").strip()
    return re.sub(r"\0(\d+)\0", lambda match: strings[int(match[1])], text)


def bundle(files: Sequence[Path]) -> Bundle:
    """The files one after the other; one that is not there counts as empty."""
    return _bundle(minify("\n".join(path.read_text(encoding="utf-8") for path in files if path.exists())))


def script(path: Path) -> Bundle:
    """One script, squeezed."""
    return _bundle(squeeze(path.read_text(encoding="utf-8")))


def _bundle(text: str) -> Bundle:
    digest = hashlib.sha256(text.encode()).digest()
    return Bundle(text=text, source=f"'sha256-{base64.b64encode(digest).decode()}'")


def bundles(files: Mapping[str, Sequence[Path]]) -> dict[str, Bundle]:
    """Every bundle by its name."""
    return {name: bundle(paths) for name, paths in files.items()}
