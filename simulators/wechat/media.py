"""Temporary media: three days on the platform, capped by type. Fact: developers.weixin.qq.com, 新增临时素材."""
from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulators.wechat.refusals import Refusal

LIFE = timedelta(days=3)
MIB = 1 << 20
CAPS = {"image": 10 * MIB, "voice": 2 * MIB, "video": 10 * MIB, "thumb": 64 << 10}
KF_CAPS = {"image": 10 * MIB, "voice": 2 * MIB, "video": 10 * MIB, "file": 20 * MIB}


@dataclass(frozen=True)
class Medium:
    id: str
    kind: str
    content_type: str
    data: bytes
    until: datetime


class Media:
    """What one account may fetch or send."""

    def __init__(self, caps: dict[str, int]) -> None:
        self._caps = caps
        self._media: dict[str, Medium] = {}

    def upload(self, kind: str, content_type: str, data: bytes, now: datetime) -> Medium:
        """By the account. Raises Refusal 40004 for an unknown type, 45001 for too much."""
        if kind not in self._caps:
            raise Refusal(40004)
        if len(data) > self._caps[kind]:
            raise Refusal(45001)
        return self.keep(kind, content_type, data, now)

    def keep(self, kind: str, content_type: str, data: bytes, now: datetime) -> Medium:
        """By a citizen, whose phone obeys caps of its own."""
        medium = Medium(secrets.token_urlsafe(48), kind, content_type, data, now + LIFE)
        self._media[medium.id] = medium
        return medium

    def find(self, media_id: str, now: datetime) -> Medium:
        """Raises Refusal 40007: never known, or its three days are over."""
        medium = self._media.get(media_id)
        if medium is None or medium.until <= now:
            raise Refusal(40007)
        return medium
