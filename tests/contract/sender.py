"""`python -m tests.contract.sender UPLOAD FILE [AFTER]`: sends the rest of a file; killed after so many bytes."""

import os
import signal
import sys
from pathlib import Path
from typing import IO
from uuid import UUID

import django


class Killed:
    """A body in whose midst the process that reads it is killed."""

    def __init__(self, file: IO[bytes], after: int) -> None:
        self._file, self._left = file, after

    def read(self, size: int, /) -> bytes:
        if self._left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._left -= size
        return self._file.read(size)


def main(upload_id: UUID, path: Path, after: int) -> None:
    from lms.core.clock import now
    from media_pipeline.models import Upload
    from media_pipeline.uploads import services

    upload = Upload.objects.get(pk=upload_id)
    with path.open("rb") as file:
        file.seek(upload.offset_bytes)
        services.take(
            upload_id=upload_id,
            owner_id=upload.owner_id,
            offset_bytes=upload.offset_bytes,
            body=Killed(file, after),
            size_bytes=upload.length_bytes - upload.offset_bytes,
            clock=now,
        )


if __name__ == "__main__":
    django.setup()
    main(UUID(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1 << 60)
