"""Files whose bytes others send: nginx by X-Accel-Redirect, or S3 by an address signed for a while.

The caller has decided that the reader may have the file. The locations are in `deploy/nginx/media.conf`.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import storages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.encoding import filepath_to_uri

FOLDER, BUCKET = "/_media/folder/", "/_media/bucket"  # internal locations of nginx
# A slow phone may take hours over one file, and nginx asks S3 for it piece by piece.
SIGNED_FOR_NGINX_S = 12 * 3600
# Whoever was sent to S3 has the file so long, published or not.
SIGNED_FOR_READERS_S, REDIRECT_KEPT_S = 900, 300


def handed_over(
    alias: str,
    name: str,
    *,
    mime: str,
    cache_control: str,
    etag: str = "",
    disposition: str = "",
    valid_s: int | None = None,
) -> HttpResponse | None:
    """The answer that lets another program send the file of a storage; None when this process has to.

    `valid_s`: how long the reader may still have it, where that ends.
    """
    if settings.MEDIA_DELIVERY == "nginx":
        return _by_nginx(alias, name, mime=mime, cache_control=cache_control, etag=etag, disposition=disposition)
    if settings.MEDIA_DELIVERY == "redirect":
        seconds = SIGNED_FOR_READERS_S if valid_s is None else max(1, min(SIGNED_FOR_READERS_S, valid_s))
        return _to_bucket(alias, name, seconds, mime=mime, cache_control=cache_control, disposition=disposition)
    return None


def _by_nginx(alias: str, name: str, *, mime: str, cache_control: str, etag: str, disposition: str) -> HttpResponse:
    response = HttpResponse(content_type=mime)
    response.headers["X-Accel-Redirect"] = _place(storages[alias], name)
    # nginx adds it to what it sends well, and not to an error.
    response.headers["X-Media-Cache-Control"] = cache_control
    if etag:
        response.headers["ETag"] = etag
    if disposition:
        response.headers["Content-Disposition"] = disposition
    return response


def _place(storage: Any, name: str) -> str:
    try:
        path = Path(storage.path(name))
    except NotImplementedError:
        return f"{BUCKET}{storage.signed_path(name, seconds=SIGNED_FOR_NGINX_S)}"
    return f"{FOLDER}{filepath_to_uri(str(path.relative_to(settings.DATA_DIR)))}"


def _to_bucket(alias: str, name: str, seconds: int, *, mime: str, cache_control: str, disposition: str) -> HttpResponse:
    storage: Any = storages[alias]
    answers = {"ResponseContentType": mime, "ResponseCacheControl": cache_control}
    if disposition:
        answers["ResponseContentDisposition"] = disposition
    response = HttpResponseRedirect(storage.signed(name, seconds=seconds, public=True, **answers))
    response.headers["Cache-Control"] = f"private, max-age={min(REDIRECT_KEPT_S, seconds)}"
    return response
