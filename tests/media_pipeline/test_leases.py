import subprocess
import sys
from datetime import timedelta

import pytest

from lms.core.clock import now
from media_pipeline import leases, testing
from media_pipeline.leases import Process
from media_pipeline.models import Step

pytestmark = pytest.mark.django_db
ALL = Step.Kind.values


def test_each_claim_is_another_attempt_and_no_step_is_claimed_twice() -> None:
    testing.received_asset(name="a.mp4")
    testing.received_asset(name="b.mp4")
    claimed = [leases.claim(worker=f"w{i}", kinds=ALL, now=now()) for i in range(3)]
    assert claimed[0] is not None
    assert claimed[1] is not None
    assert claimed[0].pk != claimed[1].pk
    assert claimed[2] is None  # what is left waits for the examination
    assert [step.attempt for step in claimed if step] == [1, 1]


def test_a_claim_lost_to_another_worker_takes_the_next_step(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = testing.received_asset(name="a.mp4"), testing.received_asset(name="b.mp4")
    seen = Step.objects.filter(asset=first, kind="examine").update(attempt=4)
    assert seen == 1
    step = leases.claim(worker="w", kinds=ALL, now=now())
    assert step is not None
    assert (step.asset_id, step.attempt) == (first, 5)
    other = leases.claim(worker="v", kinds=ALL, now=now())
    assert other is not None
    assert other.asset_id == second


def test_a_heartbeat_renews_and_a_lost_lease_is_noticed() -> None:
    testing.received_asset()
    step = leases.claim(worker="w", kinds=ALL, now=now())
    assert step is not None
    later = now() + timedelta(seconds=15)
    leases.beat(step, now=later, fraction=0.5)
    step.refresh_from_db()
    assert step.lease_until == later + leases.LEASE
    Step.objects.filter(pk=step.pk).update(attempt=9)
    with pytest.raises(leases.LostLease):
        leases.beat(step, now=later)


def test_a_lease_that_ran_out_is_abandoned_and_a_live_one_is_not() -> None:
    testing.received_asset()
    step = leases.claim(worker=leases.worker_name(), kinds=ALL, now=now())
    assert step is not None
    assert leases.abandoned(now=now()) == []
    assert leases.abandoned(now=now() + leases.LEASE + timedelta(seconds=1)) == [step]


def test_a_dead_process_of_this_machine_is_noticed_at_once() -> None:
    name = leases.worker_name().split(" ")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        name[2], name[3] = str(child.pid), leases._start_of(child.pid)
        worker = " ".join(name)
        process = Process.parse(worker)
        assert process is not None
        assert not process.is_dead()
        child.kill()
        # A zombie until it is waited for: it is dead already.
        while leases._start_of(child.pid):
            pass
        assert process.is_dead()
    assert process.is_dead()
    testing.received_asset()
    step = leases.claim(worker=worker, kinds=ALL, now=now())
    assert leases.abandoned(now=now()) == [step]


@pytest.mark.parametrize(
    ("change", "dead"),
    [({}, False), ({0: "elsewhere"}, False), ({1: "an-earlier-boot"}, True), ({3: "1"}, True), ({2: "4194305"}, True)],
)
def test_only_what_surely_died_here_is_dead(change: dict[int, str], dead: bool) -> None:
    parts = leases.worker_name().split(" ")
    for place, value in change.items():
        parts[place] = value
    process = Process.parse(" ".join(parts))
    assert process is not None
    assert process.is_dead() is dead


@pytest.mark.parametrize("worker", ["", "a b", "celery@host", "a b c d e", "a b 1 2 3 4"])
def test_names_of_other_kinds_are_no_process(worker: str) -> None:
    assert Process.parse(worker) is None
