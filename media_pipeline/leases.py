"""Leases on steps: who works on what, until when, and how the work of a dead worker is taken over.

A claim is one conditional UPDATE that counts the attempt; every later write of the worker names that attempt, so that
one who lost the lease can change nothing. A lease is short and renewed by heartbeats. A worker on the same machine need
not wait for it to run out: it sees that the process is gone.
"""

import os
import secrets
import socket
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Case, F, Q, QuerySet, When

from media_pipeline.models import Asset, Step, step_order

LEASE = timedelta(seconds=20)
REPORT = timedelta(seconds=1)  # how often progress is written, which renews the lease as well

NO_LEASE: dict[str, Any] = {"lease_until": None, "worker": "", "left_s": None, "speed": None}


class LostLease(Exception):
    """The step went to another worker, or was cancelled: stop, write nothing."""


@dataclass(frozen=True)
class Process:
    """A process as others on its machine can recognise it; `start` tells it from a later one with the same number."""

    machine: str
    boot: str
    pid: int
    start: str

    @classmethod
    def parse(cls, worker: str) -> "Process | None":
        parts = worker.split(" ")
        return cls(parts[0], parts[1], int(parts[2]), parts[3]) if len(parts) == 5 and parts[2].isdigit() else None

    def is_dead(self) -> bool:
        """True when the process ran on this machine and is there no more; False when that cannot be known."""
        here = _this_process(os.getpid())
        if self.machine != here.machine or not self.start:
            return False
        return self.boot != here.boot or _start_of(self.pid) != self.start


def _start_of(pid: int) -> str:
    """When a process started, in clock ticks since boot (proc_pid_stat(5)); empty when it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


@cache
def _this_process(pid: int) -> Process:
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = ""
    machine = f"{socket.gethostname()}{namespace}".replace(" ", "")[:90]
    return Process(machine, _read("/proc/sys/kernel/random/boot_id"), pid, _start_of(pid))


def worker_name() -> str:
    """A name for one worker of this process, new at each call."""
    here = _this_process(os.getpid())
    return f"{here.machine} {here.boot} {here.pid} {here.start} {secrets.token_hex(4)}"


def due(kinds: Collection[str], *, now: datetime) -> QuerySet[Step]:
    """The steps of `kinds` that may be claimed, the most wanted first."""
    # What is ready may have steps besides, and steps that are to be done once more.
    can_start = Q(kind=Step.Kind.EXAMINE) | Q(asset__state__in=[Asset.State.ENCODING, Asset.State.READY])
    waits = Q(state__in=Step.WANTED, not_before__lte=now)
    # A catalogue that is made anew keeps no new lesson waiting.
    once_more_last = Case(When(asset__state=Asset.State.READY, attempt__gt=0, then=1), default=0)
    return Step.objects.filter(waits, can_start, kind__in=kinds).order_by(once_more_last, *step_order())


def claim(*, worker: str, kinds: Collection[str], now: datetime) -> Step | None:
    """Take the step of `kinds` that is wanted most, or None. Of many workers that ask at once, each gets another."""
    while True:
        step = due(kinds, now=now).first()
        if step is None:
            return None
        claimed = Step.objects.filter(pk=step.pk, attempt=step.attempt, state=step.state).update(
            state=Step.State.RUNNING,
            attempt=F("attempt") + 1,
            worker=worker,
            lease_until=now + LEASE,
            heartbeat_at=now,
            fraction=0,
            speed=None,
            left_s=None,
        )
        if claimed:
            return Step.objects.select_related("asset").get(pk=step.pk)


def held(step: Step) -> Any:
    """The step, if this attempt still holds it: a queryset to write through."""
    return Step.objects.filter(pk=step.pk, attempt=step.attempt, worker=step.worker, state=Step.State.RUNNING)


def beat(step: Step, *, now: datetime, **progress: Any) -> None:
    """Renew the lease, with how far the step is. Raises LostLease."""
    if not held(step).update(lease_until=now + LEASE, heartbeat_at=now, **progress):
        raise LostLease


def abandoned(*, now: datetime) -> list[Step]:
    """Running steps whose worker is dead: the lease ran out, or its process on this machine is gone."""
    running = Step.objects.filter(state=Step.State.RUNNING).select_related("asset")
    return [step for step in running if _runs_out(step, now) or process_is_gone(step.worker)]


def _runs_out(step: Step, now: datetime) -> bool:
    return step.lease_until is not None and step.lease_until <= now


def process_is_gone(worker: str) -> bool:
    process = Process.parse(worker)
    return process is not None and process.is_dead()
