"""`python -m tests.system`: programs of the system that the tests start, installed through apt where that is allowed.

Nothing is skipped silently: what is missing and cannot be installed is named, and the exit code is 1.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from demo import fonts


@dataclass(frozen=True)
class Need:
    """A Debian package, how to see that it is there, and what it is for."""

    package: str
    is_there: Callable[[], bool]
    reason: str


def program(name: str) -> bool:
    """True when the program is on the path or where daemons are."""
    return any(shutil.which(name, path=path) for path in (None, "/usr/sbin:/sbin"))


def postgresql() -> bool:
    """True when a server is installed: Debian keeps it off the path."""
    return any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def brotli() -> bool:
    """True when nginx can be given brotli's module."""
    return Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so").exists()


def java() -> bool:
    """True when Elasticsearch's Java is there, whatever else is."""
    return any(Path("/usr/lib/jvm").glob("*17*/bin/java"))


NEEDS = (
    Need("chromium", partial(program, "chromium"), "journeys in a real browser"),
    Need("fonts-noto-cjk", lambda: fonts.find().regular is not None, "Chinese in pictures of pages and on slides"),
    Need("nginx", partial(program, "nginx"), "media files and Range requests behind a real server"),
    Need("libnginx-mod-http-brotli-static", brotli, "the site's own files, compressed beforehand"),
    Need("curl", partial(program, "curl"), "HTTP/2 as a client speaks it"),
    Need("openssl", partial(program, "openssl"), "a throw-away certificate"),
    Need("systemd", partial(program, "systemd-analyze"), "whether the units of deploy/ are what systemd reads"),
    Need("postgresql", postgresql, "the site's database on many machines"),
    Need("redis-server", partial(program, "redis-server"), "the workers' broker"),
    Need("openjdk-17-jre-headless", java, "Elasticsearch"),
    Need("maven", partial(program, "mvn"), "fetching Elasticsearch, once"),
    Need("tesseract-ocr", partial(program, "tesseract"), "whether encoded slides can still be read"),
    Need("procps", partial(program, "ps"), "whether anything is left running"),
    Need("make", partial(program, "make"), "the commands that people type"),
    Need("git", partial(program, "git"), "clean clones"),
)


def missing(needs: tuple[Need, ...] = NEEDS) -> list[Need]:
    """What is not there."""
    return [need for need in needs if not need.is_there()]


def install(needs: list[Need]) -> str:
    """Install through apt. Returns why that did not work, or nothing."""
    apt = shutil.which("apt-get")
    if apt is None:
        return "apt-get is not here"
    if os.geteuid() != 0:
        return "only root may install packages"
    environment: Mapping[str, str] = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    wanted = [apt, "install", "-y", "-q", "--no-install-recommends", *(need.package for need in needs)]
    if not any(Path("/var/lib/apt/lists").glob("*_Packages*")):
        subprocess.run([apt, "update", "-q"], env=environment, check=False, stdout=subprocess.DEVNULL)
    done = subprocess.run(wanted, env=environment, check=False, stdout=subprocess.DEVNULL)
    if done.returncode != 0:
        subprocess.run([apt, "update", "-q"], env=environment, check=False, stdout=subprocess.DEVNULL)
        done = subprocess.run(wanted, env=environment, check=False, stdout=subprocess.DEVNULL)
    return "" if done.returncode == 0 else f"apt-get ended with {done.returncode}"


def main() -> int:
    lacking = missing()
    if not lacking:
        return 0
    print("Installing for the tests:", ", ".join(need.package for need in lacking), flush=True)
    reason = install(lacking)
    lacking = missing()
    for need in lacking:
        why = reason or "it was installed but is not found"
        print(f"error: missing: {need.package} ({need.reason}); {why}", file=sys.stderr)
    if lacking:
        names = " ".join(need.package for need in lacking)
        print(f"Install them and start again: sudo apt-get install {names}", file=sys.stderr)
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
