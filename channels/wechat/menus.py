"""Which option a tap on a msgmenu means.

The tap comes back as a text: the option's label, and the integer under which it was offered, which says nothing of the
message it belonged to [developers.weixin.qq.com, 客服消息]. So the latest menu of a conversation is remembered, and a
tap is an option of it only where number and label agree; a tap on an older menu is the words it shows.
"""
from __future__ import annotations

import re

import msgspec
from msgspec import Struct

from channels.wechat.replies import clean, numbered
from gateway.messages import Choice, Option, Outbound
from gateway.protocols import SharedStore

_NUMBER = re.compile(r"[1-9][0-9]{0,2}")
KEEP_MS = 7 * 86_400_000  # longer than anybody scrolls back to answer


class _Offered(Struct, frozen=True, array_like=True):
    message: str
    options: tuple[Option, ...]


class Menus:
    def __init__(self, store: SharedStore) -> None:
        self._store = store

    async def offer(self, conversation: str, message: Outbound) -> None:
        """Before a message leaves as a msgmenu, its options numbered as in its words. Raises Unavailable."""
        offered = _Offered(message.id, message.choices)
        await self._store.put(_key(conversation), msgspec.json.encode(offered), KEEP_MS)

    async def forget(self, conversation: str) -> None:
        """The person left."""
        await self._store.delete(_key(conversation))

    async def chosen(self, conversation: str, number: str, label: str) -> Choice | None:
        """None where the latest menu offers nothing of that number and label. Raises Unavailable."""
        body = await self._store.get(_key(conversation))
        if body is None or not _NUMBER.fullmatch(number):
            return None
        offered = msgspec.json.decode(body, type=_Offered)
        option = dict(numbered(offered.options)).get(int(number))
        if option is None or clean(option.label).strip() != label.strip():
            return None
        return Choice(option.value, offered.message)


def _key(conversation: str) -> str:
    return f"wechat:menu:{conversation}"
