"""gateway/wiring: what a wrong configuration is told, and what follows from a right one."""
from __future__ import annotations

import pytest

from gateway.config import WeChat, WeChatAccount, WeChatKf
from gateway.errors import ConfigError
from gateway.wiring.wechat import known, sources

KEY = "k" * 43
HOTLINE = WeChatAccount("hotline", "wx1", "secret", "token", KEY)
MINI = WeChatAccount("mini", "wx2", "secret", "token", KEY, kind="miniprogram")
SEAT = WeChatKf("seat", "ww1", "secret", "token", KEY, ("wk1", "wk2"))


def test_accounts_and_companies_are_told_apart() -> None:
    accounts, companies = known(WeChat((HOTLINE, MINI), (SEAT,)))
    assert [(one.keys.appid, one.kind) for one in (*accounts, *companies)] == [
        ("wx1", "official"), ("wx2", "miniprogram"), ("ww1", "kf")]


def test_work_orders_tell_the_accounts_apart() -> None:
    assert sources(WeChat((HOTLINE, MINI), (SEAT,))) == {
        "wechat:wx2": "wechat_mini", "wechat:wk1": "wechat_kf", "wechat:wk2": "wechat_kf"}


@pytest.mark.parametrize(("config", "named"), [
    (WeChat((HOTLINE, HOTLINE)), "wx1"),
    (WeChat(kf=(SEAT, WeChatKf("other", "ww2", "secret", "token", KEY, ("wk2",)))), "wk2"),
    (WeChat((WeChatAccount("short", "wx3", "secret", "token", "k" * 42),)), "aes_key"),
    (WeChat((WeChatAccount("none", "wx3", "secret", "token"),)), "aes_key"),
    (WeChat((WeChatAccount("silent", "wx3", "secret", "", KEY),)), "token"),
    (WeChat((WeChatAccount("dotted", "wx.3", "secret", "token", KEY),)), "appid"),
])
def test_a_wrong_account_is_named(config: WeChat, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        known(config)
