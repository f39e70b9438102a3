from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.production import Folders, Gunicorn, front, remove
from scripts.services import sets
from tests import database, static
from tests.deploy.trial import Production

EDITOR = ("editor", "a password of this trial")


@pytest.fixture(scope="package")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """nginx and gunicorn as deploy/ says, over an empty site with one editor."""
    root: Path = tmp_path_factory.mktemp("production")
    folders = Folders(root / "site")
    folders.make()
    database.copy_to(folders.data / "db.sqlite3")
    static.copy_to(folders.data)
    gunicorn = Gunicorn(folders, {"DJANGO_SUPERUSER_PASSWORD": EDITOR[1]})
    gunicorn.manage("createsuperuser", "--noinput", "--username", EDITOR[0], "--email", "editor@school.example.org")
    services = root / "services"
    try:
        gunicorn.start()
        url = sets.start(services, [front(folders)])["NGINX_URL"]
        yield Production(folders, gunicorn, int(url.rpartition(":")[2]))
    finally:
        sets.remove(services)
        gunicorn.close()
        remove(folders)
