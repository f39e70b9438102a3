"""How a text reaches a group or a mailbox. Each adapter knows one service, and the one address it may be asked at.

The addresses are constants: of what people enter only a key of letters and digits is used, so that no page of ours
can be made to ask another machine. Nothing follows redirects, and no proxy of the environment sees a secret.

Sources: DingTalk, custom robots (open.dingtalk.com, "自定义机器人接入"): POST /robot/send, 20 messages a minute, else
none for 10 minutes; keyword, or timestamp and sign. WeCom, group robots (developer.work.weixin.qq.com, "群机器人"):
POST /cgi-bin/webhook/send, 20 messages a minute, text of at most 2,048 bytes.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from smtplib import SMTPException
from typing import Protocol
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMessage

TIMEOUT_S = 8.0
MOST_ANSWER_BYTES = 10_000
SPACING = timedelta(seconds=3.5)  # between messages of a robot: 17 a minute, of 20
Connect = Callable[[str], HTTPConnection]


@dataclass(frozen=True)
class Address:
    """Where a channel's messages go: what only its owner knows, and what the service wants to see in them."""

    secret: str
    signing: str = ""
    keyword: str = ""


class NotTaken(Exception):
    """A message that was not delivered: `told` is what the service says, `pause` how long to leave it alone."""

    def __init__(self, told: str, pause: timedelta = timedelta()) -> None:
        super().__init__(told)
        self.told = told
        self.pause = pause


class Sender(Protocol):
    """Sends one text. Raises NotTaken."""

    most_bytes: int

    def send(self, to: Address, subject: str, text: str, now: datetime) -> None: ...


def _secure(host: str) -> HTTPConnection:
    return HTTPSConnection(host, timeout=TIMEOUT_S)


class _Robot:
    host: str
    path: str
    key: str  # the name of the secret in the address
    busy: frozenset[int]  # codes that say: too many messages
    busy_for: timedelta
    most_bytes: int

    def __init__(self, connect: Connect = _secure) -> None:
        self._connect = connect

    def query(self, to: Address, now: datetime) -> dict[str, str]:
        """What stands in the address."""
        return {self.key: to.secret}

    def send(self, to: Address, subject: str, text: str, now: datetime) -> None:
        """One HTTP POST."""
        body = json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False).encode()
        answer = self._post(f"{self.path}?{urlencode(self.query(to, now))}", body)
        code = answer.get("errcode")
        if code != 0:
            pause = self.busy_for if code in self.busy else timedelta()
            raise NotTaken(f"{code}: {answer.get('errmsg', '')}"[:300], pause)

    def _post(self, path: str, body: bytes) -> Mapping[str, object]:
        connection = self._connect(self.host)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json; charset=utf-8"})
            response = connection.getresponse()
            data = response.read(MOST_ANSWER_BYTES)
            if response.status != 200:
                raise NotTaken(f"HTTP {response.status}")
            answer = json.loads(data)
        except (OSError, HTTPException) as error:
            raise NotTaken(f"{self.host}: {type(error).__name__}") from error
        except ValueError as error:
            raise NotTaken(f"{self.host}: no answer that could be read") from error
        finally:
            connection.close()
        return answer if isinstance(answer, dict) else {}


class DingTalk(_Robot):
    """A custom robot of a DingTalk group."""

    host, path, key = "oapi.dingtalk.com", "/robot/send", "access_token"
    busy, busy_for = frozenset({130101, 410100}), timedelta(minutes=10)
    most_bytes = 15_000

    def query(self, to: Address, now: datetime) -> dict[str, str]:
        """With a signing secret, the time in milliseconds and HMAC-SHA256 of it."""
        found = super().query(to, now)
        if to.signing:
            stamp = str(int(now.timestamp() * 1000))
            found |= {"timestamp": stamp, "sign": sign(to.signing, stamp)}
        return found


class WeCom(_Robot):
    """A robot of a WeCom (企业微信) group."""

    host, path, key = "qyapi.weixin.qq.com", "/cgi-bin/webhook/send", "key"
    busy, busy_for = frozenset({45009}), timedelta(minutes=1)
    most_bytes = 2_048


def sign(secret: str, stamp: str) -> str:
    """DingTalk's signature of a moment."""
    code = hmac.new(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256).digest()
    return base64.b64encode(code).decode()


class Email:
    """One message to several people who do not see each other's addresses."""

    most_bytes = 100_000

    def send(self, to: Address, subject: str, text: str, now: datetime) -> None:
        """By the server of EMAIL_URL."""
        try:
            EmailMessage(subject, text, settings.DEFAULT_FROM_EMAIL, bcc=to.secret.split()).send()
        except (OSError, SMTPException) as error:
            raise NotTaken(type(error).__name__) from error


SENDERS: dict[str, Sender] = {"dingtalk": DingTalk(), "wecom": WeCom(), "email": Email()}
