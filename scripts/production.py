"""The site as `deploy/` runs it, on ports of this machine: nginx with its configuration, gunicorn with its own.

For tests and measurements. Only places differ from the files that operators install: each is replaced by name, and a
file that no longer has it is an error.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from scripts.services.nginx import Nginx
from scripts.services.places import Place

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
NAME = "school.example.org"
STARTS_WITHIN_S = 120.0
_SNIPPETS = ("proxy.conf", "headers.conf", "media.conf")
_MODULES = Path("/usr/lib/nginx/modules")
# As Debian's own nginx.conf.
_MAIN = """\
load_module {modules}/ngx_http_brotli_static_module.so;
{user}
worker_processes 2;
worker_rlimit_nofile 16384;
pid {home}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 8192; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;
    tcp_nopush on;
    ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
    gzip on;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
{http}
{site}
}}
"""


@dataclass(frozen=True)
class Folders:
    """Where one trial keeps what an operator's machine has in /etc, /run and /var."""

    root: Path

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def socket(self) -> Path:
        return self.root / "web.sock"

    @property
    def certificate(self) -> Path:
        return self.root / "certificate"

    @property
    def access_log(self) -> Path:
        return self.root / "access.log"

    def make(self) -> None:
        """Make them, with a certificate that nobody else trusts."""
        for folder in (self.data, self.certificate):
            folder.mkdir(parents=True, exist_ok=True)
        if not (self.certificate / "privkey.pem").exists():
            self._sign()

    def _sign(self) -> None:
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"]
        command += ["-keyout", "privkey.pem", "-out", "fullchain.pem"]
        subprocess.run(command, cwd=self.certificate, check=True, capture_output=True)


def configuration(folders: Folders, *, micro_cache: bool = True) -> Callable[[Place, int], str]:
    """deploy/nginx for `folders`. `micro_cache=False` asks the site for every page, for measurements."""

    def text(place: Place, port: int) -> str:
        snippets = place.home / "fieldschool"
        snippets.mkdir(exist_ok=True)
        places = {
            "/etc/nginx/fieldschool": str(snippets),
            "/etc/letsencrypt/live/school.example.org": str(folders.certificate),
            "/opt/fieldschool": str(ROOT),
            "/var/lib/fieldschool": str(folders.data),
            "/var/cache/nginx": str(place.home),
            "/var/log/nginx/fieldschool.log": str(folders.access_log),
            "/run/fieldschool/web.sock": str(folders.socket),
        }
        for name in _SNIPPETS:
            (snippets / name).write_text(_placed(_read(name), places), encoding="utf-8")
        site = _read("site.conf")
        listening = {
            "    listen [::]:80;\n": "",
            "    listen [::]:443 ssl http2;\n": "",
            "    listen [::]:443 ssl http2 default_server;\n": "",
            "listen 80;": f"listen 127.0.0.1:{place.port('plain')};",
            "listen 443 ssl http2": f"listen 127.0.0.1:{port} ssl http2",
        }
        if not micro_cache:
            listening["proxy_cache $fieldschool_cache;"] = "proxy_cache off;"
        return _MAIN.format(
            modules=_MODULES,
            # Else its workers may not enter their own folders.
            user="user root;" if os.geteuid() == 0 else "",
            home=place.home,
            http="".join(_placed(_read(name), places) for name in ("http.conf", "bucket.conf")),
            site=_placed(_replaced(site, listening), places),
        )

    return text


def _read(name: str) -> str:
    return (DEPLOY / "nginx" / name).read_text(encoding="utf-8")


def _replaced(text: str, by: Mapping[str, str]) -> str:
    for old, new in by.items():
        if old not in text:
            raise ValueError(f"deploy/nginx no longer says {old!r}")
        text = text.replace(old, new)
    return text


def _placed(text: str, places: Mapping[str, str]) -> str:
    for old, new in places.items():
        text = text.replace(old, new)
    return text


def front(folders: Folders, *, micro_cache: bool = True) -> Nginx:
    """nginx as deploy/nginx says."""
    return Nginx(configuration=configuration(folders, micro_cache=micro_cache), scheme="https", host=NAME)


@dataclass
class Gunicorn:
    """gunicorn as deploy/gunicorn.conf.py says, on a socket that stays open between restarts as systemd's does."""

    folders: Folders
    environment: Mapping[str, str] = field(default_factory=dict)
    _listener: socket.socket | None = None
    _server: subprocess.Popen[bytes] | None = None

    def variables(self) -> dict[str, str]:
        """What processes of this site are started with."""
        keep = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PORT"}}
        return {
            **keep,
            "DJANGO_SETTINGS_MODULE": "lms.settings",
            "DATA_DIR": str(self.folders.data),
            "PUBLIC_URL": f"https://{NAME}",
            "SECRET_KEY": "a secret of this trial alone, long enough",
            "TRUSTED_PROXIES": "unix",
            "MEDIA_DELIVERY": "nginx",
            **self.environment,
        }

    def manage(self, *arguments: str) -> None:
        """Run `manage.py ARGUMENTS` for this site. Raises CalledProcessError."""
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.variables(), check=True)

    @property
    def pid(self) -> int:
        assert self._server is not None
        return self._server.pid

    def start(self) -> None:
        """Returns when the site answers. Raises RuntimeError when it does not."""
        if self._listener is None:
            self.folders.socket.unlink(missing_ok=True)
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(self.folders.socket))
            self._listener.listen(2048)
        number = self._listener.fileno()
        # What systemd does: the socket as descriptor 3, and whose it is.
        hand_over = f"import os,sys; os.dup2({number},3); os.set_inheritable(3,True); "
        hand_over += (
            "os.environ.update(LISTEN_FDS='1',LISTEN_PID=str(os.getpid())); os.execv(sys.executable,sys.argv[1:])"
        )
        command = [sys.executable, "-c", hand_over, sys.executable, "-m", "gunicorn"]
        command += ["-c", "deploy/gunicorn.conf.py", "--log-level", "warning", "lms.wsgi:application"]
        self._server = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            pass_fds=(number,),
            start_new_session=True,
        )
        self._wait()

    def _wait(self) -> None:
        end = time.monotonic() + STARTS_WITHIN_S
        while time.monotonic() < end and self._server is not None and self._server.poll() is None:
            with closing(socket.socket(socket.AF_UNIX)) as link:
                link.settimeout(5)
                try:
                    link.connect(str(self.folders.socket))
                    link.sendall(b"GET /health/live HTTP/1.0\r\nHost: localhost\r\n\r\n")
                    if b" 200 " in link.recv(64):
                        return
                except OSError:
                    continue
        raise RuntimeError("the site did not start")

    def signal(self, number: int) -> None:
        """Tell the first process."""
        os.kill(self.pid, number)

    def stop(self) -> None:
        """End it as systemd does: the first process is told, what is being answered is finished. The socket stays."""
        if self._server is None:
            return
        self._server.terminate()
        try:
            self._server.wait(timeout=75)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._server = None

    def close(self) -> None:
        """End it, and the socket."""
        self.stop()
        if self._listener is not None:
            self._listener.close()
            self._listener = None


def remove(folders: Folders) -> None:
    """All that the trial wrote."""
    shutil.rmtree(folders.root, ignore_errors=True)
