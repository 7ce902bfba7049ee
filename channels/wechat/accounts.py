"""The accounts of one deployment, and what the gateway does for them: settings and seams, handed in by gateway/app.py.
"""
from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from channels.wechat.pushes import Push
from channels.wechat.wire import Keys
from gateway.errors import ConfigError
from gateway.messages import Outbound, Upload
from gateway.protocols import Accept

_APPID = re.compile(r"[0-9A-Za-z_-]{1,64}")  # a conversation's key has a dot behind it


@dataclass(frozen=True, slots=True)
class Account:
    """One official account or mini-program, or a company's customer service, whose appid is the company's.

    plain   takes pushes that are not encrypted (明文模式). Their signature covers no body: a captured address proves
            any body for ten minutes, so this is for trying out
    menu    key of a menu item → the words that its tap says; a key that is not here says itself
    """

    keys: Keys
    kind: Literal["official", "miniprogram", "kf"] = "official"
    plain: bool = False
    menu: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ConfigError."""
        if not _APPID.fullmatch(self.keys.appid):
            raise ConfigError(f"wechat {self.keys.appid!r}: not an appid")
        if not self.keys.token:
            raise ConfigError(f"wechat {self.keys.appid}: token is missing")
        if not self.keys.aes_key and not self.plain:
            raise ConfigError(f"wechat {self.keys.appid}: aes_key is missing, encrypted mode is the default")


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody opened the conversation without a word, and is to be greeted.

    id        as of an Inbound: the platform's retry carries the same one
    at        ms since 1970, when we received it
    template  of the QR code that was scanned (scene `t=<template id>`), where it names one
    district  likewise (`d=<code>`); both stand in one scene as `t=…&d=…`
    """

    id: str
    how: Literal["followed", "scanned", "entered"]
    at: int
    template: str | None = None
    district: str | None = None


class Answers(Protocol):
    """What the turn says to a push, while the push still waits."""

    async def wait(self, conversation: str, message_id: str, seconds: float) -> Outbound | None:
        """The message that answers this id, within that time. None: nothing by then, or nothing to say; then it goes
        through the customer-service API, and None is the answer to every later call too.

        A message that was handed out counts as delivered here, and is handed out again to a retry of the same id."""
        ...

    async def overflow(self, conversation: str, message_id: str, parts: Sequence[str]) -> None:
        """What did not fit into the response, in order; queued once for an id, however often it is said."""
        ...


class Media(Protocol):
    """Fetches what a push names by its media id, which lives three days."""

    async def fetch(self, appid: str, conversation: str, media: str) -> Upload:
        """Stored as this conversation's own. Raises SendError, or Refused for a kind of file we do not take."""
        ...


# (conversation, push): every push before all else, so that quota, consent, receipts and customer service read what is
# theirs. The conversation is None where a push is about the account itself.
Happened = Callable[[str | None, Push], Awaitable[None]]
Arrive = Callable[[str, Arrival], Awaitable[None]]
# (conversation): unsubscribed. Profile and draft go, a filed case stays under its own number.
Forget = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Core:
    """The gateway behind the callbacks. Each call is durable when it returns, and the same push or id again changes
    nothing; each may raise Unavailable, and `accept` RateLimited: then the push is not acknowledged."""

    accept: Accept
    arrive: Arrive
    happened: Happened
    forget: Forget
    answers: Answers
    media: Media
