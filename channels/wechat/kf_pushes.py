"""What customer service tells beyond what pushes say (channels/wechat/pushes.py), and how its messages are read.

Source: developer.work.weixin.qq.com, 接收消息和事件. A message is a push of the account `open_kfid` by the person
`external_userid`, so that everything behind it is the same as for an official account.
"""
from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypedDict

from channels.wechat import pushes
from channels.wechat.kf_client import KfMessage, Origin
from channels.wechat.pushes import Push


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached(pushes.Filmed):
    """A file of any kind, a video among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(pushes.Entered):
    """The chat was opened. `welcome` is the code of a greeting, good for 20 s, "" where none may be sent; `source` is
    the link's scene_param, else its scene."""

    welcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Push):
    """A message of ours did not arrive: `message` is the id it was sent as (bodies.short_id), `reason` WeCom's
    number for why (2 the account was deleted, 4 the conversation is over, 5 and 6 refused, 10 closed, …)."""

    message: str
    reason: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed(Push):
    """The conversation went to a person, on to another, to its end, or back: `change` 1, 2, 3, 4. `servicer` is who
    has it, at its end who had it; `code` that of a last message, good for 20 s, "" where none may be sent."""

    change: int
    servicer: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Push):
    """What a member of staff wrote in WeCom's own window."""

    text: str
    servicer: str


class _Common(TypedDict):
    id: str
    appid: str
    to: str
    user: str
    created: int


# An external_userid is 32 letters, digits, - and _; it becomes the key of a conversation.
_NAME = re.compile(r"[!-~]{1,128}")


def read(open_kfid: str, message: KfMessage) -> Push:
    """A message as a push; `user` is "" where it names nobody."""
    user = message.external_userid or message.event.external_userid
    user = user if _NAME.fullmatch(user) else ""
    common: _Common = {
        "id": message.msgid, "appid": open_kfid, "to": open_kfid, "user": user, "created": message.send_time,
    }
    if message.msgtype == "event":
        return _EVENTS.get(message.event.event_type, _noted)(common, message)
    if message.origin == Origin.PERSON:
        return Answered(**common, text=message.text.content, servicer=message.servicer_userid)
    return _MESSAGES.get(message.msgtype, _unshown)(common, message)


Reader = Callable[[_Common, KfMessage], Push]


def _written(common: _Common, message: KfMessage) -> Push:
    if not message.text.content.strip():
        return _unshown(common, message)
    return pushes.Written(**common, text=message.text.content, menu=message.text.menu_id)


def _pointed(common: _Common, message: KfMessage) -> Push:
    """Its name says more than its address where both are there."""
    place = message.location
    if not (abs(place.latitude) <= 90 and abs(place.longitude) <= 180):  # nor NaN
        return _unshown(common, message)
    label = " ".join(dict.fromkeys(filter(None, (place.address, place.name))))
    return pushes.Pointed(**common, lat=place.latitude, long=place.longitude, label=label)


def _linked(common: _Common, message: KfMessage) -> Push:
    link = message.link
    return pushes.Linked(**common, title=link.title, description=link.desc, url=link.url)


def _unshown(common: _Common, message: KfMessage) -> Push:
    return pushes.Unshown(**common, kind=message.msgtype)


def _noted(common: _Common, message: KfMessage) -> Push:
    return pushes.Noted(**common, event=message.event.event_type)


def _opened(common: _Common, message: KfMessage) -> Push:
    event = message.event
    return Opened(**common, source=event.scene_param or event.scene, welcome=event.welcome_code)


def _handed(common: _Common, message: KfMessage) -> Push:
    event = message.event
    servicer = event.new_servicer_userid or event.old_servicer_userid
    return Handed(**common, change=event.change_type, servicer=servicer, code=event.msg_code)


_MESSAGES: dict[str, Reader] = {
    "text": _written,
    "image": lambda common, message: pushes.Pictured(**common, media=message.image.media_id),
    "voice": lambda common, message: pushes.Spoken(**common, media=message.voice.media_id, recognised=""),
    "video": lambda common, message: Attached(**common, media=message.video.media_id),
    "file": lambda common, message: Attached(**common, media=message.file.media_id),
    "location": _pointed,
    "link": _linked,
}
_EVENTS: dict[str, Reader] = {
    "enter_session": _opened,
    "msg_send_fail": lambda common, message: Failed(
        **common, message=message.event.fail_msgid, reason=message.event.fail_type),
    "session_status_change": _handed,
}
