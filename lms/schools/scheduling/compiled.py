"""How inner loops are compiled, and where what numba made of them is kept.

numba looks for changes only in the file of a function, but what a function calls, and every constant, is compiled into
it. So the folder that compiled functions are kept in carries the contents of all those files in its name.
"""

import hashlib
from pathlib import Path

import numba

SOURCES = ("annealing.py", "board.py", "bounds.py", "compiled.py", "tables.py")


def _stamp(folder: Path) -> str:
    return hashlib.sha256(b"".join((folder / name).read_bytes() for name in SOURCES)).hexdigest()[:16]


_here = Path(__file__).parent
numba.config.CACHE_DIR = str(_here / "__pycache__" / f"compiled-{_stamp(_here)}")  # type: ignore[attr-defined]

compiled = numba.njit(cache=True, nogil=True)
"""For what Python calls."""
inlined = numba.njit(cache=True, nogil=True, forceinline=True)
"""For what only compiled functions call."""
