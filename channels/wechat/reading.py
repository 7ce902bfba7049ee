"""From a push's document to a Push: WeChat's words become ours by two tables, with a place for the unknown."""
from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Callable
from typing import TypedDict

from channels.wechat import pushes
from channels.wechat.documents import Tree, text, tree, trees
from channels.wechat.pushes import Push
from channels.wechat.wire import BadCallback

# An openid is 28 of these; the samples of the documentation mask theirs with asterisks.
_NAME = re.compile(r"[0-9A-Za-z_*-]{1,64}")
_MEDIA = re.compile(r"[0-9A-Za-z_-]{1,256}")
_SECONDS = re.compile(r"[0-9]{1,12}")
_LONGEST_ID = 128
# WeChat's own words in place of a content it does not pass on.
_NOT_PASSED_ON = "【收到不支持的消息类型，暂无法显示】"
_SCENE = "qrscene_"  # before the scene of a subscription, not before that of a scan


class _Common(TypedDict):
    id: str
    appid: str
    to: str
    user: str
    created: int


def read(appid: str, document: Tree) -> Push:
    """Raises BadCallback 400 for a document that lacks what every push of its kind has."""
    kind = text(document, "MsgType").lower()
    common = _common(appid, document, kind)
    if kind == "event":
        event = text(document, "Event").lower()
        return _EVENTS.get(event, _noted)(common, document)
    return _MESSAGES.get(kind, _unshown)(common, document)


def _common(appid: str, document: Tree, kind: str) -> _Common:
    created, user, to = (text(document, name) for name in ("CreateTime", "FromUserName", "ToUserName"))
    if not (kind and _SECONDS.fullmatch(created) and _NAME.fullmatch(to)):
        raise BadCallback(400, "MsgType, CreateTime or ToUserName")
    if not _NAME.fullmatch(user) and (user or kind != "event"):
        raise BadCallback(400, "FromUserName")
    return {"id": _id(document, created), "appid": appid, "to": to, "user": user, "created": int(created)}


def _id(document: Tree, created: str) -> str:
    """By which a repeated push is known: MsgId, and for events, which have none, what they say: two receipts of one
    second differ in nothing else."""
    id_ = text(document, "MsgId")
    if not id_:
        key = text(document, "EventKey") or _digest(json.dumps(document, sort_keys=True))
        id_ = f"{created}:{text(document, 'Event')}:{key}"
    return id_ if len(id_) <= _LONGEST_ID else _digest(id_)


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:32]


# --- messages -----------------------------------------------------------------------------------------------

def _written(common: _Common, document: Tree) -> Push:
    said = document.get("Content")
    if not isinstance(said, str) or not said.strip() or said.strip() == _NOT_PASSED_ON:
        return _unshown(common, document)
    return pushes.Written(**common, text=said, menu=text(document, "bizmsgmenuid"))


def _pictured(common: _Common, document: Tree) -> Push:
    media = _media(document)
    return pushes.Pictured(**common, media=media) if media else _unshown(common, document)


def _filmed(common: _Common, document: Tree) -> Push:
    media = _media(document)
    return pushes.Filmed(**common, media=media) if media else _unshown(common, document)


def _spoken(common: _Common, document: Tree) -> Push:
    media, recognised = _media(document), text(document, "Recognition")
    return pushes.Spoken(**common, media=media, recognised=recognised) if media else _unshown(common, document)


def _pointed(common: _Common, document: Tree) -> Push:
    lat, long = _degrees(document, "Location_X", 90), _degrees(document, "Location_Y", 180)
    return pushes.Pointed(**common, lat=lat, long=long, label=text(document, "Label"))


def _linked(common: _Common, document: Tree) -> Push:
    title, description, url = (text(document, name) for name in ("Title", "Description", "Url"))
    return pushes.Linked(**common, title=title, description=description, url=url)


def _unshown(common: _Common, document: Tree) -> Push:
    return pushes.Unshown(**common, kind=text(document, "MsgType").lower())


def _media(document: Tree) -> str:
    """"" where there is none that could be fetched: the oldest accounts' photos had an address only."""
    media = text(document, "MediaId")
    return media if _MEDIA.fullmatch(media) else ""


def _degrees(document: Tree, name: str, most: float) -> float:
    try:
        value = float(text(document, name))
    except ValueError:
        raise BadCallback(400, name) from None
    if not math.isfinite(value) or abs(value) > most:
        raise BadCallback(400, name)
    return value


# --- events -------------------------------------------------------------------------------------------------

def _noted(common: _Common, document: Tree) -> Push:
    return pushes.Noted(**common, event=text(document, "Event").lower())


def _code_scanned(common: _Common, document: Tree) -> Push:
    """scancode_waitmsg: the phone waits for an answer to what it read; scancode_push waits for none."""
    said, item = text(tree(document, "ScanCodeInfo"), "ScanResult"), text(document, "EventKey")
    return pushes.Written(**common, text=said, menu=item) if said else _noted(common, document)


def _template_sent(common: _Common, document: Tree) -> Push:
    return pushes.TemplateSent(**common, message=text(document, "MsgID"), status=text(document, "Status"))


def _subscription_sent(common: _Common, document: Tree) -> Push:
    return pushes.SubscriptionSent(**common, receipts=tuple(
        pushes.Receipt(*(text(one, name) for name in ("TemplateId", "MsgID", "ErrorCode", "ErrorStatus")))
        for one in _listed(document, "SubscribeMsgSentEvent")
    ))


def _consented(below: str, lasting: bool) -> Callable[[_Common, Tree], Push]:
    def reader(common: _Common, document: Tree) -> Push:
        return pushes.Consented(**common, lasting=lasting, answers=tuple(
            pushes.Answer(text(one, "TemplateId"), text(one, "SubscribeStatusString").lower() == "accept")
            for one in _listed(document, below)
        ))
    return reader


def _listed(document: Tree, below: str) -> list[Tree]:
    """XML keeps the list below an element of the event's name, JSON at the root (WxMaMessageTest, WxJava)."""
    return trees(tree(document, below), "List") or trees(document, "List")


def _media_checked(common: _Common, document: Tree) -> Push:
    suggest = text(tree(document, "result"), "suggest")
    return pushes.MediaChecked(**common, trace=text(document, "trace_id"), suggest=suggest)


def _service_moved(common: _Common, document: Tree) -> Push:
    agent = text(document, "KfAccount") or text(document, "ToKfAccount")
    return pushes.ServiceMoved(**common, event=text(document, "Event").lower(), agent=agent)


def _service_news(common: _Common, document: Tree) -> Push:
    return pushes.ServiceNews(**common, token=text(document, "Token"), open_kfid=text(document, "OpenKfId"))


Reader = Callable[[_Common, Tree], Push]

_MESSAGES: dict[str, Reader] = {
    "text": _written,
    "image": _pictured,
    "voice": _spoken,
    "video": _filmed,
    "shortvideo": _filmed,
    "location": _pointed,
    "link": _linked,
}
# What is not here is Noted. Among it, known and left alone: view, view_miniprogram, location (where a follower is,
# every five seconds), scancode_push, and pic_sysphoto, pic_photo_or_album, pic_weixin, location_select, each of which
# comes beside the message with the photo or the place itself.
_EVENTS: dict[str, Reader] = {
    "subscribe": lambda common, document: pushes.Followed(
        **common, scene=text(document, "EventKey").removeprefix(_SCENE)),
    "unsubscribe": lambda common, _: pushes.Left(**common),
    "scan": lambda common, document: pushes.Scanned(**common, scene=text(document, "EventKey")),
    "click": lambda common, document: pushes.Clicked(**common, key=text(document, "EventKey")),
    "user_enter_tempsession": lambda common, document: pushes.Entered(**common, source=text(document, "SessionFrom")),
    "scancode_waitmsg": _code_scanned,
    "templatesendjobfinish": _template_sent,
    "subscribe_msg_sent_event": _subscription_sent,
    "subscribe_msg_popup_event": _consented("SubscribeMsgPopupEvent", lasting=False),
    "subscribe_msg_change_event": _consented("SubscribeMsgChangeEvent", lasting=True),
    "wxa_media_check": _media_checked,
    "kf_create_session": _service_moved,
    "kf_close_session": _service_moved,
    "kf_switch_session": _service_moved,
    "kf_msg_or_event": _service_news,
}
