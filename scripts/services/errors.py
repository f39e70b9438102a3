"""What goes wrong with a service, in one sentence."""

from pathlib import Path


class ServiceError(Exception):
    """A service cannot be started or used. Says which, why, and where more is written."""

    def __init__(self, service: str, reason: str, log: Path | None = None) -> None:
        where = f" (log: {log})" if log is not None and log.exists() else ""
        super().__init__(f"{service}: {reason}{where}")
        self.service = service
