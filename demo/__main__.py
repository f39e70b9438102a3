"""`python -m demo --port N`: the whole product on this machine, with lessons that it makes before your eyes.

Ctrl-C, SIGTERM, or the end of this process in any other way, ends all it started.
"""

import argparse
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo.processes import Processes
    from demo.progress import Screen

NEEDED_BYTES = 500_000_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m demo", description="Runs the demonstration.")
    parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
    parser.add_argument("--since", type=float, default=None, help="when `make demo` began, seconds since 1970")
    parser.add_argument("--lessons", type=int, default=None, help="how many lessons to make (for tests)")
    parser.add_argument("--seconds", type=float, default=None, help="about how long each is (for tests)")
    parser.add_argument("--no-clips", action="store_true", help="leave out the course of real recordings")
    options = parser.parse_args()
    began_s = options.since if options.since is not None else time.time()
    os.environ["PORT"] = str(options.port)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    for number in (signal.SIGTERM, signal.SIGINT):  # a shell leaves SIGINT ignored in what it starts with "&"
        signal.signal(number, _interrupted)
    try:
        _run(options, began_s)
    except KeyboardInterrupt:
        pass
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(f"error: {ended.code}", file=sys.stderr)  # noqa: T201
            sys.exit(1)
        raise


def _interrupted(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(options: argparse.Namespace, began_s: float) -> None:
    _need_port(options.port)
    import django
    from django.core.exceptions import ImproperlyConfigured

    try:
        django.setup()
    except ImproperlyConfigured as error:
        sys.exit(str(error))
    from django.conf import settings

    from demo import accounts
    from demo.processes import Processes
    from demo.progress import Screen
    from demo.site import prepare

    refusal = accounts.refusal()
    if refusal:
        sys.exit(refusal)
    data_dir: Path = settings.DATA_DIR
    _need_space(data_dir)
    folder = data_dir / "demo"
    processes = Processes(folder, os.environ)
    screen = Screen()
    try:
        prepare(processes, screen)
        accounts.ensure()
        _serve(options, began_s, processes, screen, folder)
    finally:
        processes.stop()


def _serve(options: argparse.Namespace, began_s: float, processes: "Processes", screen: "Screen", folder: Path) -> None:
    from demo import watching
    from demo.fill import STATE
    from demo.site import address, answer, start_site, start_worker

    (folder / STATE).unlink(missing_ok=True)
    start_site(processes, options.port)
    answer(processes, options.port)  # first of all; the others start when it has what it needs
    screen.say(f"\nThe site answers after {watching.since(began_s)}: {address(options.port)}/")
    screen.say(watching.introduction(address(options.port)))
    start_worker(processes)
    fill = ["-m", "demo.fill", str(folder), "--clips", "0" if options.no_clips else "1"]
    if options.lessons is not None:
        fill += ["--lessons", str(options.lessons)]
    if options.seconds is not None:
        fill += ["--seconds", str(options.seconds)]
    processes.start("fill", *fill)
    watching.watch(processes, screen, folder, began_s)


def _need_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            sys.exit(f"Port {port} needs more rights than you have. Choose one above 1023: make demo PORT=8001")
        except (OSError, OverflowError):
            sys.exit(f"Port {port} is in use or is none. Choose another: make demo PORT=8001")


def _need_space(data_dir: Path) -> None:
    free = shutil.disk_usage(data_dir).free
    if free < NEEDED_BYTES:
        sys.exit(
            f"{data_dir} has {free // 1_000_000} MB left; the demonstration needs {NEEDED_BYTES // 1_000_000} MB. "
            "Make room, or name another folder: make demo DATA_DIR=FOLDER"
        )


if __name__ == "__main__":
    from demo.processes import Processes
    from demo.progress import Screen

    main()
