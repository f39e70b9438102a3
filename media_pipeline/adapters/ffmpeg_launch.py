"""Becomes a program under limits: `ffmpeg_launch.py PARENT CPU_S MEMORY_BYTES OUTPUT_BYTES PROGRAM ARG...`.

A process of its own rather than a hook between fork and exec, which is not safe in a worker with threads. The program
dies with the thread that started it (prctl(2), PR_SET_PDEATHSIG; kept over execve).
"""

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, cpu_s, memory_bytes, output_bytes = (int(argument) for argument in sys.argv[1:5])
    command = sys.argv[5:]
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        sys.exit(1)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_bytes, output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)  # pages come before encodes
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
