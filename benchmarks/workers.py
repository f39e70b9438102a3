"""How encoding grows with workers: the same recordings by 1, 2 and 4 workers, with Celery, Redis and PostgreSQL.

`python -m benchmarks.workers [--workers 1 2 4] [--lessons 6] [--seconds 8]`. All workers share this machine's
processors and ffmpeg itself uses several, so that the rate levels off at the number of processors: what is shown is
that steps are spread, that none is done twice, and what the queue costs.
"""

import argparse
import os
import tempfile
import time
from collections import Counter
from pathlib import Path

from scripts.services import sets
from scripts.services.postgresql import Postgresql
from scripts.services.redis import Redis
from tests import database
from tests.contract.machines import QUICK, SLOW, Machines, wait_for
from tests.factories import clips

RESULTS = Path(__file__).with_name("results")
HEAD = """# Encoding with more workers

`python -m benchmarks.workers`; {cores} processors, shared by all workers, the database and Redis. ffmpeg runs several
threads of its own. "Spread" is how many steps each worker of the slow queue did.

| slow workers | steps | seconds | steps a minute | CPU s of ffmpeg | spread | done twice |
|---:|---:|---:|---:|---:|---|---:|
"""


def measure(workers: int, folder: Path, addresses: dict[str, str], recordings: list[Path]) -> str:
    """A row of the table."""
    with database.postgresql_copy(addresses["DATABASE_URL"]) as name:
        own = {**addresses, "DATABASE_URL": database.named(addresses["DATABASE_URL"], name)}
        machines = Machines(folder, own)
        machines.database.execute(
            "CREATE TABLE seen_claim (step bigint, worker text);"
            "CREATE FUNCTION see_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " INSERT INTO seen_claim VALUES (NEW.id, split_part(NEW.worker, ' ', 3)); RETURN NEW; END $$;"
            "CREATE TRIGGER see_claim AFTER UPDATE OF state ON media_pipeline_step"
            " FOR EACH ROW WHEN (NEW.state = 'running') EXECUTE FUNCTION see_claim();"
        )
        try:
            machines.start("steward", "manage.py", "worker")
            machines.start("quick", *QUICK)
            for number in range(workers):
                machines.start(f"slow{number}", *SLOW, "-n", f"slow{number}@%h")
            wait_for(lambda: all("slow" in machines.log(f"slow{n}") for n in range(workers)), "workers are there")
            began = time.monotonic()
            machines.upload(*recordings)
            wait_for(machines.all_ready, "every lesson ready")
            took_s = time.monotonic() - began
            machines.assert_whole()
            return row(machines, workers, took_s)
        finally:
            machines.end()


def row(machines: Machines, workers: int, took_s: float) -> str:
    steps = len(machines.rows("SELECT 1 FROM media_pipeline_step"))
    twice = len(machines.rows("SELECT step FROM seen_done GROUP BY step HAVING count(*) > 1"))
    ((cpu_s,),) = machines.rows("SELECT sum(cpu_s) FROM media_pipeline_step")
    slow = machines.rows(
        "SELECT seen_claim.worker FROM seen_claim JOIN media_pipeline_step ON id = step"
        " WHERE kind IN ('pictures', 'share')"
    )
    spread = " / ".join(str(number) for number in sorted(Counter(slow).values(), reverse=True))
    return f"| {workers} | {steps} | {took_s:.1f} | {steps / took_s * 60:.0f} | {cpu_s:.1f} | {spread} | {twice} |"


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    ask.add_argument("--lessons", type=int, default=6)
    ask.add_argument("--seconds", type=float, default=8)
    options = ask.parse_args()
    with tempfile.TemporaryDirectory() as place:
        services = Path(place) / "services"
        Path(place).chmod(0o711)
        try:
            addresses = sets.start(services, [Postgresql(), Redis()])
            recordings = [
                clips.noise(Path(place) / f"{number}.mp4", seconds=options.seconds + number / 10)
                for number in range(options.lessons)
            ]
            rows = []
            for workers in options.workers:
                folder = Path(place) / f"with{workers}"
                folder.mkdir()
                rows.append(measure(workers, folder, addresses, recordings))
                print(rows[-1], flush=True)
        finally:
            sets.remove(services)
    (RESULTS / "workers.md").write_text(HEAD.format(cores=os.cpu_count()) + "\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
