"""How inner loops are compiled, and where what numba made of them is kept.

numba looks for changes only in the file of a function, but what a function calls, and every constant, is compiled into
it. So the folder that compiled functions are kept in carries the contents of all those files in its name. Beside the
sources where that may be written, else below `NUMBA_CACHE_DIR`; where neither may, they are compiled in each run.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import numba

SOURCES = ("annealing.py", "board.py", "bounds.py", "compiled.py", "tables.py")


def _stamp(folder: Path) -> str:
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in SOURCES)).hexdigest()[:16]


def first_writable(folders: Iterable[Path]) -> Path | None:
    """The first of the folders that is there, or can be made, and may be written to."""
    for folder in folders:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return None


_here = Path(__file__).parent
_places = [_here / "__pycache__", *(Path(place) for place in [os.environ.get("NUMBA_CACHE_DIR")] if place)]
_kept = first_writable(place / f"compiled-{_stamp(_here)}" for place in _places)
numba.config.CACHE_DIR = str(_kept or "")  # type: ignore[attr-defined]

compiled = numba.njit(cache=_kept is not None, nogil=True)
"""For what Python calls."""
inlined = numba.njit(cache=_kept is not None, nogil=True, forceinline=True)
"""For what only compiled functions call."""
