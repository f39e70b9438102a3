"""Languages that lessons are heard and read in. More than the site's own: some are spoken and hardly ever written."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

MOST_TONGUES = 12  # further languages of a lesson
# BCP 47 -> what it is called here, and how its speakers write it.
TONGUES = {
    "zh": (_("Mandarin"), "普通话"),
    "yue": (_("Cantonese"), "粤语"),
    "hak": (_("Hakka"), "客家话"),
    "nan": (_("Southern Min"), "闽南话"),
    "wuu": (_("Wu"), "吴语"),
    "gan": (_("Gan"), "赣语"),
    "hsn": (_("Xiang"), "湘语"),
    "bo": (_("Tibetan"), "བོད་སྐད"),
    "ug": (_("Uyghur"), "ئۇيغۇرچە"),
    "kk-Arab": (_("Kazakh"), "قازاقشا"),
    "mn-Mong": (_("Mongolian"), "ᠮᠣᠩᠭᠣᠯ"),
    "ko": (pgettext_lazy("spoken in China", "Korean"), "조선말"),
    "za": (_("Zhuang"), "Vahcuengh"),
    "ii": (_("Yi"), "ꆈꌠꉙ"),
    "hmn": (_("Miao"), "苗语"),
    "pcc": (_("Bouyei"), "布依语"),
    "doc": (_("Dong"), "侗语"),
    "bca": (_("Bai"), "白语"),
    "nxq": (_("Naxi"), "纳西语"),
    "lis": (_("Lisu"), "傈僳语"),
    "en": (_("English"), "English"),
}


def choices() -> list[tuple[str, str]]:
    """For a form: the code, and the name in the reader's language with the one its speakers write."""
    return [(code, f"{name} · {own}" if str(name) != own else own) for code, (name, own) in TONGUES.items()]


def own_name(code: str) -> str:
    """How the speakers of a language write it, of a variety too (zh-Hans); the code itself where it is not listed."""
    known = TONGUES.get(code) or TONGUES.get(code.split("-")[0])
    return known[1] if known else code
