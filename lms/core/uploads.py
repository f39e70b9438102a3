"""Who may send files. A request is read before any view is asked: the check of the form's token reads it."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponseForbidden
from django.views.defaults import ERROR_PAGE_TEMPLATE


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseForbidden:
    """Answer as Django does, but without looking for a form's token: that would read the body that was refused."""
    return HttpResponseForbidden(ERROR_PAGE_TEMPLATE % {"title": "403 Forbidden", "details": ""})


class EditorsOnly(FileUploadHandler):
    """Skips the files of everyone who has no form for one: nothing of them is kept in memory or on the disk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        user = getattr(self.request, "user", None)
        if user is None or not user.has_perm("wagtailadmin.access_admin"):
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Leave an editor's file to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave an editor's file to the next handler."""
