"""The queue for operators: what runs, waits and failed, what it has cost, and two verbs: try again, stop."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from lms.core import sizes
from lms.core.clock import now as present
from media_pipeline import quotas, selectors, services
from media_pipeline.models import Step
from media_pipeline.refusals import UnknownAsset
from media_pipeline.sentences import in_this_language

MAY_OPERATE = "media_pipeline.change_step"
PAGE_SIZE = 30
SHOWN = {
    "open": gettext_lazy("Open"),
    "running": gettext_lazy("Running"),
    "waiting": gettext_lazy("Waiting"),
    "failed": gettext_lazy("Failed"),
    "done": gettext_lazy("Done"),
}
KINDS = {
    Step.Kind.EXAMINE: gettext_lazy("Examination"),
    Step.Kind.VOICE: gettext_lazy("Voice"),
    Step.Kind.PICTURES: gettext_lazy("Pictures"),
    Step.Kind.SHARE: gettext_lazy("File for sharing"),
    Step.Kind.SLIDES: gettext_lazy("Slides to read"),
    Step.Kind.PLAIN: gettext_lazy("For older devices"),
    Step.Kind.STORYBOARD: gettext_lazy("Small pictures"),
}
STATES = {
    Step.State.WAITING: gettext_lazy("waits"),
    Step.State.RUNNING: gettext_lazy("runs"),
    Step.State.DONE: gettext_lazy("done"),
    Step.State.FAILED: gettext_lazy("failed"),
    Step.State.WAITING_FOR_SPACE: gettext_lazy("waits for room on the disk"),
    Step.State.WAITING_FOR_STORAGE: gettext_lazy("waits for the store of files"),
}


class Row(NamedTuple):
    """A step as a line of the table."""

    step: Step
    kind: Any
    state: Any
    machine: str
    age_s: float
    sentence: str
    stored_bytes: int


def operators_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Refuse whoever may not change steps."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.has_perm(MAY_OPERATE):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return checked


@never_cache
@require_safe
@operators_only
def queue(request: HttpRequest) -> HttpResponse:
    """The numbers, and the steps of one state, page by page."""
    now = present()
    shown = request.GET.get("state", "open")
    shown = shown if shown in SHOWN else "open"
    seen = selectors.queue()
    page = Paginator(selectors.steps(shown), PAGE_SIZE).get_page(request.GET.get("p"))
    context = {
        "queue": seen,
        "oldest_s": (now - seen.oldest_waiting_at).total_seconds() if seen.oldest_waiting_at else None,
        "broker": _broker(),
        "room": quotas.of_site(now=now),
        "states": [(name, label, name == shown) for name, label in SHOWN.items()],
        "shown": shown,
        "page": page,
        "rows": [_row(step, now) for step in page.object_list],
    }
    return render(request, "media_pipeline/queue.html", context)


@never_cache
@require_safe
@operators_only
def cost(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """What one recording costs its learners, the store and the machines."""
    found = selectors.cost(asset_id)
    if found is None:
        messages.error(request, str(UnknownAsset()))
        return redirect("queue:index")
    minutes = (found.duration_s or 0) / 60
    context = {
        "cost": found,
        "ways": [(_way(way.name), way.size_bytes, _of_ten(way.size_bytes, minutes)) for way in found.ways],
        "steps": [(KINDS[Step.Kind(kind)], cpu_s) for kind, cpu_s in found.cpu_s.items() if cpu_s],
        "cpu_a_minute_s": found.total_cpu_s / minutes if minutes else None,
    }
    return render(request, "media_pipeline/cost.html", context)


def _way(name: str) -> str:
    """What a way to take a lesson is called here, where those for older devices stand beside the others."""
    if name == "read":
        return _("Read the slides")
    older = _("older devices") if name.startswith("h") and name[1:].isdigit() else ""
    return f"{name} ({older})" if older else sizes.quality_label(name)


def _of_ten(size_bytes: int, minutes: float) -> int | None:
    return round(size_bytes / minutes * 10) if minutes else None


def _row(step: Step, now: datetime) -> Row:
    since = step.heartbeat_at if step.state == Step.State.RUNNING else step.finished_at or step.created_at
    return Row(
        step=step,
        kind=KINDS[Step.Kind(step.kind)],
        state=STATES[Step.State(step.state)],
        machine=step.worker.partition("pid:")[0],
        age_s=max(0.0, (now - (since or step.created_at)).total_seconds()),
        sentence=in_this_language(step.error_sentences),
        stored_bytes=getattr(step, "stored_bytes", None) or 0,
    )


def _broker() -> dict[str, int] | str | None:
    """The lengths of the broker's queues; a sentence when it does not answer; None on one machine."""
    if not settings.CELERY_BROKER_URL:
        return None
    from media_pipeline import tasks

    found = tasks.lengths()
    return found if found is not None else _("The broker does not answer: steps wait until it does.")


@require_POST
@operators_only
def retry(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Try again what failed or waits."""
    return _do(request, lambda: services.retry(asset_id=asset_id, now=present()), _("It is tried again."))


@require_POST
@operators_only
def cancel(request: HttpRequest, asset_id: UUID) -> HttpResponse:
    """Stop work on a recording; what is playable stays."""
    done = _("Stopped. What was ready stays playable; “Try again” goes on with it.")
    return _do(request, lambda: services.cancel(asset_id=asset_id, now=present()), done)


def _do(request: HttpRequest, verb: Callable[[], None], done: str) -> HttpResponse:
    try:
        verb()
    except UnknownAsset as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    state = request.POST.get("state", "")
    return redirect(f"{reverse('queue:index')}?state={state if state in SHOWN else 'open'}")
