"""Why an archive cannot be made or taken back, each with a code and a sentence with the way out."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lms.core.errors import FieldschoolError

SENTENCES: dict[str, Promise] = {
    "file_exists": _("%(file)s is there already and was not touched. Name another file."),
    "file_unusable": _("%(file)s cannot be used: %(reason)s. Name a file in a folder that can be read and written."),
    "no_space": _("The disk is full: %(file)s was not written, nothing else changed. Make room or name another disk."),
    "too_little_space": _("About %(needed)s MB are needed and %(free)s MB are free. Make room or name another disk."),
    "not_migrated": _("The database is not migrated. Run `manage.py migrate`, then try again."),
    "not_an_archive": _("%(file)s is no backup of this site, or its end is missing. Copy it again, whole."),
    "damaged": _("The archive is damaged (%(what)s). Nothing was changed. Copy it again, or take an older one."),
    "newer_format": _(
        "The archive is of format %(format)s, which this version cannot read. Install Fieldschool %(of)s."
    ),
    "other_version": _(
        "The archive is of Fieldschool %(of)s, whose tables are others (%(example)s). Install that version, migrate an "
        "empty database, restore there, and upgrade afterwards."
    ),
    "in_use": _(
        "The database %(name)s is in use (%(example)s). Restore into an empty, migrated one. To throw away what is in "
        "it, add --replace %(name)s."
    ),
    "wrong_database": _("--replace names %(given)s, but the database is %(name)s. Nothing was changed."),
    "media_missing": _(
        "%(count)s files are neither in the archive nor in the storage (%(example)s). Name the folder that has them "
        "with --media-from, or go on without them with --allow-missing."
    ),
    "media_differs": _(
        "The storage has another file under the name %(example)s. Remove it there if it is not needed, then try again."
    ),
    "media_damaged": _("The file %(example)s is not what was backed up. Take it from another copy, then try again."),
    "storage_failed": _("Files could not be read or written (%(reason)s). Nothing was changed; try again later."),
    "rows_refused": _("The database refused the rows of %(table)s (%(reason)s). Nothing was changed."),
    "database_failed": _("The database does not work (%(reason)s). Nothing was changed; try again later."),
}


class BackupError(FieldschoolError):
    """An archive or a place that cannot be used. `code` is a key of `SENTENCES`."""

    def __init__(self, code: str, **values: object) -> None:
        super().__init__(SENTENCES[code], code=code)
        self._values = values

    def __str__(self) -> str:
        return str(self.sentence) % self._values


def damaged(what: str) -> BackupError:
    """The archive is not as it was written; `what` says where."""
    return BackupError("damaged", what=what)
