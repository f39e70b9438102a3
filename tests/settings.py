"""The product's settings over a throw-away data folder."""

import os
import tempfile
from pathlib import Path

_folder = tempfile.TemporaryDirectory(prefix="fieldschool-tests-")
os.environ["DATA_DIR"] = _folder.name

from lms.settings import *  # noqa: E402, F403
from lms.settings import DATABASES, STORAGES, WAGTAILSEARCH_BACKENDS  # noqa: E402

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT = Path(_folder.name) / "static"
STATIC_ROOT.mkdir()
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["*"]

# A file, so that threads and processes of a test share it; nothing in it outlives the run, so nothing is synced.
# With DATABASE_URL the same tests run on PostgreSQL, in a database of their own on that server.
DATABASES["default"]["TEST"] = {"NAME": str(Path(_folder.name) / "test.sqlite3")}
if "DATABASE_URL" not in os.environ:
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )

# A fifth of the time that a page takes to be made: the tests of the admin's search turn it on.
WAGTAILSEARCH_BACKENDS["default"]["AUTO_UPDATE"] = False
