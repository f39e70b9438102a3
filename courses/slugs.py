"""Slugs that people without a Chinese keyboard can type: pinyin for Chinese, Latin letters as they are."""

import re
import unicodedata

from django.utils.text import slugify

MAX_LENGTH = 60
_HAN = re.compile(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+)")


def pinyin_slug(title: str, *, fallback: str = "page") -> str:
    """A slug of at most `MAX_LENGTH` characters, cut between syllables; `fallback` when nothing can be written.

    >>> pinyin_slug("开网店：第 1 课")
    'kai-wang-dian-di-1-ke'
    """
    # Its tables take longer to load than all of Django: only who makes a slug waits for them.
    from pypinyin import Style, lazy_pinyin

    parts: list[str] = []
    for piece in _HAN.split(unicodedata.normalize("NFKC", title)):
        if _HAN.fullmatch(piece):
            parts += lazy_pinyin(piece, style=Style.NORMAL, errors="ignore", v_to_u=False)
        else:
            parts += slugify(piece).split("-")
    slug = ""
    for part in filter(None, (slugify(part) for part in parts)):
        longer = f"{slug}-{part}" if slug else part[:MAX_LENGTH]
        if len(longer) > MAX_LENGTH:
            break
        slug = longer
    return slug or fallback
