"""Names of content."""

import hashlib
from collections.abc import Callable
from pathlib import Path

BLOCK = 1 << 20


def hash_of(path: Path, *, alive: Callable[[], None] = lambda: None) -> str:
    """SHA-256 of a file in hex, read in blocks; `alive` is called at each."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            alive()
    return digest.hexdigest()


def name_of(sha256: str) -> str:
    """A file's name in its storage: folders stay small enough to be listed."""
    return f"{sha256[:2]}/{sha256}"
