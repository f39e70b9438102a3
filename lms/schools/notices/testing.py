"""Groups whose robots keep the rules of the real ones, without a network."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime, timedelta

from lms.schools.notices.senders import Address, NotTaken

MOST_A_MINUTE = 20
PUNISHED_FOR = timedelta(minutes=10)


class FakeGroup:
    """A group of DingTalk or WeCom: takes 20 messages a minute, of its own key, with its keyword, not too long.

    `messages` are those taken. Whoever sends more than 20 is shut out for ten minutes.
    """

    def __init__(self, secret: str, *, keyword: str = "", most_bytes: int = 2_048, away: Iterable[bool] = ()) -> None:
        self.messages: list[str] = []
        self.asked = 0
        self.most_bytes = most_bytes
        self._secret, self._keyword = secret, keyword
        self._away = deque(away)
        self._times: deque[datetime] = deque()
        self._shut_until: datetime | None = None

    def send(self, to: Address, subject: str, text: str, now: datetime) -> None:
        """Take a message, or raise NotTaken with what the service would say."""
        self.asked += 1
        if self._away and self._away.popleft():
            raise NotTaken("oapi.dingtalk.com: ConnectionRefusedError")
        if to.secret != self._secret:
            raise NotTaken("300005: token is not exist")
        if self._keyword not in text:
            raise NotTaken("310000: keywords not in content")
        if len(text.encode()) > self.most_bytes:
            raise NotTaken("460101: message too long")
        while self._times and self._times[0] <= now - timedelta(minutes=1):
            self._times.popleft()
        if len(self._times) >= MOST_A_MINUTE:
            self._shut_until = now + PUNISHED_FOR
        if self._shut_until is not None and now < self._shut_until:
            raise NotTaken("130101: send too fast", PUNISHED_FOR)
        self._times.append(now)
        self.messages.append(text)
