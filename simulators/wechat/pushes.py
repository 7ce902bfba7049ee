"""What WeChat has to tell an account: a citizen's message or an event, as fields in the documents' own order.

Facts: developers.weixin.qq.com, 接收普通消息, 接收事件推送. CreateTime is in seconds; a message has a MsgId of 64 bits,
an event has none.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from gateway.clock import Clock
from simulators.wechat.xml import Fields


@dataclass(frozen=True)
class Push:
    """`fields` without ToUserName, which the envelope adds. `waits`: a citizen sees it when nobody answers."""

    openid: str
    fields: Fields
    waits: bool = True

    @property
    def subject(self) -> str:
        return str(self.fields.get("Event") or self.fields["MsgType"])


class Composer:
    """Writes the pushes of one account; MsgIds grow, and begin anew with the clock so that two runs share none."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ids = count(int(clock.now().timestamp() * 1000) * 10_000)

    def next_id(self) -> int:
        return next(self._ids)

    def seconds(self) -> int:
        return int(self._clock.now().timestamp())

    def message(self, openid: str, kind: str, content: Mapping[str, Any]) -> Push:
        """`kind` as in MsgType: text, image, voice, video, shortvideo, location, link, or one nobody knows."""
        head = {"FromUserName": openid, "CreateTime": self.seconds(), "MsgType": kind}
        tail = {name: content[name] for name in ("bizmsgmenuid",) if name in content}
        body = {name: value for name, value in content.items() if name not in tail}
        return Push(openid, {**head, **body, "MsgId": self.next_id(), **tail})

    def event(self, openid: str, name: str, content: Mapping[str, Any], *, waits: bool = False) -> Push:
        head = {"FromUserName": openid, "CreateTime": self.seconds(), "MsgType": "event", "Event": name}
        return Push(openid, {**head, **content}, waits)
