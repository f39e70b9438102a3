"""Celery workers on many machines: real Redis, real PostgreSQL, clocks that differ, a broker that forgets."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from scripts.services.redis import Redis
from tests import database
from tests.contract.machines import QUICK, SLOW, Machines, wait_for
from tests.factories import clips
from tests.services import Own

pytestmark = pytest.mark.contract


@pytest.fixture
def machines(tmp_path: Path, postgresql: Mapping[str, str], redis: Mapping[str, str]) -> Iterator[Machines]:
    url = postgresql["DATABASE_URL"]
    with database.postgresql_copy(url) as name:
        machines = Machines(tmp_path, {**redis, "DATABASE_URL": database.named(url, name)})
        yield machines
        machines.end()


def recordings(folder: Path) -> list[Path]:
    return [
        clips.video(folder / "field.mp4", seconds=4),
        clips.slides(folder / "slides.mp4"),
        clips.sound(folder / "talk.m4a", seconds=10),
    ]


def test_machines_whose_clocks_differ_by_a_minute_share_the_steps_and_none_is_taken_away(
    machines: Machines, tmp_path: Path
) -> None:
    machines.upload(*recordings(tmp_path))
    machines.start("steward", "manage.py", "worker", clock_s=60)
    machines.start("quick", *QUICK, clock_s=-60)
    machines.start("slow", *SLOW, clock_s=-60)
    machines.start("slow2", *SLOW, clock_s=30)
    wait_for(machines.all_ready, "every lesson ready")
    machines.assert_whole()
    assert machines.rows("SELECT DISTINCT attempt, interruptions FROM media_pipeline_step") == [(1, 0)]
    (cpu_s,) = machines.rows("SELECT min(cpu_s) FROM media_pipeline_step WHERE kind = 'share'")[0]
    assert cpu_s > 0


def test_a_broker_that_is_killed_and_forgets_everything_loses_no_step(
    machines: Machines, tmp_path: Path, own_services: Callable[..., Own]
) -> None:
    broker = own_services(Redis())
    machines.environment |= broker.start()
    machines.start("steward", "manage.py", "worker")
    machines.start("quick", *QUICK)
    machines.start("slow", *SLOW)
    machines.upload(clips.video(tmp_path / "field.mp4", seconds=4))
    wait_for(lambda: machines.rows("SELECT 1 FROM seen_done"), "work began")
    broker.kill(Redis(), "server", forget=True)
    machines.upload(clips.video(tmp_path / "more.mp4", seconds=3))  # an upload needs no broker
    wait_for(lambda: "CELERY_BROKER_URL" in machines.log("steward"), "the steward says that the broker is away")
    machines.kill("slow")
    broker.start()
    machines.start("slow", *SLOW)
    wait_for(machines.all_ready, "every lesson ready")
    machines.assert_whole()
