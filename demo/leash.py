"""Becomes a program that does not outlive who started it: `python -I -S demo/leash.py PARENT SIGNAL PROGRAM ARG...`.

The kernel sends SIGNAL when the starter dies, even by kill -9 (prctl(2), PR_SET_PDEATHSIG; kept over execve).
"""

import ctypes
import os
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1


def leashed(command: list[str], signum: int) -> list[str]:
    """`command` so that it gets `signum` when this process ends."""
    return [sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid()), str(int(signum)), *command]


def main() -> None:
    parent, signum, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signum), 0, 0, 0)
    if os.getppid() != int(parent):  # it died before the line above
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
