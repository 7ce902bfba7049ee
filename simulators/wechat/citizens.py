"""The people in front of their phones: who they are to one account, and what stands in their chat with it."""
from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Side = Literal["citizen", "account", "system"]
Way = Literal["", "passive", "custom", "template", "subscription", "kf", "welcome"]

NO_SERVICE = "该公众号暂时无法提供服务，请稍后再试"


@dataclass(frozen=True)
class Bubble:
    """One thing on a phone's screen. `way` tells by which way the account's message came."""

    at: datetime
    side: Side
    kind: str                                   # text, image, voice, video, location, link, msgmenu, card, news
    text: str = ""
    way: Way = ""
    menu: Mapping[str, str] = field(default_factory=dict)     # of a msgmenu: id → label
    media: str = ""                                           # media id


@dataclass
class Citizen:
    """One person as one account sees them: the openid differs from account to account."""

    name: str
    openid: str
    unionid: str
    follows: bool = True
    refuses_messages: bool = False              # the follower has switched the account's messages off: 48002
    snapshot: bool = False                      # is_snapshotuser: a virtual openid, never to be bound to a case
    risky: bool = False                         # 40226 at login
    phone: str = ""
    typing: bool = False
    bubbles: list[Bubble] = field(default_factory=list)

    def see(self, bubble: Bubble) -> None:
        self.typing = False
        self.bubbles.append(bubble)

    def offered(self, item: str) -> str:
        """The label of a menu's item, the latest that bears this id. Raises LookupError."""
        for bubble in reversed(self.bubbles):
            if item in bubble.menu:
                return bubble.menu[item]
        raise LookupError(f"no menu offers {item}")

    def texts(self, side: Side = "account") -> list[str]:
        """The words of that side, in order."""
        return [bubble.text for bubble in self.bubbles if bubble.side == side]


def openid(appid: str, name: str) -> str:
    """28 characters beginning with o, the same at every start: one name is one person to one account."""
    digest = hashlib.sha256(f"{appid}/{name}".encode()).digest()
    return "o" + base64.urlsafe_b64encode(digest).decode().replace("=", "")[:27]


def new_citizen(appid: str, name: str, prefix: str = "") -> Citizen:
    """`prefix` replaces the o: an external_userid of kf begins with wm."""
    own = openid(appid, name)
    return Citizen(name, prefix + own[1:] if prefix else own, openid("union", name))


def described(message_type: str, body: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    """What a citizen reads of a sent message (text, menu): `body` is what stands under its type."""
    if message_type == "msgmenu":
        items = {str(item["id"]): str(item["content"]) for item in body["list"]}
        return "\n".join(filter(None, (body.get("head_content"), body.get("tail_content")))), items
    words = (body.get(key) for key in ("content", "title", "description"))
    return "\n".join(str(word) for word in words if word), {}
