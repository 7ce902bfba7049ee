from __future__ import annotations

from gateway.fields.base import Limits
from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

NUMBERS = Limits(pattern=r"[A-Za-z0-9-]{4,12}")

TABLE = Table(
    read=(
        Read("9800000000001", ["9800000000001"]),
        Read("9800000000001、9800000000002，9800000000001", ["9800000000001", "9800000000002"]),
        Read("车号：９８００, 9801 9802", ["9800", "9801", "9802"]),
        Read("numbers are AB12 and ab12; CD34\nEF56", ["AB12", "CD34", "EF56"]),
        Read("9800和9801", ["9800", "9801"]),
        Read("9800000001 9800000002 还有一辆没看清", ["9800000001", "9800000002"], limits=NUMBERS),
        Read("有两辆：9800000001、9800000002", ["9800000001", "9800000002"], limits=NUMBERS),
        Read("9800000001还有9800000002", ["9800000001", "9800000002"], limits=NUMBERS),
    ),
    refused=(
        Refused("", "empty"),
        Refused("、、", "empty"),
        Refused("1 2 3", "too_many", {"max": "2"}, Limits(max_items=2)),
        Refused("x" * 61, "too_long", {"max": "60"}),
        Refused("1 " * 1000, "too_long"),
        Refused("没记编号", "pattern", limits=NUMBERS),
        Refused("ok", "pattern", limits=NUMBERS),
        Refused("9800000001、98", "pattern", limits=NUMBERS),
    ),
    found=(
        Found("车号9800000000001、9800000000002停在路中间", (
            Seen("9800000000001、9800000000002", ["9800000000001", "9800000000002"]),)),
        Found("bike numbers 9800000000001 and 9800000000002", (
            Seen("9800000000001 and 9800000000002", ["9800000000001", "9800000000002"]),)),
        Found("编号是：A9800000001", (Seen("A9800000001", ["A9800000001"]),)),
        Found("车号9800000000001 9800000000002", (Seen("9800000000001 9800000000002", ["9800000000001"]),),
              limits=Limits(max_items=1)),
        Found("编号12345678901234567890", limits=NUMBERS),
        Found("电话13800138000，订单9800000000001"),
    ),
    shown=(Shown(["1", "2"], "1、2", "1, 2"), Shown("1", "1", "1")),
    checked=(
        Checked(["9800", "9801", "9800"], ["9800", "9801"]),
        Checked("9800,9801", ["9800", "9801"]),
        Checked(9800, ["9800"]),
        Checked([], code="empty"),
        Checked(True, code="list"),
        Checked(["9800000001", "ok"], code="pattern", limits=NUMBERS),
    ),
)
