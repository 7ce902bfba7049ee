from __future__ import annotations

from gateway.fields.base import Option, Words
from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

ONGOING = (
    Option("yes", Words("还在进行", "Still going on"), ("还在吵", "still noisy")),
    Option("no", Words("已经停了", "It has stopped"), ("不吵了", "停工了")),
)

TABLE = Table(
    read=(
        Read("是", True),
        Read("是的。", True),
        Read("对啊", True),
        Read("嗯嗯", True),
        Read("ＯＫ", True),
        Read("Yes!", True),
        Read("yes, every night", True),
        Read("是的，还在施工", True),
        Read("還在", True),
        Read("不是", False),
        Read("没有", False),
        Read("沒有", False),
        Read("不用了", False),
        Read("No.", False),
        Read("not yet", False),
        Read("没有，昨天停的", False),
        Read("nope", False),
        Read("still noisy", True),
        Read("已经停了", False),
        Read("昨天就停工了呀", False),
        Read("是的 还在施工", True),
        Read("还在继续", True),
        Read("系啊", True),
        Read("唔係", False),
        Read("yes it is", True),
        Read("yep they know", True),
        Read("no it stopped", False),
        Read("1", True),
        Read("2", False),
        Read("此刻没有，晚上才吵", False),
        Read("yes it is, can't you hear it", True),
    ),
    refused=(
        Refused("不知道", "yes_no"),
        Refused("满意", "yes_no"),
        Refused("是不是呢", "yes_no"),
        Refused("maybe", "yes_no"),
        Refused("no idea", "yes_no"),
        Refused("yes and no", "yes_no"),
        Refused("no but yes", "yes_no"),
        Refused("", "yes_no"),
        Refused("对方说不是他们弄的", "yes_no"),
        Refused("是" * 301, "yes_no"),
    ),
    found=(
        Found("工地还在吵", (Seen("还在吵", True),)),
        Found("我是附近居民，不是业主"),
    ),
    shown=(Shown(True, "是", "yes"), Shown(False, "否", "no")),
    checked=(Checked(True, True), Checked("否", False), Checked(1, code="yes_no"), Checked(["是"], code="yes_no")),
    options=ONGOING,
)
