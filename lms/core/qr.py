"""Addresses as pictures that a phone reads."""

from functools import lru_cache

import segno
from django.conf import settings


@lru_cache(maxsize=512)
def qr(path: str) -> str:
    """An address of this site as a QR code (ISO/IEC 18004), level M: SVG without a size. A short path scans well."""
    made = segno.make(f"{settings.PUBLIC_URL}{path}", error="m", micro=False)
    return str(made.svg_inline(omitsize=True, border=2, svgclass="qr", lineclass=None))
