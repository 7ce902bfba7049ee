"""One call of the gateway to the platform, as its endpoint sees it, and the table an endpoint stands in."""
from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from simulators.wechat.account import Account
from simulators.wechat.pushes import Push
from simulators.wechat.refusals import Refusal

_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}")


@dataclass(frozen=True)
class Upload:
    content_type: str
    data: bytes


@dataclass(frozen=True)
class Call:
    """`post` sends a push of this account some time after the answer: a receipt. `base` is the platform's own address.
    """

    account: Account
    path: str
    now: datetime
    query: Mapping[str, str]
    raw: bytes
    upload: Upload | None
    post: Callable[[Push], None]
    base: str

    @property
    def body(self) -> dict[str, Any]:
        """The JSON object. Raises Refusal 47001."""
        try:
            body = json.loads(self.raw)
        except ValueError as wrong:
            raise Refusal(47001) from wrong
        if not isinstance(body, dict):
            raise Refusal(47001)
        return body

    @property
    def unescaped(self) -> dict[str, Any]:
        """The same where the platform refuses characters written as \\uXXXX: Refusal 40033."""
        if _ESCAPED.search(self.raw):
            raise Refusal(40033)
        return self.body


@dataclass(frozen=True)
class Blob:
    """An answer that is a file."""

    content_type: str
    data: bytes
    name: str


Answer = dict[str, Any] | Blob
Handler = Callable[[Call], Answer]
Who = Literal["token", "query", "body"]


@dataclass(frozen=True)
class Endpoint:
    """`who`: the account is known by its access token, or by the appid (corpid) in the query or the body."""

    method: Literal["GET", "POST"]
    handler: Handler
    who: Who = "token"
