"""One-time codes of the three logins: of a mini-program, of a web page inside WeChat, of a phone number.

Facts: code2Session, 网页授权, getPhoneNumber. A code works once and for five minutes; 100 logins a minute and user.
"""
from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from simulators.wechat.refusals import Refusal

CodeKind = Literal["login", "web", "phone"]

LIFE = timedelta(minutes=5)
LOGINS_A_MINUTE = 100


@dataclass(frozen=True)
class _Code:
    kind: CodeKind
    openid: str
    until: datetime


class Codes:
    def __init__(self) -> None:
        self._codes: dict[str, _Code] = {}
        self._used: set[str] = set()
        self._logins: Counter[tuple[str, int]] = Counter()

    def issue(self, kind: CodeKind, openid: str, now: datetime) -> str:
        code = secrets.token_urlsafe(24)
        self._codes[code] = _Code(kind, openid, now + LIFE)
        return code

    def redeem(self, kind: CodeKind, code: str, now: datetime) -> str:
        """The openid. Raises Refusal 40163 (used), 40029 (unknown, of another kind, too old), 45011 (too often)."""
        if code in self._used:
            raise Refusal(40163)
        known = self._codes.get(code)
        if known is None or known.kind != kind or known.until <= now:
            raise Refusal(40029)
        minute = known.openid, int(now.timestamp()) // 60
        self._logins[minute] += 1
        if self._logins[minute] > LOGINS_A_MINUTE:
            raise Refusal(45011)
        self._used.add(code)
        return known.openid
