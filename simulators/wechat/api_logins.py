"""Tokens and people: access tokens, the three logins, user/info, msg_sec_check.

Facts: developers.weixin.qq.com, getAccessToken, getStableAccessToken, code2Session, getPhoneNumber, 网页授权,
获取用户基本信息, msgSecCheck; developer.work.weixin.qq.com, 获取access_token.
"""
from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from simulators.wechat.calls import Answer, Call, Endpoint
from simulators.wechat.refusals import Refusal
from simulators.wechat.tokens import FORCED_A_DAY

WATCHED = "违禁"      # content with this word is flagged by msg_sec_check
LANGUAGE = ""         # no longer told


def token(call: Call) -> Answer:
    _check_owner(call, call.query, "secret", 40125)
    if call.query.get("grant_type") != "client_credential":
        raise Refusal(40002)
    return _token(*call.account.tokens.plain(call.now))


def stable_token(call: Call) -> Answer:
    body = call.body
    _check_owner(call, body, "secret", 40125)
    if body.get("grant_type") != "client_credential":
        raise Refusal(40002)
    force = body.get("force_refresh") is True
    if force:
        call.account.count_call("force_refresh", call.now, FORCED_A_DAY)
    return _token(*call.account.tokens.stable(call.now, force=force))


def corporate_token(call: Call) -> Answer:
    _check_owner(call, call.query, "corpsecret", 40001)
    return _ok(**_token(*call.account.tokens.corporate(call.now)))


def login(call: Call) -> Answer:
    """jscode2session: a mini-program's login."""
    _check_owner(call, call.query, "secret", 40125)
    openid = call.account.codes.redeem("login", call.query.get("js_code", ""), call.now)
    citizen = call.account.find(openid)
    if citizen.risky:
        raise Refusal(40226)
    return {"openid": openid, "session_key": secrets.token_urlsafe(16), "unionid": citizen.unionid}


def web_login(call: Call) -> Answer:
    """oauth2/access_token: a page opened inside WeChat."""
    _check_owner(call, call.query, "secret", 40125)
    openid = call.account.codes.redeem("web", call.query.get("code", ""), call.now)
    citizen = call.account.find(openid)
    more = {"is_snapshotuser": 1} if citizen.snapshot else {"unionid": citizen.unionid}
    return {"access_token": secrets.token_urlsafe(32), "expires_in": 7200, "refresh_token": secrets.token_urlsafe(32),
            "openid": openid, "scope": "snsapi_base", **more}


def phone_number(call: Call) -> Answer:
    openid = call.account.codes.redeem("phone", str(call.body.get("code", "")), call.now)
    phone = call.account.find(openid).phone
    watermark = {"timestamp": int(call.now.timestamp()), "appid": call.account.settings.appid}
    return _ok(phone_info={"phoneNumber": phone, "purePhoneNumber": phone, "countryCode": "86",
                           "watermark": watermark})


def user_info(call: Call) -> Answer:
    citizen = call.account.find(call.query.get("openid"))
    if not citizen.follows:
        return {"subscribe": 0, "openid": citizen.openid, "unionid": citizen.unionid}
    return {"subscribe": 1, "openid": citizen.openid, "unionid": citizen.unionid, "language": LANGUAGE,
            "subscribe_time": int(call.now.timestamp()), "remark": "", "groupid": 0, "tagid_list": [],
            "subscribe_scene": "ADD_SCENE_QR_CODE", "qr_scene": 0, "qr_scene_str": ""}


def security_check(call: Call) -> Answer:
    body = call.unescaped
    if body.get("version") != 2 or body.get("scene") not in (1, 2, 3, 4):
        raise Refusal(47001)
    call.account.find(body.get("openid"))
    risky = WATCHED in str(body.get("content"))
    result = {"suggest": "risky" if risky else "pass", "label": 20001 if risky else 100}
    return _ok(result=result, detail=[], trace_id=secrets.token_hex(16))


def _check_owner(call: Call, said: Mapping[str, Any], name: str, wrong: int) -> None:
    if said.get(name) != call.account.settings.secret:
        raise Refusal(wrong)


def _token(access_token: str, expires_in: int) -> dict[str, Any]:
    return {"access_token": access_token, "expires_in": expires_in}


def _ok(**more: Any) -> dict[str, Any]:
    return {"errcode": 0, "errmsg": "ok", **more}


ENDPOINTS = {
    "/cgi-bin/token": Endpoint("GET", token, "query"),
    "/cgi-bin/stable_token": Endpoint("POST", stable_token, "body"),
    "/cgi-bin/gettoken": Endpoint("GET", corporate_token, "query"),
    "/sns/jscode2session": Endpoint("GET", login, "query"),
    "/sns/oauth2/access_token": Endpoint("GET", web_login, "query"),
    "/cgi-bin/user/info": Endpoint("GET", user_info),
    "/wxa/business/getuserphonenumber": Endpoint("POST", phone_number),
    "/wxa/msg_sec_check": Endpoint("POST", security_check),
}
