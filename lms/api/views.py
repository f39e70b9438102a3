"""What pages without JavaScript send by a form."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from lms.api.learners import from_another_site, learner_of, welcome_guest
from lms.core.clock import now
from lms.core.ids import uuid7
from lms.records import selectors, services
from lms.records.types import Event


class SeeOther(HttpResponseRedirect):
    """Done; what comes next is to be got (RFC 9110, 15.4.4)."""

    status_code = 303


@csrf_exempt  # learners' pages carry no token: where the form stood is asked instead
@require_POST
def completed(request: HttpRequest, lesson_key: UUID) -> HttpResponse:
    """A lesson to read is done. Leads back to it, to where the page says so; sending again changes nothing.

    Raises Http404 for a lesson that was never there, PermissionDenied for a form of another site.
    """
    if from_another_site(request):
        raise PermissionDenied
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = SeeOther(f"{back}#learned")
    response["Cache-Control"] = "private, no-store"
    learner = learner_of(request) or welcome_guest(response)
    if not selectors.has_completed(learner, lesson_key):
        event = Event(uuid7(), "lesson_completed", lesson_key, now())
        if services.record_events(learner=learner, events=[event], now=event.at).rejected:
            raise Http404
    return response
