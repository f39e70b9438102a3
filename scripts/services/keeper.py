"""`python -m scripts.services.keeper FOLDER PID TICKS`: removes a set when the process that it is for has ended.

However that ends: a test run that is killed with -9 leaves nothing running.
"""

import subprocess
import sys
from pathlib import Path

from scripts.services import sets
from scripts.services.processes import Process, boot

_A_DAY_S = 86_400.0
_ROOT = Path(__file__).resolve().parent.parent.parent


def keep(folder: Path, owner: Process) -> None:
    """Start a keeper of `folder` for `owner`."""
    command = [sys.executable, "-m", "scripts.services.keeper", str(folder), str(owner.pid), str(owner.ticks)]
    null = subprocess.DEVNULL
    child = subprocess.Popen(command, cwd=_ROOT, stdin=null, stdout=null, stderr=null, start_new_session=True)
    child.returncode = 0  # nobody waits for it


def main() -> None:
    folder, pid, ticks = sys.argv[1:]
    owner = Process(int(pid), int(ticks), boot())
    while not owner.wait(_A_DAY_S):
        pass
    sets.remove(Path(folder))


if __name__ == "__main__":
    main()
