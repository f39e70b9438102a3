"""How static files are kept: hashed names, compressed beforehand, and our own scripts squeezed."""

from typing import Any

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from lms.core.scripts import squeeze

# Rooms whose scripts are ours to squeeze; a library's stay as its authors wrote them.
_OURS = ("site/", "media_pipeline/", "accounts/")


class SqueezedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Scripts of the learner's pages without comments and needless space: each byte is paid for on a phone."""

    def _save(self, name: str, content: Any) -> str:
        if name.endswith(".js") and name.startswith(_OURS):
            content.seek(0)  # it has been read before, for its hash
            content = ContentFile(squeeze(content.read().decode()).encode())
        saved: str = super()._save(name, content)
        return saved
