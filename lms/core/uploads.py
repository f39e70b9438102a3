"""Who may send files. A request is read before any view is asked: the check of the form's token reads it."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


@never_cache
def allowed(request: HttpRequest) -> HttpResponse:
    """204 for who may send files, else 403: asked by nginx before it takes in the first byte (deploy/nginx)."""
    return HttpResponse(status=204 if _is_editor(request) else 403)


def _is_editor(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and any(user.has_perm(one) for one in settings.MAY_SEND_FILES)


class EditorsOnly(FileUploadHandler):
    """Skips the files of everyone who has no form for one: nothing of them is kept in memory or on the disk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if self.request is None or not _is_editor(self.request):
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave an editor's file to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave an editor's file to the next handler."""
