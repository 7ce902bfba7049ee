"""gateway/wiring: what a wrong configuration is told, and what follows from a right one."""
from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from gateway.clock import RandomIds
from gateway.config import Config, Store
from gateway.config_wechat import WeChat, WeChatKf, WeChatMiniprogram, WeChatOfficial
from gateway.delivery import kept
from gateway.errors import ConfigError
from gateway.messages import Inbound
from gateway.passive import PassiveAnswers
from gateway.store.files import FolderBlobs
from gateway.store.limits import Limits
from gateway.store.sqlite import SqliteStore
from gateway.uploads import Uploads
from gateway.wiring.serving import web_settings
from gateway.wiring.wechat import Ground, WeChatParts, known, sources
from tests.channels.web.house import serve
from tests.channels.wechat.house import APPID, TOKEN, House, event, platform
from tests.channels.wechat.house import KEY as AES
from tests.clock import ManualClock

KEY = "k" * 43
HOTLINE = WeChatOfficial("hotline", "wx1", "secret", "token", (KEY,))
MINI = WeChatMiniprogram("mini", "wx2", "secret", "token", (KEY,))
SEAT = WeChatKf("seat", "ww1", "secret", "token", (KEY,), ("wk1", "wk2"))


def test_accounts_and_companies_are_told_apart() -> None:
    accounts, companies = known(WeChat((HOTLINE,), (MINI,), (SEAT,)))
    assert [(one.keys.appid, one.kind) for one in (*accounts, *companies)] == [
        ("wx1", "official"), ("wx2", "miniprogram"), ("ww1", "kf")]


def test_only_the_plain_mode_takes_what_is_not_sealed() -> None:
    modes: tuple[Literal["safe", "compatible", "plain"], ...] = ("safe", "compatible", "plain")
    accounts, _ = known(WeChat(tuple(replace(HOTLINE, appid=mode, mode=mode) for mode in modes)))
    assert [one.plain for one in accounts] == [False, False, True]


def test_work_orders_tell_the_accounts_apart() -> None:
    assert sources(WeChat((HOTLINE,), (MINI,), (SEAT,))) == {
        "wechat:wx2": "wechat_mini", "wechat:wk1": "wechat_kf", "wechat:wk2": "wechat_kf"}


@pytest.mark.parametrize(("config", "named"), [
    (WeChat((HOTLINE, HOTLINE)), "wx1"),
    (WeChat((HOTLINE,), (replace(MINI, appid="wx1"),)), "wx1"),
    (WeChat(kf=(SEAT, WeChatKf("other", "ww2", "secret", "token", (KEY,), ("wk2",)))), "wk2"),
    (WeChat((replace(HOTLINE, aes_keys=(KEY, "k" * 42)),)), "aes_keys"),
    (WeChat((replace(HOTLINE, aes_keys=()),)), "aes_keys"),
    (WeChat((replace(HOTLINE, aes_keys=(), mode="compatible"),)), "aes_keys"),
    (WeChat((replace(HOTLINE, token=""),)), "token"),
    (WeChat((replace(HOTLINE, appid="wx.3"),)), "appid"),
])
def test_a_wrong_account_is_named(config: WeChat, named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        known(config)


async def test_what_a_full_mailbox_of_lane_out_cannot_take_is_not_acknowledged(tmp_path: Path) -> None:
    """A consent or a receipt that was lost would never be told again."""
    clock = ManualClock()
    store = SqliteStore(tmp_path / "wechat.db", clock, RandomIds(), Limits(mailbox_cap=1))
    await store.open()
    answers = PassiveAnswers(partial(kept, store.lanes), clock)
    uploads = Uploads(FolderBlobs(tmp_path / "uploads"), store.records, clock, RandomIds())
    ground = Ground(
        lanes=store.lanes, shared=store.shared, door=store.shared, uploads=uploads, accept=_nobody, answers=answers,
        clock=clock, ids=RandomIds(),
    )
    parts = WeChatParts(WeChat((WeChatOfficial("hotline", APPID, "secret", TOKEN, (AES,)),)), ground)
    house = House(store, clock)
    try:
        async with serve(list(parts.routes()), count=house.refusals.append) as url, platform(house) as wechat:
            house.url = url
            statuses = [(await wechat.push(event("TEMPLATESENDJOBFINISH", MsgID=n, Status="success"))).status
                        for n in (1, 2, 1)]
        assert statuses == [200, 429, 200], "and what is in is known again"
    finally:
        await parts.close()
        await store.close()


async def _nobody(inbound: Inbound) -> Literal["new", "duplicate"]:
    raise AssertionError(f"{inbound.id} says nothing")


def test_a_feed_is_looked_at_more_often_where_hints_can_be_lost() -> None:
    sweeps = [
        web_settings(config, ZoneInfo("Asia/Shanghai"), "http://127.0.0.1:8080", ()).sweep_s
        for config in (Config(), Config(store=Store(url="redis://127.0.0.1:6379")))
    ]
    assert sweeps == [10.0, 1.0]
