"""Sending: customer-service messages, typing, template messages, subscription messages, media.

Facts: developers.weixin.qq.com, 客服消息, 发送客服输入状态, 模板消息, 订阅消息, 订阅通知,
新增临时素材, 获取临时素材.
"""
from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from simulators.wechat.account import Account
from simulators.wechat.calls import Answer, Blob, Call, Endpoint
from simulators.wechat.citizens import Bubble, Citizen, Way, described
from simulators.wechat.grants import check_data
from simulators.wechat.pushes import Push
from simulators.wechat.refusals import Refusal

TEXT_BYTES = 2048
CLIENT_MSG_ID_LIFE = timedelta(minutes=10)
MEDIA_KINDS = ("image", "voice", "video")
OFFICIAL_KINDS = (
    "text", *MEDIA_KINDS, "music", "news", "mpnews", "mpnewsarticle", "msgmenu", "wxcard", "miniprogrampage",
)
MINI_KINDS = ("text", "image", "link", "miniprogrampage")


# --- customer-service messages ------------------------------------------------------------------------------

def custom_send(call: Call) -> Answer:
    """The order of the checks is ours: first what is wrong with the message, then whether it may go."""
    body, account = call.unescaped, call.account
    if not account.settings.certified:
        raise Refusal(48001)
    citizen, kind = account.find(body.get("touser")), str(body.get("msgtype"))
    if kind not in (MINI_KINDS if account.settings.kind == "mini" else OFFICIAL_KINDS):
        raise Refusal(40008)
    content = check_content(account, kind, body.get(kind), call.now)
    check_reachable(citizen)
    account.windows.spend(citizen.openid, call.now)
    show(citizen, call.now, kind, content, "custom")
    return {"errcode": 0, "errmsg": "ok"}


def check_content(account: Account, kind: str, content: object, now: datetime) -> dict[str, Any]:
    """What stands under the message's type. Raises Refusal 47001, 44004, 45002, 40007."""
    if not isinstance(content, dict):
        raise Refusal(47001)
    if kind == "text":
        _check_text(content.get("content"))
    elif kind == "msgmenu":
        check_menu(content)
    elif kind in MEDIA_KINDS:
        account.media.find(str(content.get("media_id")), now)
    return content


def _check_text(text: object) -> None:
    if not isinstance(text, str) or not text:
        raise Refusal(44004)
    if len(text.encode()) > TEXT_BYTES:
        raise Refusal(45002)


def check_menu(menu: Mapping[str, Any]) -> None:
    """Raises Refusal 47001: an id must be a whole number, as a number or in quotes; every item needs its words."""
    items = menu.get("list")
    if not isinstance(items, list) or not items:
        raise Refusal(47001)
    for item in items:
        if not isinstance(item, dict) or not str(item.get("id")).isdecimal() or not item.get("content"):
            raise Refusal(47001)


def check_reachable(citizen: Citizen) -> None:
    if citizen.refuses_messages:
        raise Refusal(48002)


def show(citizen: Citizen, now: datetime, kind: str, content: Mapping[str, Any], way: Way) -> None:
    text, menu = described(kind, content)
    citizen.see(Bubble(now, "account", kind, text, way, menu, str(content.get("media_id", ""))))


def typing(call: Call) -> Answer:
    """Costs no message, but only somebody who has written can be shown it."""
    body = call.unescaped
    citizen, command = call.account.find(body.get("touser")), body.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise Refusal(45072)
    if not call.account.windows.alive(citizen.openid, call.now):
        raise Refusal(45080)
    if command == "Typing" and citizen.typing:
        raise Refusal(45081)
    citizen.typing = command == "Typing"
    return {"errcode": 0, "errmsg": "ok"}


# --- template and subscription messages ---------------------------------------------------------------------

def template_send(call: Call) -> Answer:
    """To followers only. A client_msg_id is good for 10 minutes: a repeat gets the same msgid, nothing is shown."""
    body, account = call.unescaped, call.account
    citizen = account.find(body.get("touser"))
    _check_template(account.settings.templates, body)
    if not citizen.follows:
        raise Refusal(43004)
    key = citizen.openid, str(body.get("client_msg_id") or account.composer.next_id())
    known, until = account.client_msg_ids.get(key, (0, call.now))
    if call.now < until:
        return {"errcode": 0, "errmsg": "ok", "msgid": known}
    msgid = account.composer.next_id()
    account.client_msg_ids[key] = msgid, call.now + CLIENT_MSG_ID_LIFE
    blocked = citizen.refuses_messages
    if not blocked:
        _show_card(citizen, call.now, body, "template")
    status = "failed:user block" if blocked else "success"
    call.post(_receipt(account, citizen, "TEMPLATESENDJOBFINISH", {"MsgID": msgid, "Status": status}))
    return {"errcode": 0, "errmsg": "ok", "msgid": msgid}


def subscribe_send(call: Call) -> Answer:
    """Both subscribe/send (mini-program) and subscribe/bizsend (official account): one grant, one message.
    Whoever refuses the account's messages gets none; that comes with the event alone, as for template messages."""
    body, account = call.unescaped, call.account
    citizen = account.find(body.get("touser"))
    template = _check_template(account.settings.subscriptions, body)
    account.grants.spend(citizen.openid, template)
    msgid = account.composer.next_id()
    code, status = (43101, "user refuse") if citizen.refuses_messages else (0, "success")
    if not code:
        _show_card(citizen, call.now, body, "subscription")
    sent = {"TemplateId": template, "MsgID": str(msgid), "ErrorCode": code, "ErrorStatus": status}
    call.post(_receipt(account, citizen, "subscribe_msg_sent_event", {"SubscribeMsgSentEvent": {"List": [sent]}}))
    return {"errcode": 0, "errmsg": "ok", **({"msgid": msgid} if account.settings.kind == "mini" else {})}


def _check_template(templates: Mapping[str, tuple[str, ...]], body: Mapping[str, Any]) -> str:
    """The template's id. Raises Refusal 40037, 47001, 47003."""
    template = str(body.get("template_id"))
    if template not in templates:
        raise Refusal(40037)
    data = body.get("data")
    if not isinstance(data, dict):
        raise Refusal(47001)
    check_data(templates[template], data)
    return template


def _show_card(citizen: Citizen, now: datetime, body: Mapping[str, Any], way: Way) -> None:
    lines = [str(entry["value"]) for entry in body["data"].values()]
    citizen.see(Bubble(now, "account", "card", "\n".join(lines), way))


def _receipt(account: Account, citizen: Citizen, name: str, content: Mapping[str, Any]) -> Push:
    return account.composer.event(citizen.openid, name, content)


# --- media --------------------------------------------------------------------------------------------------

def media_upload(call: Call) -> Answer:
    if call.upload is None:
        raise Refusal(41005)
    kind = call.query.get("type", "")
    medium = call.account.media.upload(kind, call.upload.content_type, call.upload.data, call.now)
    return {"type": kind, "media_id": medium.id, "created_at": int((medium.until - timedelta(days=3)).timestamp())}


def media_get(call: Call) -> Answer:
    """A file, or the refusal as JSON with the same status 200. Video comes as JSON with an address, as documented."""
    medium = call.account.media.find(call.query.get("media_id", ""), call.now)
    if medium.kind == "video" and call.account.settings.video_by_url:
        return {"video_url": f"{call.base}/videos/{medium.id}"}
    return Blob(medium.content_type, medium.data, medium.id[:16])


ENDPOINTS = {
    "/cgi-bin/message/custom/send": Endpoint("POST", custom_send),
    "/cgi-bin/message/custom/typing": Endpoint("POST", typing),
    "/cgi-bin/message/template/send": Endpoint("POST", template_send),
    "/cgi-bin/message/subscribe/send": Endpoint("POST", subscribe_send),
    "/cgi-bin/message/subscribe/bizsend": Endpoint("POST", subscribe_send),
    "/cgi-bin/media/upload": Endpoint("POST", media_upload),
    "/cgi-bin/media/get": Endpoint("GET", media_get),
}
