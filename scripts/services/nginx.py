"""nginx with a configuration of the caller's; by default one that hands everything to a site on this machine."""

import http.client
import os
import socket
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import ClassVar

from scripts.services.base import NotYetError, Service, program
from scripts.services.errors import ServiceError
from scripts.services.places import Place
from scripts.services.processes import Launch, run

_FORWARDING = """\
{user}
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    client_max_body_size 0;
    {http}
    server {{
        listen 127.0.0.1:{port};
        {server}
        location / {{
            proxy_pass {site};
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
        }}
    }}
}}
"""


def forwarding(site: str, *, http: str = "", server: str = "") -> Callable[[Place, int], str]:
    """A configuration that hands every request to `site`; while nothing runs there, the answer is 502.

    `http` and `server` are more lines for these levels.
    """

    def text(place: Place, port: int) -> str:
        user = "user root;" if os.geteuid() == 0 else ""  # else its workers may not enter their own folders
        return _FORWARDING.format(user=user, folder=place.home, port=port, site=site, http=http, server=server)

    return text


@dataclass(frozen=True)
class Nginx(Service):
    """One server. `configuration` gets its place (`place.home`: a folder for what it writes) and the port to listen on.

    The text must not say `daemon`. `scheme` is what the port speaks, `host` whom it answers to.
    """

    configuration: Callable[[Place, int], str]
    scheme: str = "http"
    host: str = "127.0.0.1"

    name: ClassVar[str] = "nginx"

    def launches(self, place: Place) -> list[Launch]:
        settings = place.write_home("nginx.conf", self.configuration(place, place.port("nginx")))
        command = [program(self.name, "nginx", package="nginx"), "-p", str(place.home), "-c", str(settings)]
        command += ["-e", "stderr"]
        if run(Launch("check", [*command, "-t", "-q"], place.home), place.log("check")) != 0:
            raise ServiceError(self.name, "the configuration is refused", place.log("check"))
        return [Launch("server", [*command, "-g", "daemon off;"], place.home)]

    def ask(self, place: Place) -> None:
        """Any answer in its own protocol."""
        try:
            plain = socket.create_connection(("127.0.0.1", place.port("nginx")), timeout=5)
            link = http.client.HTTPConnection(self.host, timeout=5)
            link.sock = plain if self.scheme == "http" else _unverified().wrap_socket(plain, server_hostname=self.host)
            with closing(link):
                link.request("HEAD", "/")
                link.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise NotYetError(str(error)) from error

    def exports(self, place: Place) -> Mapping[str, str]:
        return {"NGINX_URL": f"{self.scheme}://127.0.0.1:{place.port('nginx')}"}


def _unverified() -> ssl.SSLContext:
    """Whether it answers is asked here, not who it is."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
