"""How gunicorn serves the site behind nginx: `python -m gunicorn -c deploy/gunicorn.conf.py lms.wsgi:application`.

What an operator decides comes from the environment (WEB_BIND, WEB_WORKERS, WEB_THREADS); under systemd the socket of
fieldschool-web.socket is used in place of WEB_BIND.
"""

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from lms.settings import ENV  # noqa: E402 - needs the path

bind = ENV.web.bind
workers = ENV.web.workers
# Threads wait cheaply: for the database, and without nginx for slow phones. Sync workers stall at 64 kbit/s.
worker_class = "gthread"
threads = ENV.web.threads
worker_connections = 1000
backlog = 2048  # requests wait here while the site is restarted
# Loaded once and shared between workers. So new code needs a restart (systemd keeps the socket open meanwhile);
# HUP takes in changed numbers of this file and replaces the workers.
preload_app = True
# What leaks does not grow for ever; not all workers at the same moment.
max_requests = 20_000
max_requests_jitter = 5_000
timeout = 60  # a worker whose main loop is silent so long is killed; long requests do not silence it
graceful_timeout = 60  # what is being answered is finished
keepalive = 75  # longer than nginx keeps a connection without use
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - heartbeats, where no disk stalls
accesslog = None  # nginx has it
errorlog = "-"
loglevel = "info"
control_socket_disable = True
proc_name = "fieldschool-web"


def when_ready(server: Any) -> None:
    """Connections opened while loading are not shared with workers: two would read from one."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
