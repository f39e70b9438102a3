"""Static files, collected and compressed once for each state of them, that a site of a test starts from a copy of."""

import shutil
import tempfile
from pathlib import Path

from demo.site import COLLECTED, static_digest
from tests import database


def copy_to(data_dir: Path) -> None:
    """Put them where a site with this DATA_DIR has them."""
    shutil.copytree(_template(), data_dir / "static")


def _template() -> Path:
    digest = static_digest()
    with database.templates() as folder:
        path = folder / f"static-{digest[:16]}"
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=folder) as scratch:
                database.manage("collectstatic", "--noinput", "-v0", data=scratch)
                made = Path(scratch) / "static"
                (made / COLLECTED).write_text(digest)
                made.rename(path)
    return path
