"""Which callbacks come from WeChat: signature, window, replay, decryption, in this order and before anything is parsed.

wechatpy parses first, and 64 KiB of nested elements would hold the loop for 70 ms; a signature costs 20 µs.
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from channels.wechat import documents
from channels.wechat.accounts import Account
from channels.wechat.documents import Form, Tree
from channels.wechat.wire import BadCallback, Seal, Stamp
from gateway.clock import Clock, to_ms
from gateway.protocols import SharedStore

WINDOW_S = 600  # ours: a push is minutes old at most, and clocks differ
_REPLAY_MS = 2 * WINDOW_S * 1000  # a stamp of the future is good until its own window ends

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_NONCE = re.compile(r"[!-~]{1,128}")
_ECHO = re.compile(r"[!-~]{1,256}")


@dataclass(frozen=True, slots=True)
class Admitted:
    """A proved push. `key` is the number of the account's key that opened it, None when it came in the clear; an answer
    goes back in the same form and under the same key."""

    document: Tree
    form: Form
    stamp: Stamp
    key: int | None


def stamp_of(query: Mapping[str, str]) -> Stamp:
    """What a query claims. Raises BadCallback where it cannot be WeChat's: a signature covers timestamp and nonce as
    one row of characters, so that it proves any other cut between them too."""
    stamp = Stamp(query.get("timestamp", ""), query.get("nonce", ""))
    if not (_TIMESTAMP.fullmatch(stamp.timestamp) and _NONCE.fullmatch(stamp.nonce)):
        raise BadCallback(403, "timestamp or nonce")
    return stamp


def check_window(stamp: Stamp, clock: Clock) -> None:
    """Raises BadCallback."""
    if abs(to_ms(clock.now()) / 1000 - int(stamp.timestamp)) > WINDOW_S:
        raise BadCallback(403, "outside the window")


class Gate:
    """For one account."""

    def __init__(self, account: Account, store: SharedStore, clock: Clock) -> None:
        self._plain, self._appid = account.plain, account.keys.appid
        self.seal = Seal(account.keys)
        self._store, self._clock = store, clock

    def echo(self, query: Mapping[str, str]) -> str:
        """The answer to WeChat's question whether we are there. Raises BadCallback."""
        self._prove(query)
        echo = query.get("echostr", "")
        if not _ECHO.fullmatch(echo):
            raise BadCallback(400, "echostr")
        return echo

    async def admit(self, query: Mapping[str, str], body: bytes) -> Admitted:
        """Raises BadCallback, Unavailable."""
        stamp, claimed = self._prove(query)
        await self._once(claimed, body)
        outer = documents.read(body)
        if query.get("encrypt_type") != "aes":
            if not self._plain:
                raise BadCallback(403, "not encrypted")
            return Admitted(outer, documents.form(body), stamp, None)
        opened = self.seal.open(documents.text(outer, "Encrypt"), stamp, query.get("msg_signature", ""))
        return Admitted(documents.read(opened.text), documents.form(body), stamp, opened.key)

    def _prove(self, query: Mapping[str, str]) -> tuple[Stamp, str]:
        stamp, claimed = stamp_of(query), query.get("signature", "")
        if not self.seal.proves(stamp, claimed):
            raise BadCallback(403, "signature")
        check_window(stamp, self._clock)
        return stamp, claimed

    async def _once(self, claimed: str, body: bytes) -> None:
        """A proved query belongs to the first body that came with it; the same body again is WeChat's own retry.

        It is known by its signature alone: cut elsewhere, the same digits are another timestamp and nonce under it."""
        key = f"wechat:{self._appid}:{claimed}"
        digest = hashlib.sha256(body).digest()
        if not await self._store.add(key, digest, _REPLAY_MS) and await self._store.get(key) != digest:
            raise BadCallback(403, "replayed with another body")
