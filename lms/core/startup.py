"""Services that the settings name are tried when a server or a worker starts, never when something is imported.

A room registers what it tries as a Django check with `TAG` and `deploy=True`, so that no other command waits for it;
`manage.py check --deploy --tag services` asks the same.
"""

import sys

from django.core import checks

TAG = "services"
_BOOT_ERROR = 3  # tells gunicorn not to start the same worker again and again


def refuse_wrong_services() -> None:
    """Print what is wrong with the services. Exits where the site must not start with it."""
    found = checks.run_checks(tags=[TAG], include_deployment_checks=True)
    for message in found:
        print(f"{'error' if message.is_serious() else 'note'}: {message.id}: {message.msg}", file=sys.stderr)  # noqa: T201
    if any(message.is_serious() for message in found):
        raise SystemExit(_BOOT_ERROR)
