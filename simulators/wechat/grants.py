"""Subscription messages: what a citizen has allowed, template by template, and what a message may say.

Facts: developers.weixin.qq.com, 订阅消息 and 订阅通知. One tap allows one message, without a time limit; a long-term
template (open to government services) allows all until it is taken back; too long a value is 47003.
"""
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from simulators.wechat.refusals import Refusal

# 订阅消息参数值内容限制说明: by the key's name without its number. Keys of older template messages are not limited.
LIMITS = {
    "thing": re.compile(r".{1,20}", re.DOTALL),
    "number": re.compile(r"[\d.]{1,32}"),
    "letter": re.compile(r"[A-Za-z]{1,32}"),
    "symbol": re.compile(r"\W{1,5}"),
    "character_string": re.compile(r"[\x21-\x7e]{1,32}"),
    "time": re.compile(r".*\d{1,2}:\d{2}.*"),
    "date": re.compile(r"\d{4}[年\-/.]\d{1,2}[月\-/.]\d{1,2}日?.*"),
    "amount": re.compile(r"\D?\d{1,10}(\.\d+)?元?"),
    "phone_number": re.compile(r"[\d+\-]{1,17}"),
    "car_number": re.compile(r".{1,8}"),
    "name": re.compile(r"[一-鿿·]{1,10}|[A-Za-z ·.\-]{1,20}"),
    "phrase": re.compile(r"[一-鿿]{1,5}"),
}


class Grants:
    """Of one account: (openid, template id) → messages left, or for ever."""

    def __init__(self) -> None:
        self._once: Counter[tuple[str, str]] = Counter()
        self._always: set[tuple[str, str]] = set()

    def allow(self, openid: str, template: str, *, always: bool = False) -> None:
        if always:
            self._always.add((openid, template))
        else:
            self._once[openid, template] += 1

    def withdraw(self, openid: str, template: str) -> None:
        """The citizen has switched the template off in their settings."""
        self._always.discard((openid, template))
        self._once.pop((openid, template), None)

    def spend(self, openid: str, template: str) -> None:
        """Raises Refusal 43101 without a grant."""
        if (openid, template) in self._always:
            return
        if not self._once[openid, template]:
            raise Refusal(43101)
        self._once[openid, template] -= 1

    def of(self, openid: str) -> dict[str, str]:
        """Template id → messages left, or `always`."""
        once = {template: str(n) for (whose, template), n in self._once.items() if whose == openid and n}
        return once | {template: "always" for whose, template in self._always if whose == openid}


def check_data(keys: Sequence[str], data: Mapping[str, Any]) -> None:
    """Raises Refusal 47003: a key is missing or unknown, or a value breaks the limit of its kind."""
    if set(data) != set(keys):
        raise Refusal(47003, f"data {sorted(set(data) ^ set(keys))} missing or unknown")
    for key, entry in data.items():
        value = entry.get("value") if isinstance(entry, dict) else None
        limit = LIMITS.get(key.rstrip("0123456789"))
        if not isinstance(value, str) or not value or (limit and not limit.fullmatch(value)):
            raise Refusal(47003, f"data.{key}.value invalid")
