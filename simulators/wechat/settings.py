"""What an operator has set in WeChat's back office for one account: ids, secrets, mode, callback, templates, menu."""
from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

Kind = Literal["official", "mini", "kf"]
Mode = Literal["plain", "compatible", "safe"]
Format = Literal["xml", "json"]

# Caps of a day by path. Source: developers.weixin.qq.com, 接口调用频次限制.
DAILY_CAPS: Mapping[str, int] = {
    "/cgi-bin/token": 2_000,
    "/cgi-bin/stable_token": 2_000,
    "/cgi-bin/message/custom/send": 500_000,
    "/cgi-bin/message/template/send": 100_000,
    "/cgi-bin/media/upload": 100_000,
    "/cgi-bin/media/get": 200_000,
}


@dataclass(frozen=True)
class AccountSettings:
    """One account. `appid` is the corpid for kf; `aes_key` has 43 characters; templates map ids to their keys."""

    name: str
    kind: Kind
    appid: str
    secret: str
    token: str
    aes_key: str
    callback: str = ""
    original_id: str = ""                    # ToUserName of a push: gh_…, for kf the corpid
    mode: Mode = "safe"
    format: Format = "xml"
    certified: bool = True                   # 微信认证; without it no custom/send (48001) and no msgmenu (40200)
    templates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)         # 模板消息
    subscriptions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)     # 订阅消息, 订阅通知
    long_term: tuple[str, ...] = ()          # those of them that are allowed once for all messages (长期订阅)
    menu: Mapping[str, str] = field(default_factory=dict)      # EventKey → label
    open_kfids: tuple[str, ...] = ()
    video_by_url: bool = True                # media/get names an address for a video instead of the file; not for kf
    caps: Mapping[str, int] = field(default_factory=lambda: DAILY_CAPS)


MENU = {"complain": "我要投诉", "progress": "查进度", "english": "English"}
TEMPLATES = {"template-closure": ("first", "keyword1", "keyword2", "remark")}
SUBSCRIPTIONS = {
    "one-time-progress": ("thing1", "character_string2", "phrase3", "time4"),
    "long-term-closure": ("thing1", "character_string2", "thing3"),
}
LONG_TERM = ("long-term-closure",)
# What each of these keys says, in the words of the gateway's configuration.
FACTS = {
    "first": "hint", "keyword1": "number", "keyword2": "status", "remark": "title", "thing1": "title",
    "character_string2": "number", "thing3": "hint", "phrase3": "status", "time4": "time",
}


# Where each kind stands in the gateway's configuration.
TABLES: Mapping[Kind, str] = {"official": "official", "mini": "miniprogram", "kf": "kf"}


def official(name: str, callback: str = "", *, mode: Mode = "safe", format: Format = "xml") -> AccountSettings:
    """A certified service account (服务号) with a menu, a template and two subscriptions."""
    account = _account(name, "official", callback)
    return replace(account, mode=mode, format=format, templates=TEMPLATES, subscriptions=SUBSCRIPTIONS,
                   long_term=LONG_TERM, menu=MENU)


def mini(name: str, callback: str = "", *, mode: Mode = "safe", format: Format = "json") -> AccountSettings:
    """A mini-program, whose messages WeChat pushes as JSON or XML as its owner chose."""
    return replace(_account(name, "mini", callback), mode=mode, format=format, subscriptions=SUBSCRIPTIONS,
                   long_term=LONG_TERM)


def kf(name: str, callback: str = "", *, open_kfids: tuple[str, ...] = ("wk-12345",)) -> AccountSettings:
    """WeChat customer service (微信客服) of a WeCom corporation; WeCom knows only the encrypted mode."""
    account = _account(name, "kf", callback)
    return replace(account, original_id=account.appid, open_kfids=open_kfids, video_by_url=False)


def _account(name: str, kind: Kind, callback: str) -> AccountSettings:
    """Every id and secret in the platform's own form, made from the name and the same at every start."""
    def made(purpose: str) -> str:
        return hashlib.sha256(f"{kind}/{name}/{purpose}".encode()).hexdigest()

    aes_key = base64.b64encode(bytes.fromhex(made("aes")), altchars=b"xy").decode().rstrip("=")
    prefix = "ww" if kind == "kf" else "wx"
    return AccountSettings(
        name, kind, appid=prefix + made("id")[:16], secret=made("secret")[:32], token=made("token")[:24],
        aes_key=aes_key, callback=callback, original_id="gh_" + made("original")[:12],
    )


def configuration(accounts: Sequence[AccountSettings], port: int) -> str:
    """The gateway's TOML for these accounts, played on `port`."""
    return "\n".join(_table(account, port) for account in accounts)


def _table(account: AccountSettings, port: int) -> str:
    table, identity = TABLES[account.kind], "corpid" if account.kind == "kf" else "appid"
    seats = (f"open_kfids = {json.dumps(account.open_kfids)}",) if account.kind == "kf" else ()
    return "\n".join((
        f"[[wechat.{table}]]", f'name = "{account.name}"', f'{identity} = "{account.appid}"',
        f'secret = "{account.secret}"', f'token = "{account.token}"', f'aes_keys = ["{account.aes_key}"]', *seats,
        f'api_base = "http://127.0.0.1:{port}"', *_mode(account), *_menu(account), *_notices(account), "",
    ))


def _mode(account: AccountSettings) -> list[str]:
    return [] if account.kind == "kf" else [f'mode = "{account.mode}"']


def _menu(account: AccountSettings) -> list[str]:
    entries = ", ".join(f"{key} = {json.dumps(label, ensure_ascii=False)}" for key, label in account.menu.items())
    return [f"menu = {{ {entries} }}"] if entries else []


def _notices(account: AccountSettings) -> list[str]:
    """A table for each template; what its keys are for follows from their kind."""
    known = [(template, "template", keys) for template, keys in account.templates.items()] + [
        (template, "lasting" if template in account.long_term else "once", keys)
        for template, keys in account.subscriptions.items()
    ]
    lines: list[str] = []
    for template, way, keys in known:
        values = ", ".join(f'{key} = "{FACTS[key]}"' for key in keys)
        lines += ["", f"[[wechat.{TABLES[account.kind]}.notices]]", f'template = "{template}"', f'way = "{way}"',
                  f"values = {{ {values} }}"]
    return lines
