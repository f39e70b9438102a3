"""The bytes of media come from nginx, out of a folder or a real bucket, and Python sends none of them."""

import http.client
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client, override_settings

from media_pipeline import selectors, testing
from media_pipeline.adapters.storage import renditions
from media_pipeline.types import Media
from scripts.services import sets
from scripts.services.nginx import Nginx, forwarding
from scripts.services.places import Place
from tests.factories import buckets

pytestmark = [
    pytest.mark.contract,
    pytest.mark.usefixtures("database_as_it_was"),
    pytest.mark.django_db(transaction=True),
]
DEPLOY = Path(django_settings.BASE_DIR) / "deploy" / "nginx"
DISK = "django.core.files.storage.FileSystemStorage"


@dataclass
class Front:
    """nginx before the site (`site`: how its address ends)."""

    port: int
    log: Path
    site: str

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            link.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = link.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            link.close()

    def from_site(self) -> int:
        """Bytes that came out of Python in all, headers included."""
        return sum(self._counted(lambda address: address.endswith(self.site)))

    def pieces_asked_of_bucket(self) -> int:
        """How many pieces nginx did not have and asked S3 for."""
        return sum(line.endswith("|MISS") for line in self._lines())

    def _lines(self) -> list[str]:
        """The log of all that was asked before: an answer is read sooner than its line is written."""
        last = f"/end-{secrets.token_hex(8)}"
        self.ask(last)
        while f"{last}|" not in (text := self.log.read_text()):
            pass
        return [line for line in text.splitlines() if not line.startswith("/end-")]

    def _counted(self, wanted: Any) -> Iterator[int]:
        for line in self._lines():
            _uri, addresses, received, _cache = line.split("|")
            for address, size in zip(re.split(r"[,:] ", addresses), re.split(r"[,:] ", received), strict=False):
                if address.strip() not in {"", "-"} and wanted(address.strip()):
                    yield int(size) if size.strip().isdigit() else 0


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where media are kept."""
    cache.clear()
    common: dict[str, Any] = {
        "MEDIA_DELIVERY": "nginx",
        "MEDIA_WORK_DIR": tmp_path / "work",
        "FILE_UPLOAD_TEMP_DIR": tmp_path / "uploads",
        "MEDIA_ROOM_KEPT_BYTES": 0,
        "MEDIA_SHOWN_ASSETS": "media_pipeline.testing.shown_everywhere",
    }
    if request.param == "bucket":
        addresses = request.getfixturevalue("s3")
        with buckets.used(addresses), override_settings(**common, MEDIA_IN_BUCKET=True):
            yield urlsplit(addresses["S3_ENDPOINT_URL"]).netloc
        return
    folders = {name: {"BACKEND": DISK, "OPTIONS": {"location": tmp_path / name}} for name in ("sources", "renditions")}
    with override_settings(**common, DATA_DIR=tmp_path, STORAGES=django_settings.STORAGES | folders):
        yield ""


@pytest.fixture
def front(kept: str, tmp_path: Path, live_server: Any) -> Iterator[Front]:
    site = f":{urlsplit(live_server.url).port}"
    log: list[Path] = []

    def text(place: Place, port: int) -> str:
        log[:] = [place.home / "counted.log"]
        http_level = (DEPLOY / "bucket.conf").read_text().replace("127.0.0.1:9000", kept or "127.0.0.1:9")
        http_level = http_level.replace("/var/cache/nginx/fieldschool-media", str(place.home / "kept"))
        server = (DEPLOY / "media.conf").read_text().replace("/var/lib/fieldschool/", f"{tmp_path}/")
        http_level += "log_format counted '$uri|$upstream_addr|$upstream_bytes_received|$upstream_cache_status';"
        server += f"log_subrequest on; access_log {log[0]} counted;"
        return forwarding(live_server.url, http=http_level, server=server)(place, port)

    folder = Path(f"/var/tmp/fieldschool-delivery-{secrets.token_hex(6)}")
    addresses = sets.start(folder, [Nginx(configuration=text)])
    yield Front(urlsplit(addresses["NGINX_URL"]).port or 0, log[0], site)
    sets.remove(folder)


@pytest.fixture
def media(kept: str) -> Media:
    asset_id = testing.ready_asset(name="开网店.mp4", content="camera", duration_s=60)
    return selectors.media([asset_id])[asset_id]


def content(url: str) -> bytes:
    with renditions.open(url.split("/")[-2]) as file:
        return file.read()


def test_the_whole_file_and_ranges_come_with_the_same_answers_as_from_python(front: Front, media: Media) -> None:
    rendition = media.renditions[-1]
    data, before = content(rendition.url), front.from_site()
    assert len(data) > 1 << 20  # several pieces
    status, headers, body = front.ask(rendition.url)
    assert (status, body == data) == (200, True)
    assert headers["ETag"].strip('"') == rendition.url.split("/")[-2][:32]
    assert headers.get_all("Cache-Control") == ["public, max-age=31536000, immutable"]
    assert headers.get_all("Content-Type") == ["video/mp4"]
    assert headers["Content-Length"] == str(len(data))
    assert headers["Accept-Ranges"] == "bytes"
    assert not [name for name in headers if name.lower().startswith("x-amz") or name.lower() == "last-modified"]

    spans = ((0, 0), (100, 299), (600_000, 1_200_000), (len(data) - 10, len(data) - 1))
    for first, last in spans:
        status, headers, body = front.ask(rendition.url, range=f"bytes={first}-{last}")
        assert (status, body == data[first : last + 1]) == (206, True)
        assert headers["Content-Range"] == f"bytes {first}-{last}/{len(data)}"
    assert front.ask(rendition.url, range="bytes=-5")[2] == data[-5:]
    # Five answers of headers alone, though megabytes were sent.
    assert 0 < front.from_site() - before < 6 * 1500


def test_if_range_etag_and_head(front: Front, media: Media) -> None:
    url, data = media.renditions[0].url, content(media.renditions[0].url)
    status, headers, body = front.ask(url, "HEAD")
    assert (status, body, headers["Content-Length"]) == (200, b"", str(len(data)))
    etag = headers["ETag"]
    assert front.ask(url, range="bytes=10-19", if_range=etag)[::2] == (206, data[10:20])
    for other in ('"another"', f"W/{etag}", "Wed, 25 Nov 2026 22:00:00 GMT"):
        status, _headers, body = front.ask(url, range="bytes=10-19", if_range=other)
        assert (status, body == data) == (200, True)
    assert front.ask(url, if_none_match=etag)[0] == 304
    assert front.ask(url, if_match='"another"')[0] == 412
    status, headers, _body = front.ask(url, range=f"bytes={len(data)}-")
    assert (status, headers["Content-Range"], headers["Cache-Control"]) == (416, f"bytes */{len(data)}", None)
    status, _headers, body = front.ask(url, range="bytes=0-1,5-6")
    assert (status, body == data) == (200, True)


def test_what_no_page_shows_any_more_is_not_found_though_nginx_has_it(front: Front, media: Media) -> None:
    url = media.renditions[0].url
    assert front.ask(url)[0] == 200
    cache.clear()
    with override_settings(MEDIA_SHOWN_ASSETS="tests.media_pipeline.test_views.nothing_is_shown"):
        status, headers, body = front.ask(url)
        assert (status, headers["Cache-Control"], len(body) < 1000) == (404, "no-store", True)
        private = selectors.media([media.asset_id], private=True)[media.asset_id].renditions[0].url
        status, headers, body = front.ask(private)
        assert (status, body == content(url)) == (200, True)
        kept = headers.get_all("Cache-Control")
        assert re.fullmatch(r"private, max-age=\d{5}", " ".join(kept or []))  # as long as the address is good
        forged = private.replace("-", "-0", 1)
        assert front.ask(forged)[0] == 404


def test_nobody_asks_the_internal_places(front: Front, media: Media) -> None:
    sha256 = media.renditions[0].url.split("/")[-2]
    for path in (f"/_media/folder/renditions/{sha256[:2]}/{sha256}", "/_media/bucket/fieldschool/", "/_media/folder/"):
        status, _headers, body = front.ask(path)
        assert (status in {404, 503}, len(body) < 1000) == (True, True)


def test_a_download_has_a_name(front: Front, media: Media) -> None:
    assert media.share
    status, headers, body = front.ask(f"{media.share.url}?download")
    assert (status, body == content(media.share.url)) == (200, True)
    assert headers.get_all("Content-Disposition") == ["attachment; filename*=utf-8''%E5%BC%80%E7%BD%91%E5%BA%97.mp4"]


@pytest.mark.parametrize("kept", ["bucket"], indirect=True)
def test_what_was_asked_once_is_kept_by_its_content_and_not_by_its_signature(front: Front, media: Media) -> None:
    url, data = media.renditions[-1].url, content(media.renditions[-1].url)
    assert front.ask(url)[2] == data
    asked = front.pieces_asked_of_bucket()
    assert asked == -(-len(data) // (512 << 10))
    assert front.ask(url, range="bytes=5-999999")[2] == data[5:1_000_000]
    private = selectors.media([media.asset_id], private=True)[media.asset_id].renditions[-1].url
    assert front.ask(private)[2] == data
    assert front.pieces_asked_of_bucket() == asked


@pytest.mark.parametrize("kept", ["bucket"], indirect=True)
def test_an_object_that_is_lost_is_an_error_that_nobody_keeps(front: Front, media: Media) -> None:
    url = media.renditions[0].url
    renditions.delete(url.split("/")[-2])
    status, headers, body = front.ask(url)
    assert (status, headers.get_all("Cache-Control"), headers["Retry-After"]) == (503, ["no-store"], "10")
    assert b"Amz" not in body
    assert b"Key" not in body


@pytest.mark.parametrize("kept", ["bucket"], indirect=True)
def test_a_redirect_leads_to_the_object_for_a_while_with_the_site_s_own_headers(media: Media, client: Client) -> None:
    assert media.share
    with override_settings(MEDIA_DELIVERY="redirect"):
        answer = client.get(f"{media.share.url}?download")
        assert answer.status_code == 302
        assert answer.headers["Cache-Control"] == "private, max-age=300"
        assert "ETag" not in answer.headers
        address = urlsplit(answer.headers["Location"])
        link = http.client.HTTPConnection(address.netloc, timeout=60)
        link.request("GET", f"{address.path}?{address.query}", headers={"Range": "bytes=5-99"})
        given = link.getresponse()
        assert (given.status, given.read()) == (206, content(media.share.url)[5:100])
        assert given.headers["Content-Type"] == "video/mp4"
        assert given.headers["Content-Disposition"].startswith("attachment")
        assert given.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        link.close()
        cache.clear()
        with override_settings(MEDIA_SHOWN_ASSETS="tests.media_pipeline.test_views.nothing_is_shown"):
            assert client.get(media.share.url).status_code == 404


@pytest.mark.parametrize("kept", ["bucket"], indirect=True)
def test_a_redirect_of_a_private_address_ends_with_it(
    media: Media, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    share = selectors.media([media.asset_id], private=True)[media.asset_id].share
    assert share
    ends = int(share.url.split("/")[3].partition("-")[0], 16)
    monkeypatch.setattr("media_pipeline.views.time.time", lambda: ends - 40.0)
    with override_settings(MEDIA_DELIVERY="redirect"):
        answer = client.get(share.url)
    assert answer.headers["Cache-Control"] == "private, max-age=40"
    query = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
    assert query["X-Amz-Expires"] == "40"
    assert query["response-cache-control"] == "private, max-age=40"
