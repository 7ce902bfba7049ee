"""WeChat customer service: sync_msg, send_msg, send_msg_on_event, service_state.

Facts: developer.work.weixin.qq.com, 接收消息和事件, 发送消息, 发送欢迎语等事件响应消息, 会话状态.
A msgid must be new for the kf account, "否则接口返回错误"; by which code is not documented, it is 40058 here, as for
a malformed one. Likewise chosen here: a code that is no longer good is 40029.
"""
from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simulators.wechat.account import Account
from simulators.wechat.api_messages import check_content, show
from simulators.wechat.calls import Answer, Call, Endpoint
from simulators.wechat.citizens import Citizen, Way
from simulators.wechat.kf import EVENT
from simulators.wechat.kf_phone import kf_push
from simulators.wechat.refusals import Refusal

MSGID = re.compile(r"[0-9a-zA-Z_-]{0,32}")
KINDS = ("text", "image", "voice", "video", "file", "link", "miniprogram", "msgmenu", "location")
ON_EVENT = ("text", "msgmenu")
ITEMS = 10                    # of a menu
LATER = 5                     # fail_type: the citizen refuses it


def sync_msg(call: Call) -> Answer:
    return {"errcode": 0, "errmsg": "ok", **call.account.kf.page(call.body)}


def send_msg(call: Call) -> Answer:
    """5 messages in 48 hours, in state 0 or 1; a msgid that came before is refused, not shown again."""
    body, account = call.body, call.account
    citizen, open_kfid = account.find(body.get("touser")), str(body.get("open_kfid", ""))
    content = _checked(call, body, KINDS)
    account.kf.check_answerable(open_kfid, citizen.openid)
    msgid = _msgid(account, body)
    account.windows.spend(citizen.openid, call.now)
    account.kf.sent.add(msgid)
    if account.kf.fail_next:
        account.kf.fail_next -= 1
        _fail_later(call, open_kfid, citizen, msgid)
    else:
        _show(citizen, call, content, "kf")
    return _sent(msgid)


def send_msg_on_event(call: Call) -> Answer:
    """The welcome, or the closing words with the rating: by a code, outside the 5 messages."""
    body, account = call.body, call.account
    content = _checked(call, body, ON_EVENT)
    msgid = _msgid(account, body)
    _, user = account.kf.redeem(str(body.get("code", "")))
    _show(account.find(user), call, content, "welcome")
    return _sent(msgid)


def state_get(call: Call) -> Answer:
    session = call.account.kf.session(*_whose(call))
    return {"errcode": 0, "errmsg": "ok", "service_state": session.state, "servicer_userid": session.servicer}


def state_trans(call: Call) -> Answer:
    state, servicer = call.body.get("service_state"), str(call.body.get("servicer_userid", ""))
    if not isinstance(state, int):
        raise Refusal(47001)
    code = call.account.kf.change(*_whose(call), state, servicer)
    return {"errcode": 0, "errmsg": "ok", **({"msg_code": code} if code else {})}


def _whose(call: Call) -> tuple[str, str]:
    body = call.body
    return str(body.get("open_kfid", "")), call.account.find(body.get("external_userid")).openid


def _checked(call: Call, body: Mapping[str, Any], kinds: tuple[str, ...]) -> dict[str, Any]:
    """What stands under the message's type. Raises Refusal 40008 and those of check_content."""
    kind = body.get("msgtype")
    if kind not in kinds:
        raise Refusal(40008)
    content = body.get(kind)
    if kind == "msgmenu" and isinstance(content, dict):
        return {**content, "list": _clicks(content.get("list"))}
    return check_content(call.account, str(kind), content, call.now)


def _clicks(items: Any) -> list[dict[str, Any]]:
    """WeCom's menu wraps an item in its type; only `click` comes back as a message. Ids are text, unlike elsewhere."""
    if not isinstance(items, list) or not items:
        raise Refusal(47001)
    if len(items) > ITEMS:
        raise Refusal(95008)
    clicks = [item["click"] for item in items if isinstance(item, dict) and isinstance(item.get("click"), dict)]
    if not all(isinstance(click.get("id"), str) and click.get("content") for click in clicks):
        raise Refusal(47001)
    return clicks


def _show(citizen: Citizen, call: Call, content: Mapping[str, Any], way: Way) -> None:
    show(citizen, call.now, str(call.body["msgtype"]), content, way)


def _msgid(account: Account, body: Mapping[str, Any]) -> str:
    msgid = str(body.get("msgid") or account.composer.next_id())
    if not MSGID.fullmatch(msgid) or msgid in account.kf.sent:
        raise Refusal(40058)
    return msgid


def _sent(msgid: str) -> Answer:
    return {"errcode": 0, "errmsg": "ok", "msgid": msgid}


def _fail_later(call: Call, open_kfid: str, citizen: Citizen, msgid: str) -> None:
    event = {"event_type": "msg_send_fail", "open_kfid": open_kfid, "external_userid": citizen.openid,
             "fail_msgid": msgid, "fail_type": LATER}
    token = call.account.kf.write(open_kfid, {"origin": EVENT, "msgtype": "event", "event": event})
    call.post(kf_push(call.account, open_kfid, token))


ENDPOINTS = {
    "/cgi-bin/kf/sync_msg": Endpoint("POST", sync_msg),
    "/cgi-bin/kf/send_msg": Endpoint("POST", send_msg),
    "/cgi-bin/kf/send_msg_on_event": Endpoint("POST", send_msg_on_event),
    "/cgi-bin/kf/service_state/get": Endpoint("POST", state_get),
    "/cgi-bin/kf/service_state/trans": Endpoint("POST", state_trans),
}
