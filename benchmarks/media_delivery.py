"""`python -m benchmarks.media_delivery`: who sends the bytes of media out of S3, compared in one run.

For each MEDIA_DELIVERY a site of its own (gunicorn) behind nginx with `deploy/nginx`, over one real S3. A reader plays
a file of 12 MB in spans of 100 kB, twice. Counted: bytes that came out of Python, requests the reader made (round trips
on the reader's link) and requests at S3; timed: a span, on this machine alone, so that only ratios tell.
"""

import http.client
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from scripts.services import sets
from scripts.services.nginx import Nginx, forwarding
from scripts.services.places import Place
from scripts.services.seaweedfs import Seaweedfs

ROOT = Path(__file__).resolve().parent.parent
SPAN = 100_000
WAYS = ("embedded", "nginx", "redirect")
_FILL = """
import django; django.setup()
from media_pipeline import selectors, testing
asset_id = testing.ready_asset(content="camera", duration_s=410)
print(selectors.media([asset_id], private=True)[asset_id].renditions[-1].url)
"""


@dataclass(frozen=True)
class Row:
    """What one way took for one pass over the file."""

    delivery: str
    cache: str
    bytes_sent: int
    python_bytes: int
    reader_requests: int
    bucket_requests: int
    span_ms: float


def _get(links: dict[str, http.client.HTTPConnection], address: str, first: int, host: str) -> tuple[bytes, int]:
    """The span and how many requests it took; connections are kept."""
    requests = 0
    while True:
        parts = urlsplit(address)
        netloc = parts.netloc or host
        link = links.setdefault(netloc, http.client.HTTPConnection(netloc, timeout=60))
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        link.request("GET", path, headers={"Range": f"bytes={first}-{first + SPAN - 1}"})
        answer = link.getresponse()
        body, requests = answer.read(), requests + 1
        if answer.status != 302:
            assert answer.status == 206, answer.status
            return body, requests
        address = answer.headers["Location"]


def _pass(url: str, host: str, log: Path, site: int, delivery: str, cache: str) -> Row:
    log.write_text("")
    links: dict[str, http.client.HTTPConnection] = {}
    times, sent, requests, first, total = [], 0, 0, 0, 1 << 60
    while first < total:
        began = time.perf_counter()
        body, made = _get(links, url, first, host)
        times.append(time.perf_counter() - began)
        sent, requests, first = sent + len(body), requests + made, first + SPAN
        total = total if len(body) == SPAN else 0
    time.sleep(0.5)  # nginx writes its log after the answer
    python_bytes = misses = 0
    for line in log.read_text().splitlines():
        addresses, received, status = line.split("|")
        misses += status == "MISS"
        for address, size in zip(addresses.split(" : "), received.split(" : "), strict=False):
            python_bytes += int(size) if address.endswith(f":{site}") and size.isdigit() else 0
    spans = len(times)
    asked = {"embedded": spans, "nginx": misses, "redirect": spans}[delivery]
    return Row(delivery, cache, sent, python_bytes, requests, asked, round(statistics.median(times) * 1000, 1))


def _measure(delivery: str, folder: Path, environment: dict[str, str], url: str) -> list[Row]:
    log: list[Path] = []
    site = 20_000 + os.getpid() % 10_000 + WAYS.index(delivery)

    def text(place: Place, port: int) -> str:
        log[:] = [place.home / "counted.log"]
        deploy = ROOT / "deploy" / "nginx"
        http_level = (deploy / "bucket.conf").read_text()
        http_level = http_level.replace("127.0.0.1:9000", urlsplit(environment["S3_ENDPOINT_URL"]).netloc)
        http_level = http_level.replace("/var/cache/nginx/fieldschool-media", str(place.home / "kept"))
        server = (deploy / "media.conf").read_text()
        http_level += "log_format counted '$upstream_addr|$upstream_bytes_received|$upstream_cache_status';"
        server += f"proxy_buffering off; log_subrequest on; access_log {log[0]} counted;"
        return forwarding(f"http://127.0.0.1:{site}", http=http_level, server=server)(place, port)

    command = [sys.executable, "-m", "gunicorn", "lms.wsgi:application", "--bind", f"127.0.0.1:{site}"]
    command += ["--worker-class", "gthread", "--threads", "4", "--log-level", "error"]
    running = subprocess.Popen(command, cwd=ROOT, env={**environment, "MEDIA_DELIVERY": delivery})
    front = folder / delivery
    try:
        address = sets.start(front, [Nginx(configuration=text)])["NGINX_URL"]
        host = urlsplit(address).netloc
        for _ in range(300):
            probe = http.client.HTTPConnection(host, timeout=60)
            probe.request("GET", "/health/live")
            if probe.getresponse().status == 200:
                break
            time.sleep(0.2)
        return [_pass(url, host, log[0], site, delivery, cache) for cache in ("first", "again")]
    finally:
        running.terminate()
        running.wait(20)
        sets.remove(front)


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="fieldschool-delivery-", dir="/var/tmp"))
    folder.chmod(0o711)
    try:
        addresses = sets.start(folder / "s3", [Seaweedfs()])
        environment = {
            **os.environ,
            **addresses,
            "DATA_DIR": str(folder / "data"),
            "DJANGO_SETTINGS_MODULE": "lms.settings",
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
        filled = subprocess.run(
            [sys.executable, "-c", _FILL], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
        url = filled.stdout.strip().splitlines()[-1]
        rows = [row for delivery in WAYS for row in _measure(delivery, folder, environment, url)]
    finally:
        sets.remove(folder / "s3")
        shutil.rmtree(folder, ignore_errors=True)
    _write(rows)
    return 0


def _write(rows: list[Row]) -> None:
    lines = [
        "| delivery | pass | sent | out of Python | requests of the reader | requests at S3 | ms a span (median) |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        counts = f"{row.bytes_sent:,} | {row.python_bytes:,} | {row.reader_requests} | {row.bucket_requests}"
        lines.append(f"| {row.delivery} | {row.cache} | {counts} | {row.span_ms} |")
    print("\n".join(lines))
    results = ROOT / "benchmarks" / "results"
    (results / "media-delivery.md").write_text("\n".join(lines) + "\n")
    (results / "media-delivery.json").write_text(json.dumps([vars(row) for row in rows], indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
