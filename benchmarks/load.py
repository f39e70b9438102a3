"""`python -m benchmarks.load` (`make bench-load`): many learners at once, through nginx and gunicorn as in deploy/.

PostgreSQL, TLS, two workers. The course page: the greatest rate (h2load, HTTP/1.1, connections kept), then a constant
half of the bar's 200 a second, with and without nginx's micro-cache. Then 2,000 learners who each take a recording at
64 kbit/s. Client and server share this machine's cores: the figures are lower bounds. Needs h2load (nghttp2-client).
"""

import asyncio
import os
import resource
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts.production import NAME, ROOT, Folders, Gunicorn, front
from scripts.services import sets
from scripts.services.postgresql import Postgresql

RESULT = Path(__file__).parent / "results" / "load.md"
PAGE = "/courses/measured/"
CLIENTS = 16
SECONDS = 15
BAR_PER_S = 200
LEARNERS = 2000
RATE_BYTES_S = 8000  # 64 kbit/s
MEDIA_S = 30
MAX_GROWTH_BYTES = 100_000_000


@dataclass(frozen=True)
class Load:
    """What one run of h2load saw."""

    per_s: float
    failed: int
    p50_ms: float
    p95_ms: float
    p99_ms: float


def load(port: int, *, per_s: float | None = None) -> Load:
    """Ask for the page as fast as it comes, or at a constant rate whatever it takes."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        command = ["h2load", "--h1", "-t2", "-c", str(CLIENTS), "-D", str(SECONDS), "--warm-up-time=2"]
        command += [f"--connect-to=127.0.0.1:{port}", f"--log-file={log}", "-H", "accept-encoding: br"]
        if per_s is not None:
            command += [f"--rps={per_s / CLIENTS}"]
        subprocess.run([*command, f"https://{NAME}{PAGE}"], check=True, stdout=subprocess.DEVNULL)
        lines = [line.split("\t") for line in log.read_text().splitlines()]
    took = sorted(int(line[2]) / 1000 for line in lines)
    cuts = statistics.quantiles(took, n=100)
    return Load(len(took) / SECONDS, sum(line[1] != "200" for line in lines), cuts[49], cuts[94], cuts[98])


@dataclass
class Taken:
    """What the learners of recordings got."""

    connected: int = 0
    held: int = 0
    bytes: int = 0


async def _take(port: int, path: str, context: ssl.SSLContext, taken: Taken, begin: asyncio.Event) -> None:
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, ssl=context, server_hostname=NAME, limit=8192, ssl_handshake_timeout=120
    )
    taken.connected += 1
    await begin.wait()
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    good, got, started = b" 200 " in head.split(b"\r\n")[0], 0, time.monotonic()
    while good and got < RATE_BYTES_S * MEDIA_S:
        block = await reader.read(4000)
        if not block:
            break
        got += len(block)
        # A slow link: no more than its rate, whatever the server would give.
        await asyncio.sleep(max(0.0, started + got / RATE_BYTES_S - time.monotonic()))
    taken.bytes += got
    # Held: the whole time, and no later than a player with eight seconds in hand would bear.
    taken.held += got >= RATE_BYTES_S * MEDIA_S and time.monotonic() - started < MEDIA_S + 8
    writer.close()


async def _learners(port: int, path: str, gunicorn: Gunicorn) -> tuple[Taken, int]:
    """All at once. Returns what they got, and the most that Python took meanwhile."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    taken, begin = Taken(), asyncio.Event()
    tasks = [asyncio.create_task(_take(port, path, context, taken, begin)) for _ in range(LEARNERS)]
    while taken.connected < LEARNERS and not any(task.done() for task in tasks):
        await asyncio.sleep(0.2)
    begin.set()
    most = 0
    while not all(task.done() for task in tasks):
        await asyncio.sleep(1)
        most = max(most, memory(gunicorn))
    await asyncio.gather(*tasks, return_exceptions=True)
    return taken, most


def memory(gunicorn: Gunicorn) -> int:
    """Bytes of gunicorn and its workers, shared pages counted once (PSS)."""
    children = Path(f"/proc/{gunicorn.pid}/task/{gunicorn.pid}/children").read_text().split()
    total = 0
    for pid in [str(gunicorn.pid), *children]:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total * 1024


def fill(gunicorn: Gunicorn) -> None:
    """A course with one encoded lesson."""
    gunicorn.manage("migrate", "-v0")
    gunicorn.manage("collectstatic", "--noinput", "-v0")
    lessons = [sys.executable, "-m", "benchmarks.lessons", "pattern"]
    subprocess.run(lessons, cwd=ROOT, env={**gunicorn.variables(), "PYTHONPATH": str(ROOT)}, check=True)
    gunicorn.manage("worker", "--once")


def recording(gunicorn: Gunicorn) -> str:
    """Address of the largest rendition that the course shows."""
    code = "from media_pipeline.models import Rendition as R; r=R.objects.order_by('-file__size_bytes')[0]; "
    code += "print(f'/media/r/{r.file_id}/{r.file_name}', r.file.size_bytes)"
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
    said = subprocess.run(command, cwd=ROOT, env=gunicorn.variables(), check=True, capture_output=True, text=True)
    path, size = said.stdout.split()
    if int(size) < RATE_BYTES_S * MEDIA_S:
        raise SystemExit(f"error: the recording has {size} bytes, too few for {MEDIA_S} s at 64 kbit/s")
    return path


def main() -> None:
    if shutil.which("h2load") is None:
        raise SystemExit("error: h2load is missing: apt-get install nghttp2-client")
    resource.setrlimit(resource.RLIMIT_NOFILE, (16384, 16384))
    root = Path(tempfile.mkdtemp(prefix="fieldschool-load-", dir="/var/tmp"))
    root.chmod(0o711)
    services = root / "services"
    try:
        addresses: Mapping[str, str] = sets.start(services, [Postgresql()])
        folders = Folders(root / "site")
        folders.make()
        gunicorn = Gunicorn(folders, {"DATABASE_URL": addresses["DATABASE_URL"]})
        fill(gunicorn)
        measure(root, folders, gunicorn)
    finally:
        sets.remove(services)
        shutil.rmtree(root, ignore_errors=True)


def measure(root: Path, folders: Folders, gunicorn: Gunicorn) -> None:
    rows = []
    try:
        gunicorn.start()
        for name, micro_cache in (("without micro-cache", False), ("with micro-cache", True)):
            own = root / f"nginx-{micro_cache}"
            url = sets.start(own, [front(folders, micro_cache=micro_cache)])["NGINX_URL"]
            port = int(url.rpartition(":")[2])
            try:
                most, paced = load(port), load(port, per_s=BAR_PER_S / 2)
                rows.append((name, most, paced))
                print(name, most, paced, flush=True)
                if micro_cache:
                    before = memory(gunicorn)
                    taken, after = asyncio.run(_learners(port, recording(gunicorn), gunicorn))
                    print(taken, before, after, flush=True)
            finally:
                sets.remove(own)
    finally:
        gunicorn.close()
    RESULT.write_text(_report(rows, taken, after - before), encoding="utf-8")
    print(RESULT.read_text())


def _report(rows: list[tuple[str, Load, Load]], taken: Taken, growth_bytes: int) -> str:
    lines = [
        "# Many learners at once",
        "",
        f"`make bench-load`: {os.cpu_count()} cores shared by PostgreSQL, gunicorn (2 workers of 16 threads), nginx "
        "with TLS",
        f"and the clients; load {os.getloadavg()[0]:.1f} at the end. Course page, brotli, {CLIENTS} kept",
        f"connections, {SECONDS} s each by h2load; the constant rate is h2load's `--rps`, half of the bar.",
        "",
        f"| course page | most, per s (bar {BAR_PER_S}) | p95, ms | at {BAR_PER_S // 2} per s: p50, ms "
        "| p95, ms (bar 100) | p99, ms | failed |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, most, paced in rows:
        lines.append(
            f"| {name} | {most.per_s:.0f} | {most.p95_ms:.1f} | {paced.p50_ms:.1f} | {paced.p95_ms:.1f} "
            f"| {paced.p99_ms:.1f} | {most.failed + paced.failed} |"
        )
    lines += [
        "",
        f"Recordings: {LEARNERS} connections at 64 kbit/s for {MEDIA_S} s through nginx (X-Accel-Redirect, TLS):",
        f"{taken.connected} connected, {taken.held} held the rate to the end, {taken.bytes / 1e6:.0f} MB in all. "
        "The memory of gunicorn",
        f"(PSS of all its processes) grew by {growth_bytes / 1e6:.0f} MB at most "
        f"(bar {MAX_GROWTH_BYTES // 1_000_000} MB).",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
