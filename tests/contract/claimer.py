"""`python -m tests.contract.claimer fill N | steps | events`: one of several processes that take up the same rows.

Waits for a line on its standard input, so that all begin together, and prints what it took up, one a line.
"""

import sys
import uuid

import django


def fill(count: int) -> None:
    """`count` steps and `count` events that are due."""
    from lms.core import outbox
    from lms.core.clock import now
    from media_pipeline.models import Asset, Step

    at = now()
    for number in range(count):
        asset = Asset.objects.create(
            source_sha256=f"{number:064}", source_size_bytes=1, name="a.mp4", created_at=at, wanted_at=at
        )
        Step.objects.create(asset=asset, kind="examine", not_before=at, created_at=at)
        outbox.enqueue(topic="claimed", subject=uuid.UUID(int=number))


def steps() -> None:
    from lms.core.clock import now
    from media_pipeline import leases
    from media_pipeline.models import Step

    while step := leases.claim(worker=leases.worker_name(), kinds=Step.Kind.values, now=now()):
        print(step.pk)


def events() -> None:
    from lms.core import outbox
    from lms.core.clock import now

    outbox._handlers.clear()
    outbox.register("claimed", print)
    while outbox.handle_next(now=now()):
        pass


def main() -> None:
    django.setup()
    if sys.argv[1] == "fill":
        return fill(int(sys.argv[2]))
    print("ready", flush=True)
    sys.stdin.readline()
    return {"steps": steps, "events": events}[sys.argv[1]]()


if __name__ == "__main__":
    main()
