"""What WeChat tells us, in our words: every message and event of official accounts and mini-programs.

Sources: developers.weixin.qq.com: 接收普通消息, 接收事件推送, 自定义菜单事件, 模板消息, 订阅通知, 微信客服.
WeChat writes types and events in mixed case (`TEMPLATESENDJOBFINISH`, `scan` and `SCAN`), so all are lowered here.
"""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What every push says.

    id       the same at each of WeChat's tries, unique within an account and person
    to       the account's own name (gh_…), which an answer must carry back
    user     the person's openid; "" where the push is about the account itself
    created  seconds since 1970, WeChat's clock
    """

    id: str
    appid: str
    to: str
    user: str
    created: int


# --- messages -----------------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Push):
    """A text. `menu` is the id of the option of a msgmenu that was tapped, or the key of the menu item that scanned it;
    "" when it was typed. WeChat counts such a tap as a menu click, which opens no 48 hours."""

    text: str
    menu: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictured(Push):
    """A photo. Its PicUrl is left where it is: nothing is ever fetched from an address in a message."""

    media: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken(Push):
    """A voice message; `recognised` are WeChat's words for it, where the account has that switched on."""

    media: str
    recognised: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Filmed(Push):
    """A video, long or short."""

    media: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointed(Push):
    """A place on the map, degrees (GCJ-02), with the address the phone showed."""

    lat: float
    long: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Push):
    """A shared page. Its address is text like any other."""

    title: str
    description: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshown(Push):
    """A message of a kind that WeChat does not pass on, or that we do not know."""

    kind: str


# --- events of a person -------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True, kw_only=True)
class Clicked(Push):
    """A menu item with a key."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed(Push):
    """Subscribed; `scene` is the QR code's, "" without one."""

    scene: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(Push):
    """Unsubscribed: WeChat requires that the person's data be deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned(Push):
    """A follower scanned a QR code with a scene."""

    scene: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered(Push):
    """Opened the mini-program's customer-service session; `source` is its button's session-from."""

    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Push):
    """An event that asks nothing of us, by its lowered name: what a menu opened, where somebody is, and all others."""

    event: str


# --- receipts and consent -----------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateSent(Push):
    """What became of a template message: `status` is `success` or WeChat's reason."""

    message: str
    status: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one subscription message; `code` is "0" for a success."""

    template: str
    message: str
    code: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionSent(Push):
    receipts: tuple[Receipt, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """To one template of the pop-up, or later in the settings: one acceptance of the pop-up is one message."""

    template: str
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Consented(Push):
    """`lasting`: changed in the settings, not answered in the pop-up."""

    answers: tuple[Answer, ...]
    lasting: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaChecked(Push):
    """The verdict of msg_sec_check on media, asked for under `trace`: it only flags for staff."""

    trace: str
    suggest: str


# --- customer service ---------------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceMoved(Push):
    """A session of the official account's old customer service: `event` says created, closed or switched."""

    event: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceNews(Push):
    """WeChat customer service (微信客服) has something under `token` for its account `open_kfid`."""

    token: str
    open_kfid: str
