"""Settings of WeChat: section `[wechat]` of the configuration (gateway/config.py)."""
from __future__ import annotations

from typing import ClassVar, Literal

from msgspec import Struct


class WeChatNotice(Struct, frozen=True, forbid_unknown_fields=True):
    """A subscription or template message for news that comes outside the reply window.

    way     long-term subscription, one-time subscription, or template message to followers
    tells   the news it is for (messages.CaseNews)
    values  the template's key → what stands there: number, title, department, status, time, hint
    page    of the mini-program `mini_appid` (a mini-program's own where that is empty), opened by a tap
    """

    template: str
    way: Literal["lasting", "once", "template"]
    values: dict[str, Literal["number", "title", "department", "status", "time", "hint"]]
    tells: tuple[str, ...] = ("closed", "rejected", "rate")
    page: str = ""
    mini_appid: str = ""


class _Account(Struct, frozen=True, forbid_unknown_fields=True):
    """aes_keys: the current one first, behind it those that WeChat may still use while a change settles.

    mode  as in WeChat's console
        safe        安全模式: pushes are sealed
        compatible  兼容模式: they carry their text in the clear, too, which is not believed: only the sealed part is
        plain       明文模式: in the clear. Their signature covers no body, so it is for trying out only
    """

    name: str
    appid: str
    secret: str
    token: str
    aes_keys: tuple[str, ...] = ()
    mode: Literal["safe", "compatible", "plain"] = "safe"
    api_base: str = "https://api.weixin.qq.com"
    menu: dict[str, str] = {}
    notices: tuple[WeChatNotice, ...] = ()


class WeChatOfficial(_Account, frozen=True, forbid_unknown_fields=True):
    """An official account 公众号."""

    kind: ClassVar[Literal["official"]] = "official"


class WeChatMiniprogram(_Account, frozen=True, forbid_unknown_fields=True):
    """A mini-program 小程序."""

    kind: ClassVar[Literal["miniprogram"]] = "miniprogram"


WeChatAccount = WeChatOfficial | WeChatMiniprogram


class WeChatKf(Struct, frozen=True, forbid_unknown_fields=True):
    """A company's customer service (微信客服). `staff`: who takes a conversation over, our desk or WeCom's seats."""

    name: str
    corpid: str
    secret: str
    token: str
    aes_keys: tuple[str, ...]
    open_kfids: tuple[str, ...]
    staff: Literal["desk", "wecom"] = "desk"
    api_base: str = "https://qyapi.weixin.qq.com"


class WeChat(Struct, frozen=True, forbid_unknown_fields=True):
    official: tuple[WeChatOfficial, ...] = ()
    miniprogram: tuple[WeChatMiniprogram, ...] = ()
    kf: tuple[WeChatKf, ...] = ()

    @property
    def accounts(self) -> tuple[WeChatAccount, ...]:
        """Those whose people write to the account itself."""
        return (*self.official, *self.miniprogram)
