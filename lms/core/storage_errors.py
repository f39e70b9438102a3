"""What can be wrong with the store of files (S3). All of it passes, or is put right, without anything being lost."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.core.errors import FieldschoolError

SENTENCES: dict[str, Promise] = {
    "storage_away": _(
        "The store of recordings does not answer. Nothing is lost: what waits goes on by itself when it does. "
        "An upload that was refused can be made again in a few minutes."
    ),
    "storage_refused": _(
        "The store of recordings refuses the server's key. Nothing is lost: ask the operator to check "
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and the key's rights."
    ),
    "storage_no_bucket": _(
        "The store of recordings has no such bucket. Nothing is lost: ask the operator to check MEDIA_STORAGE."
    ),
    "storage_full": _(
        "The store of recordings is full. Nothing is lost: ask the operator to make room; what waits goes on by itself."
    ),
    "storage_damaged": _(
        "The store of recordings has other bytes than were sent. They are not used: it is tried again by itself. "
        "If it happens again, ask the operator to check the store."
    ),
}


class StorageError(FieldschoolError):
    """The store of files cannot be used now. `code` is a key of `SENTENCES`; `detail` is for logs only."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(SENTENCES[code], code=code)
        self.detail = detail
