"""An invitation as meeting programs give it, or a bare link, read into what a person needs to join. Pure.

Tencent Meeting and DingTalk copy several lines: who invites, when, an https link, a number in groups, a password.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

MOST_LETTERS = 2000
MOST_ADDRESS_LETTERS = 500
_LINK = re.compile(r"[a-z][a-z0-9+.-]*://[^\s<>\"'“”，。；、（）)]+", re.IGNORECASE)
_AFTER = r"\s*(?:是|为|is)?\s*[:#]?\s*"
_NUMBER = re.compile(
    r"(?:会议号码?|入会号码?|房间号|腾讯会议|会议\s*ID|meeting\s+(?:id|number))" + _AFTER + r"(\d[\d -]{4,17}\d)",
    re.IGNORECASE,
)
_PASSWORD = re.compile(
    r"(?:密码|口令|passcode|password)" + _AFTER + r"([0-9a-z]{3,40})(?![0-9a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Invitation:
    """Where a meeting is joined. `number` is digits only; what the text does not say is empty."""

    address: str
    number: str = ""
    password: str = ""
    is_jitsi: bool = False


class BadInvitation(Exception):
    """The text holds no link that can be joined: `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(text: str, *, jitsi_hosts: Collection[str] = ()) -> Invitation:
    """The first https link of the text, with the number and the password that stand beside it. Raises BadInvitation."""
    if len(text) > MOST_LETTERS:
        raise BadInvitation("too_long")
    links = _LINK.findall(text)
    if not links:
        raise BadInvitation("no_link")
    address = next((one for one in links if one.lower().startswith("https://")), "")
    if not address:
        raise BadInvitation("not_https")
    parts = _checked(address)
    plain = unicodedata.normalize("NFKC", _LINK.sub(" ", text))
    number, password = _NUMBER.search(plain), _PASSWORD.search(plain)
    return Invitation(
        address=f"https://{address[8:]}",
        number=re.sub(r"\D", "", number[1]) if number else "",
        password=password[1] if password else "",
        is_jitsi=parts.hostname in jitsi_hosts,
    )


def _checked(address: str) -> SplitResult:
    """The parts of a link that a browser opens as it reads. Raises BadInvitation."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise BadInvitation("bad_link") from error
    host = parts.hostname or ""
    readable = re.fullmatch(r"[\w-]+(\.[\w-]+)+", host) and not re.search(r"[\\\x00-\x20]", address)
    if not readable or "@" in parts.netloc or port == 0 or len(address) > MOST_ADDRESS_LETTERS:
        raise BadInvitation("bad_link")
    return parts


def jitsi(address: str, name: str) -> str:
    """A Jitsi room entered at once, under a name: what its own page asks is answered in the fragment."""
    told = quote(f'"{name}"', safe="")
    return f"{address.partition('#')[0]}#userInfo.displayName={told}&config.prejoinConfig.enabled=false"


def grouped(number: str) -> str:
    """A meeting's number as it is read aloud: 123 456 789."""
    return " ".join(re.findall(r"\d{1,3}", number)) if len(number) % 3 != 1 else f"{grouped(number[:-4])} {number[-4:]}"
