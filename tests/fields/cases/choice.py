from __future__ import annotations

from gateway.fields.base import Option, Words
from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

OPTIONS = (
    Option("delay", Words("延误", "Delay"), ("一直没动", "没到", "late", "not arrived")),
    Option("lost", Words("丢失", "Lost"), ("丢了", "不见了", "missing")),
    Option("pleased", Words("满意", "Satisfied")),
    Option("sto", Words("申通", "STO Express"), ("STO",)),
    Option("other", Words("其他", "Other"), ("别的",)),
)

TABLE = Table(
    read=(
        Read("延误", "delay"),
        Read("Delay", "delay"),
        Read("delay", "delay"),
        Read(" 延误！", "delay"),
        Read("延誤", "delay"),
        Read("1", "delay"),
        Read("２", "lost"),
        Read("第一个", "delay"),
        Read("第2个", "lost"),
        Read("选1", "delay"),
        Read("二", "lost"),
        Read("first", "delay"),
        Read("the second one", "lost"),
        Read("option 3", "pleased"),
        Read("two", "lost"),
        Read("A", "delay"),
        Read("b", "lost"),
        Read("1、", "delay"),
        Read("快递丢了，气死我", "lost"),
        Read("it is missing I think", "lost"),
        Read("sto", "sto"),
        Read("其他", "other"),
        Read("其他：快递员骂人", "other", resolved={"words": "快递员骂人"}),
        Read("other (rude driver)", "other", resolved={"words": "rude driver"}),
        Read("5", "other"),
    ),
    refused=(
        Refused("不知道", "choice"),
        Refused("9", "choice"),
        Refused("0", "choice"),
        Refused("", "choice"),
        Refused("不满意", "choice"),
        Refused("not satisfied", "choice"),
        Refused("没有丢失", "choice"),
        Refused("stopped", "choice"),
        Refused("延误还丢了", "choice_several"),
        Refused("📦", "choice"),
        Refused("z", "choice"),
    ),
    found=(
        Found("圆通的件一直没动，后来丢了", (Seen("一直没动", "delay"), Seen("丢了", "lost"))),
        Found("My parcel is LATE", (Seen("LATE", "delay"),)),
        Found("STO快递", (Seen("STO", "sto"),)),
        Found("they stopped, no custom, lately"),
        Found("我不满意，也没有丢失，其他都好"),
        Found("it isn't lost and not very late"),
        Found("包裹不見了", (Seen("不見了", "lost"),)),
    ),
    shown=(Shown("delay", "延误", "Delay"), Shown("gone", "gone", "gone")),
    checked=(
        Checked("delay", "delay"),
        Checked("延误", "delay"),
        Checked(2, "lost"),
        Checked("nothing", code="choice"),
        Checked(True, code="choice"),
        Checked(["delay"], code="choice"),
    ),
    options=OPTIONS,
)
