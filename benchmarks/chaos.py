"""Everything is killed: web, workers, ffmpeg, an import under way, Redis, Elasticsearch, S3, at random moments.

`python -m benchmarks.chaos [--kills 100] [--seed 1] [--lessons 12]`. A site on PostgreSQL, Redis with Celery,
Elasticsearch and S3 takes lessons in and publishes them while its parts are killed with -9, one by one, and started
again some seconds later. Then all must be there: every lesson encoded, every step done once, every file that rows
name in the bucket with the right bytes, every published lesson found, no row of the outbox left.
"""

import argparse
import contextlib
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from benchmarks.site import ROOT, free_port
from scripts.services import sets
from scripts.services.base import Service
from scripts.services.elasticsearch import Elasticsearch
from scripts.services.postgresql import Postgresql
from scripts.services.processes import Process
from scripts.services.redis import Redis
from scripts.services.seaweedfs import Seaweedfs
from tests import database
from tests.contract.machines import QUICK, SLOW, Machines, wait_for
from tests.factories import clips

RESULTS = Path(__file__).with_name("results")
MORTAL: tuple[Service, ...] = (Redis(), Elasticsearch(light=True), Seaweedfs())
BACK_AFTER_S = (0.5, 4.0)
PAUSE_S = (0.2, 1.2)


def catalogue(folder: Path, lessons: int) -> Path:
    """Courses of three lessons, each with a film."""
    lines = []
    for number in range(0, lessons, 3):
        films = [
            clips.video(folder / f"{n}.mp4", size="640x360", seconds=4 + n / 7)
            for n in range(number, min(number + 3, lessons))
        ]
        lines.append(
            {
                "id": f"chaos-{number}",
                "title": f"土豆第{number}门",
                "summary": "从选种到收获。",
                "topic": "crops",
                "audience": [],
                "language": "zh",
                "lessons": [
                    {"title": f"晚疫病{film.stem}号", "body": "先看叶背。", "transcript": None, "video": film.name}
                    for film in films
                ],
            }
        )
    path = folder / "catalogue.jsonl"
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines))
    return path


class Chaos:
    """The site, what of it may be killed, and what was."""

    def __init__(self, machines: Machines, services: Path, port: int, source: Path, seed: int) -> None:
        self.machines, self.services, self.port, self.source = machines, services, port, source
        self.chance = random.Random(seed)
        self.killed: Counter[str] = Counter()
        self.due: list[tuple[float, Callable[[], object]]] = []
        self.commands: dict[str, tuple[str, ...]] = {
            "worker": ("manage.py", "worker"),
            "quick": (*QUICK, "-n", "quick@%h"),
            "slow": (*SLOW, "-n", "slow@%h"),
            "web": ("-m", "gunicorn", "lms.wsgi", "-k", "gthread", "-w", "1", "-b", f"127.0.0.1:{port}"),
            "import": ("manage.py", "import_catalogue", str(source), "--publish"),
        }

    def begin(self) -> None:
        for name, command in self.commands.items():
            self.machines.start(name, *command)

    def imported(self) -> bool:
        """True when the import has run to its end; one that was killed or refused is started again."""
        process = self.machines.processes["import"]
        if process.poll() is None:
            return False
        if process.returncode == 0:
            return True
        self.machines.start("import", *self.commands["import"])
        return False

    def kill_something(self) -> None:
        """One victim, and when it comes back."""
        running = [name for name, process in self.machines.processes.items() if process.poll() is None]
        encoders = self.encoders()
        # Each encode is short: whenever one runs it is as likely as all others together.
        others = [*running, *(service.name for service in MORTAL)]
        name = "ffmpeg" if encoders and self.chance.random() < 0.5 else self.chance.choice(others)
        back = time.monotonic() + self.chance.uniform(*BACK_AFTER_S)
        if name == "ffmpeg":
            with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(self.chance.choice(encoders), signal.SIGKILL)
        elif name in self.machines.processes:
            self.machines.kill(name)
            self.due.append((back, lambda: self.machines.start(name, *self.commands[name])))
        elif not self.kill_service(name):
            return
        else:
            (service,) = (service for service in MORTAL if service.name == name)
            self.due.append((back, lambda: sets.start(self.services, [service])))
        self.killed[name] += 1

    def kill_service(self, name: str) -> bool:
        processes: list[Process] = [one for one in sets.processes(self.services, name).values() if one.is_alive]
        for process in processes:
            process.end(signal.SIGKILL, patience_s=10)
        return bool(processes)

    def encoders(self) -> list[int]:
        """Running encoders of this site."""
        mark, found = str(self.machines.folder).encode(), []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                text = path.read_bytes()
            except OSError:
                continue
            if mark in text and b"ffmpeg" in text:
                found.append(int(path.parent.name))
        return found

    def bring_back(self, *, all_of_it: bool = False) -> None:
        """Start what is due again."""
        due = [what for when, what in self.due if all_of_it or when <= time.monotonic()]
        self.due = [] if all_of_it else [(when, what) for when, what in self.due if when > time.monotonic()]
        for what in due:
            what()
        self.supervise()

    def supervise(self) -> None:
        """As systemd does: what has ended by itself is started again. A site refuses to start without its services."""
        for name, command in self.commands.items():
            process = self.machines.processes[name]
            if name != "import" and process.poll() not in {None, -signal.SIGKILL}:
                self.machines.start(name, *command)

    def run(self, kills: int) -> None:
        while sum(self.killed.values()) < kills:
            time.sleep(self.chance.uniform(*PAUSE_S))
            self.bring_back()
            self.imported()
            self.kill_something()
            print(f"\r{sum(self.killed.values())} of {kills} killed", end="", file=sys.stderr, flush=True)
        self.bring_back(all_of_it=True)
        wait_for(lambda: self.supervise() or self.imported(), "the import ends")
        wait_for(lambda: self.machines.rows("SELECT 1 FROM media_pipeline_asset"), "uploads")
        wait_for(self.machines.all_ready, "every lesson ready")
        wait_for(lambda: not self.machines.rows("SELECT 1 FROM core_outboxevent"), "the outbox is empty")

    def found(self, lessons: int) -> int:
        """How many of the lessons the site's own search finds."""
        wait_for(lambda: self.supervise() or self.answers(), "the site answers")
        run = [
            sys.executable,
            "manage.py",
            "search",
            "晚疫病",
            "--json",
            "--limit",
            "100",
            "--backend",
            "elasticsearch",
        ]
        answer = subprocess.run(run, cwd=ROOT, env=self.machines.environment, check=True, stdout=subprocess.PIPE)
        titles = {result["title"] for result in json.loads(answer.stdout)["results"]}
        return len(titles & {f"晚疫病{number}号" for number in range(lessons)})

    def answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def damaged(self) -> int:
        """Files that rows name and the bucket does not hold as they were."""
        at = self.machines.environment
        bucket = at["MEDIA_STORAGE"].removeprefix("s3://")
        s3: Any = boto3.client(
            "s3",
            endpoint_url=at["S3_ENDPOINT_URL"],
            aws_access_key_id=at["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=at["AWS_SECRET_ACCESS_KEY"],
            region_name=at.get("AWS_REGION", "us-east-1"),
            config=Config(s3={"addressing_style": "path"}),
        )
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        named = {one["Key"].rsplit("/", 1)[-1]: one["Key"] for page in pages for one in page.get("Contents", [])}
        bad = 0
        for (sha256,) in self.machines.rows(
            "SELECT sha256 FROM media_pipeline_rendition UNION SELECT source_sha256 FROM media_pipeline_asset"
        ):
            key = named.get(sha256)
            body = s3.get_object(Bucket=bucket, Key=key)["Body"].read() if key else b""
            bad += hashlib.sha256(body).hexdigest() != sha256
        return bad


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--kills", type=int, default=100)
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--lessons", type=int, default=12)
    options = ask.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o711)
        services = folder / "services"
        try:
            addresses = sets.start(services, [Postgresql(), *MORTAL])
            with database.postgresql_copy(addresses["DATABASE_URL"]) as name:
                run(options, folder, services, addresses, name)
        finally:
            sets.remove(services)


def run(options: argparse.Namespace, folder: Path, services: Path, addresses: dict[str, str], name: str) -> None:
    port = free_port()
    own = {
        "DATABASE_URL": database.named(addresses["DATABASE_URL"], name),
        "SEARCH_BACKEND": "elasticsearch",
        "SEARCH_STANDBY": "none",
        "PORT": str(port),
    }
    (folder / "data").mkdir()
    machines = Machines(folder / "data", {**addresses, **own})
    chaos = Chaos(machines, services, port, catalogue(folder, options.lessons), options.seed)
    try:
        began = time.monotonic()
        chaos.begin()
        chaos.run(options.kills)
        machines.assert_whole()
        figures = {
            "killed": sum(chaos.killed.values()),
            "by what": ", ".join(f"{what} {count}" for what, count in sorted(chaos.killed.items())),
            "lessons published": options.lessons,
            "lessons found by search": chaos.found(options.lessons),
            "steps": len(machines.rows("SELECT 1 FROM media_pipeline_step")),
            "steps done twice": len(machines.rows("SELECT step FROM seen_done GROUP BY step HAVING count(*) > 1")),
            "attempts in all": machines.rows("SELECT sum(attempt) FROM media_pipeline_step")[0][0],
            "files missing or damaged": chaos.damaged(),
            "seconds": round(time.monotonic() - began),
        }
        command = (
            f"python -m benchmarks.chaos --kills {options.kills} --seed {options.seed} --lessons {options.lessons}"
        )
        lines = ["# Everything is killed", "", f"`{command}`", "", "| what | figure |", "|---|---|"]
        lines += [f"| {what} | {figure} |" for what, figure in figures.items()]
        (RESULTS / "chaos.md").write_text("\n".join([*lines, ""]))
        print("\n".join(lines))
    except AssertionError:
        for log in sorted(machines.folder.glob("*.log")):
            print(f"== {log.name}\n{log.read_text(errors='replace')[-3000:]}", file=sys.stderr)
        raise
    finally:
        machines.end()


if __name__ == "__main__":
    main()
