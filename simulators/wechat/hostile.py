"""Requests that WeChat would never send: forgeries, replays and bombs, each made from a good one.

Every entry of FORGERIES keeps all but what its name says, so that only the check it aims at can refuse it. Those of
BOMBS carry a correct signature: a captured query string authenticates any body in plain mode.
"""
from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from gateway.clock import Clock
from simulators.wechat import xml
from simulators.wechat.account import Account
from simulators.wechat.crypto import Envelope, signature
from simulators.wechat.pushes import Push
from simulators.wechat.sealing import Letter, Sealer
from simulators.wechat.settings import AccountSettings

OTHER_KEY = "OTHERKEYotherkeyOTHERKEYotherkeyOTHERKEY012"
OTHER_ID = "wx0000000000000000"
MIB = 1 << 20
DAY = timedelta(days=1)


class Shifted:
    """A clock that goes wrong by so much."""

    def __init__(self, clock: Clock, by: timedelta) -> None:
        self._clock = clock
        self._by = by

    def now(self) -> datetime:
        return self._clock.now() + self._by

    def monotonic(self) -> float:
        return self._clock.monotonic()


class Forger:
    """Writes what `account` never sent; `push` is the message that is forged."""

    def __init__(self, account: Account, push: Push, clock: Clock) -> None:
        self._settings = account.settings
        self._push = push
        self._clock = clock

    def letter(self, forgery: str) -> Letter:
        """By its name in FORGERIES."""
        return FORGERIES[forgery](self)

    def good(self) -> Letter:
        return self.by(self._settings)

    def by(self, settings: AccountSettings) -> Letter:
        return Sealer(settings, self._clock).letter(self._push)

    def changed(self, **changes: Any) -> Letter:
        """As if the account had been set up otherwise."""
        return self.by(replace(self._settings, **changes))

    def at(self, shift: timedelta) -> Letter:
        return Sealer(self._settings, Shifted(self._clock, shift)).letter(self._push)

    def without(self, name: str) -> Letter:
        good = self.good()
        return replace(good, query={key: value for key, value in good.query.items() if key != name})

    def with_query(self, name: str, value: str) -> Letter:
        good = self.good()
        return replace(good, query={**good.query, name: value})

    def resealed(self, change: Callable[[str], str]) -> Letter:
        """The sealed text changed, and the signature over it made to fit."""
        settings = self._settings
        good, envelope = self.good(), Envelope(settings.aes_key, settings.appid)
        plain = xml.write({"ToUserName": settings.original_id, **self._push.fields})
        sealed = change(envelope.seal(plain))
        query = dict(good.query)
        query["msg_signature"] = signature(settings.token, query["timestamp"], query["nonce"], sealed)
        outer = {"ToUserName": settings.original_id, "Encrypt": sealed}
        body = xml.write(outer) if settings.format == "xml" else json.dumps(outer)
        return replace(good, query=query, body=body.encode())

    def bomb(self, document: bytes) -> Letter:
        """`document` under a correct signature, as it is."""
        return replace(self.good(), body=document)


def _reversed(text: str) -> str:
    return text[::-1]


FORGERIES: Mapping[str, Callable[[Forger], Letter]] = {
    "no signature": lambda forger: forger.without("signature"),
    "wrong signature": lambda forger: forger.with_query("signature", "0" * 40),
    "signature of another token": lambda forger: forger.changed(token=OTHER_ID),
    "signature that is not ASCII": lambda forger: forger.with_query("signature", "签" * 40),
    "no timestamp": lambda forger: forger.without("timestamp"),
    "no nonce": lambda forger: forger.without("nonce"),
    "another timestamp": lambda forger: forger.with_query("timestamp", "1"),
    "timestamp that is no number": lambda forger: forger.with_query("timestamp", "now"),
    "a day old": lambda forger: forger.at(-DAY),
    "a day ahead": lambda forger: forger.at(DAY),
    "no msg_signature": lambda forger: forger.without("msg_signature"),
    "wrong msg_signature": lambda forger: forger.with_query("msg_signature", "0" * 40),
    "another key": lambda forger: forger.changed(aes_key=OTHER_KEY),
    "another appid inside": lambda forger: forger.changed(appid=OTHER_ID),
    "cut base64": lambda forger: forger.resealed(lambda sealed: sealed[:-5]),
    "half a block": lambda forger: forger.resealed(
        lambda sealed: base64.b64encode(base64.b64decode(sealed)[:-8]).decode()),
    "wrong padding": lambda forger: forger.resealed(
        lambda sealed: base64.b64encode(base64.b64decode(sealed)[:-32]).decode()),
    "not base64": lambda forger: forger.resealed(lambda sealed: "密文" * 32),
    "backwards": lambda forger: forger.resealed(_reversed),
    "nothing sealed": lambda forger: forger.resealed(lambda sealed: ""),
}

# WeCom signs the sealed text alone: a query of kf has no `signature` to forge.
KF_FORGERIES = tuple(name for name in FORGERIES if name not in (
    "no signature", "wrong signature", "signature that is not ASCII"))

_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(10))
BOMBS: Mapping[str, bytes] = {
    "DOCTYPE": b"<!DOCTYPE xml><xml><MsgType>text</MsgType></xml>",
    "billion laughs": f"<!DOCTYPE xml [{_LAUGHS}]><xml><Content>&l9;</Content></xml>".encode(),
    "external entity": b'<!DOCTYPE xml [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><Content>&e;</Content></xml>',
    "DOCTYPE in UTF-16": "<!DOCTYPE xml><xml><MsgType>text</MsgType></xml>".encode("utf-16"),
    "9,000 deep": b"<xml>" + b"<a>" * 9_000 + b"</a>" * 9_000 + b"</xml>",
    "9,000 attributes": b"<xml " + b" ".join(b'a%d="1"' % n for n in range(9_000)) + b"></xml>",
    "1 MiB": b"<xml><Content>" + b"a" * MIB + b"</Content></xml>",
    "not closed": b"<xml><MsgType>text</MsgType>",
    "not UTF-8": b"<xml><Content>\xff\xfe\xff</Content></xml>",
    "JSON 20,000 deep": b"[" * 20_000,
    "nothing": b"",
    "NUL": b"<xml><Content>\x00</Content></xml>",
}
