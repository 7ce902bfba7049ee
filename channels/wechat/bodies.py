"""What we send, as the platform's JSON: pure, the same for the official account, the mini-program and kf.

Facts [message/custom/send, kf/send_msg, subscribeMessage.send, official pages]: a text has at most 2,048 bytes of
UTF-8; ids of menu items are integers on the official account and strings in customer service, which takes 10 items;
values of subscription and template messages are limited by the kind their key begins with (47003 otherwise).
"""
from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

MOST_ITEMS = 10
ELLIPSIS = "…"

MediaKind = Literal["image", "voice"]
Body = dict[str, object]

# Characters a value may have, by the kind of its key: `thing1` is a `thing`. Kinds not named here are sent as they are.
LONGEST: Mapping[str, int] = {
    "thing": 20, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "phone_number": 17,
    "car_number": 8, "name": 10, "phrase": 5,
}
MARKED = ("thing",)  # only here may any character stand, so only here a mark says that something was cut

_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a menu: the number that comes back when it is tapped, and what people see."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Menu:
    head: str
    items: Sequence[Item]
    tail: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a mini-program that a message opens."""

    appid: str
    path: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A template or subscription message. `values`: the template's key → text, cut to what the key allows.

    key  tells a repeat from a second message where the platform can (template/send: `client_msg_id`, 10 minutes)
    """

    template: str
    values: Mapping[str, str]
    page: Page | None = None
    key: str = ""


def text(words: str) -> Body:
    return {"msgtype": "text", "text": {"content": plain(words)}}


def media(kind: MediaKind, media_id: str) -> Body:
    return {"msgtype": kind, kind: {"media_id": media_id}}


def menu(choice: Menu) -> Body:
    """For the official account; a tap comes back as a text with `bizmsgmenuid`."""
    items = [{"id": item.id, "content": plain(item.label)} for item in choice.items]
    return _menu(choice, items)


def kf_menu(choice: Menu) -> Body:
    """For customer service; a tap comes back as a text with `menu_id`."""
    items = [
        {"type": "click", "click": {"id": str(item.id), "content": plain(item.label)}}
        for item in choice.items[:MOST_ITEMS]
    ]
    return _menu(choice, items)


def _menu(choice: Menu, items: Sequence[Mapping[str, object]]) -> Body:
    parts: Body = {"head_content": plain(choice.head), "list": items}
    if choice.tail:
        parts["tail_content"] = plain(choice.tail)
    return {"msgtype": "msgmenu", "msgmenu": parts}


def template(notice: Notice) -> Body:
    """template/send, to followers of the official account."""
    body = _notice(notice)
    if notice.page:
        body["miniprogram"] = {"appid": notice.page.appid, "pagepath": notice.page.path}
    if notice.key:
        body["client_msg_id"] = short_id(notice.key)
    return body


def subscription(notice: Notice) -> Body:
    """message/subscribe/send: the mini-program tells its own user; the page is one of its own."""
    body = _notice(notice)
    if notice.page:
        body["page"] = notice.page.path
    return body


def account_subscription(notice: Notice) -> Body:
    """message/subscribe/bizsend: the official account tells who subscribed there."""
    body = _notice(notice)
    if notice.page:
        body["miniprogram"] = {"appid": notice.page.appid, "pagepath": notice.page.path}
    return body


def _notice(notice: Notice) -> Body:
    values = {key: {"value": fit(key, value)} for key, value in notice.values.items()}
    return {"template_id": notice.template, "data": values}


def fit(key: str, value: str) -> str:
    """One line, not longer than the key's kind allows: `fit("thing1", …)` has at most 20 characters."""
    words = " ".join(plain(value).split())
    kind = key.rstrip("0123456789")
    longest = LONGEST.get(kind, len(words))
    if len(words) <= longest:
        return words
    return words[:longest - 1] + ELLIPSIS if kind in MARKED else words[:longest]


def plain(words: str) -> str:
    """Without what UTF-8 cannot carry: half of a pair that some client cut apart."""
    return _SURROGATE.sub("", words)


def short_id(id_: str) -> str:
    """At most 32 of [0-9a-zA-Z_-], the same for the same message: `msgid` of kf, `client_msg_id` of templates."""
    return hashlib.sha256(id_.encode("utf-8", "surrogatepass")).hexdigest()[:32]
