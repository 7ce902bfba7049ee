"""The accounts of one deployment, and what the gateway does for them: settings and seams, handed in by gateway/app.py.
"""
from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal, Protocol

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
        if not self.keys.aes_keys and not self.plain:
            raise ConfigError(f"wechat {self.keys.appid}: aes_keys: there is none, and its mode is not plain")


class Waiting(Protocol):
    """One try of a push, while it waits for what the turn says."""

    async def announce(self) -> None:
        """Before the message is stored: another gateway may take the turn. Raises Unavailable."""
        ...

    async def ready(self, seconds: float) -> bool:
        """Whether there is an answer within that time; the push goes on waiting if not."""
        ...

    async def answer(self, seconds: float, *, repeated: bool) -> Outbound | None:
        """The message within that time. None: nothing by then, or nothing to say; then it goes through the
        customer-service API, and None is the answer to every later try too.

        A message that was handed out counts as delivered here, and is handed out again to a retry of the same id;
        `repeated` says that the message behind it was stored before."""
        ...


class Answers(Protocol):
    def expect(self, conversation: str, message_id: str) -> AbstractContextManager[Waiting]:
        """Before the message is stored, so that no turn can be faster."""
        ...

    async def overflow(self, conversation: str, message_id: str, parts: Sequence[str]) -> None:
        """What did not fit into the response, in order; queued once for an id, however often it is said. Raises
        Unavailable."""
        ...


class Media(Protocol):
    """Fetches what a push names by its media id, which lives three days."""

    async def fetch(self, appid: str, conversation: str, media: str) -> Upload:
        """Stored as this conversation's own. Raises SendError, or Refused for a kind of file we do not take."""
        ...


# (conversation, id, note): a push that says nothing to the conversation and something about reaching its person
# (channels/wechat/notes.py). What does say something carries its note along (messages.Inbound).
Note = Callable[[str, str, str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Core:
    """The gateway behind the callbacks. Each call is durable when it returns, and the same push or id again changes
    nothing; each may raise Unavailable, and `accept` RateLimited: then the push is not acknowledged."""

    accept: Accept
    note: Note
    answers: Answers
    media: Media
