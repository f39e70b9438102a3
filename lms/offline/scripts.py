"""The scripts that pages fetch when they are needed: bundles with the hash of their text in their address.

A bundle is one request where its parts would be many, and its address never says anything else, so it is kept for ever.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lms.core.scripts import squeeze

_FOLDER = Path(__file__).parent / "static" / "offline"
KEEPING = ("pieces.js", "keep.js", "keeping.js")
WORKER = ("pieces.js", "worker.js")


@dataclass(frozen=True)
class Script:
    """A script's text, and the first of its SHA-256 in hex."""

    text: str
    digest: str


@cache
def keeping() -> Script:
    """What the buttons that keep lessons, and the page of what is kept, run."""
    return _script(KEEPING)


def worker(site: Mapping[str, object]) -> str:
    """The service worker's text; it knows the `site` as `SITE`."""
    return f"const SITE={json.dumps(site, separators=(',', ':'))}\n{_script(WORKER).text}"


@cache
def _script(names: Sequence[str]) -> Script:
    text = ";\n".join(squeeze((_FOLDER / name).read_text(encoding="utf-8")) for name in names)
    return Script(text, hashlib.sha256(text.encode()).hexdigest()[:12])
