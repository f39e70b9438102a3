"""Notices of a term, and where they go: a scheduler's page."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_http_methods

from lms.core.clock import now
from lms.core.errors import FieldschoolError
from lms.schools import words
from lms.schools.access import demand, may_schedule, person, personal
from lms.schools.addresses import key_in
from lms.schools.models import Channel, Delivery, Notice, Term
from lms.schools.notices import services, texts
from lms.schools.notices.forms import ChannelForm

MOST_SHOWN = 30
SHOWN_OF_SECRET = 4


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, term: UUID) -> HttpResponse:
    """The texts, the latest first; channels added, tried and taken away."""
    found = get_object_or_404(Term, pk=term)
    demand(may_schedule(request.user, found))
    if request.method != "POST":
        return _page(request, found, ChannelForm())
    form = ChannelForm(request.POST) if request.POST.get("do") == "add" else ChannelForm()
    try:
        if request.POST.get("do") == "add":
            if not form.is_valid():
                return _page(request, found, form)
            language = get_language() or settings.LANGUAGE_CODE
            services.add_channel(term=found, language=language, by=person(request), now=now(), **form.cleaned_data)
        elif request.POST.get("do") == "try":
            services.try_channel(channel=_channel(request, found), now=now())
        elif request.POST.get("do") == "remove":
            services.remove_channel(channel=_channel(request, found))
        else:
            raise Http404
    except FieldschoolError as error:
        return _page(request, found, form, error)
    return redirect("schools_notices", term=found.pk)


def _channel(request: HttpRequest, term: Term) -> Channel:
    return get_object_or_404(Channel, pk=key_in(request.POST.get("channel", "")), term=term)


def _page(request: HttpRequest, term: Term, form: ChannelForm, refused: FieldschoolError | None = None) -> HttpResponse:
    latest = list(Notice.objects.filter(term=term).select_related("term").order_by("-made_at", "-pk")[:MOST_SHOWN])
    sent = list(Delivery.objects.filter(notice__in=latest).select_related("channel").order_by("channel__name"))
    shown = {
        "term": term,
        "notices": [_shown(one, [each for each in sent if each.notice_id == one.pk]) for one in latest],
        "channels": [_hidden(one) for one in Channel.objects.filter(term=term).order_by("name")],
        "form": form,
        "refused": refused,
    }
    wrong = refused is not None or bool(form.errors)
    return render(request, "schools/notices.html", shown, status=422 if wrong else 200)


def _shown(notice: Notice, deliveries: list[Delivery]) -> dict[str, Any]:
    text = texts.text(notice)
    return {"notice": notice, "text": text, "lines": text.count("\n") + 2, "deliveries": deliveries}


def _hidden(channel: Channel) -> dict[str, Any]:
    """A channel without its secret: the last letters tell its owner which one it is."""
    mail = channel.kind == Channel.Kind.EMAIL
    hint = channel.secret.replace("\n", ", ") if mail else f"…{channel.secret[-SHOWN_OF_SECRET:]}"
    kind = words.CHANNELS[channel.kind]
    return {"pk": channel.pk, "name": channel.name, "kind_words": kind, "hint": hint, "problem": channel.problem}
