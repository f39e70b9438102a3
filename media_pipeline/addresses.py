"""Addresses of files: public ones never change; private ones carry a signature that ends."""

import time
from uuid import UUID

from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

VALID_S = 12 * 3600
ROUND_S = 3600  # ends fall on whole hours: the same page shows the same addresses for a while, and caches can work


def address(sha256: str, file_name: str, *, private: bool) -> str:
    """Where a file is fetched from, without a host."""
    if private:
        return reverse("media_private", args=[sign(sha256, now_s=time.time()), sha256, file_name])
    return reverse("media_public", args=[sha256, file_name])


def master_address(asset_id: UUID, *, private: bool) -> str:
    """Where the HLS playlist of a recording is, without a host."""
    if private:
        return reverse("media_private_master", args=[sign(str(asset_id), now_s=time.time()), asset_id])
    return reverse("media_public_master", args=[asset_id])


def sign(sha256: str, *, now_s: float) -> str:
    """A signature for one file, or for one recording by its id, good for 12 to 13 hours.

    Its end (Unix time in hex) and a MAC.
    """
    ends = (int(now_s + VALID_S) // ROUND_S + 1) * ROUND_S
    return f"{ends:x}-{_mac(sha256, ends)}"


def is_signed(sha256: str, signature: str, *, now_s: float) -> bool:
    """True when the signature was made here for this file and has not ended."""
    ends_hex, _, mac = signature.partition("-")
    if len(ends_hex) > 12:
        return False
    try:
        ends = int(ends_hex, 16)
    except ValueError:
        return False
    return constant_time_compare(mac, _mac(sha256, ends)) and ends > now_s


def seconds_left(signature: str, *, now_s: float) -> int:
    """How long a signature that holds now will hold."""
    return max(0, int(signature.partition("-")[0], 16) - int(now_s))


def _mac(sha256: str, ends: int) -> str:
    return salted_hmac("media_pipeline.addresses", f"{sha256} {ends}", algorithm="sha256").hexdigest()[:40]
