"""Signing in with a card, and the mediator's page: registering people, handing out cards, signing in for them."""

import re
from dataclasses import asdict
from typing import Any

from django.contrib.auth import login
from django.contrib.auth.decorators import login_required, permission_required
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lms.accounts import selectors, services
from lms.accounts.forms import RegisterForm, SignInForm
from lms.accounts.models import LearnerCard, User
from lms.core.clock import now
from lms.core.templatetags.fieldschool import site_path

PERMISSION = "accounts.register_learners"
_ISSUED = "card_issued"  # shown once, then forgotten


class SignIn(LoginView):
    """By name, phone or card; a card's QR code has filled in its number."""

    form_class = SignInForm
    template_name = "accounts/sign_in.html"

    def get_initial(self) -> dict[str, Any]:
        """The number of the card that was scanned."""
        return {"username": self.kwargs["number"]} if "number" in self.kwargs else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Also whether a card is being used: then only the PIN is left to type."""
        context = super().get_context_data(**kwargs)
        number = str(context["form"]["username"].value() or "")
        return {**context, "by_card": re.fullmatch(r"[0-9]{10}", number) is not None}

    def get_default_redirect_url(self) -> str:
        """The first page of the reader's language; mediators come to register people."""
        return reverse("people") if self.request.user.has_perm(PERMISSION) else site_path()


class SignOut(LogoutView):
    """Leads to the first page of the reader's language."""

    def get_default_redirect_url(self) -> str:
        """As after signing in, for learners."""
        return site_path()


def _mediators(view: Any) -> Any:
    """For those who may register learners; others are sent to sign in, or told 403."""
    return never_cache(login_required(permission_required(PERMISSION, raise_exception=True)(view), login_url="sign_in"))


@_mediators
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """Those whom this mediator has registered, and one more."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        issued = services.register(**form.cleaned_data, by=request.user, now=now())
        request.session[_ISSUED] = asdict(issued)
        return redirect("people")
    issued = request.session.pop(_ISSUED, None)
    way = reverse("card", args=[issued["number"]]) if issued else ""
    assert isinstance(request.user, User)
    cards = selectors.registered_by(request.user)
    return render(request, "accounts/people.html", {"form": form, "issued": issued, "way": way, "cards": cards})


def _card(request: HttpRequest, number: str) -> LearnerCard:
    """A card that this mediator handed out to somebody who is a learner and no more. Raises Http404."""
    learners = LearnerCard.objects.filter(user__is_staff=False, user__is_superuser=False, user__groups=None)
    return get_object_or_404(learners.select_related("user"), number=number, made_by=request.user)


@_mediators
@require_POST
def renew(request: HttpRequest, number: str) -> HttpResponse:
    """A new number and PIN."""
    request.session[_ISSUED] = asdict(services.renew(card=_card(request, number), now=now()))
    return redirect("people")


@_mediators
@require_POST
def sign_in_for(request: HttpRequest, number: str) -> HttpResponse:
    """Go on as one of them, on this phone, until they sign out."""
    login(request, _card(request, number).user, backend="lms.accounts.backends.CardBackend")
    return redirect("sign_in")
