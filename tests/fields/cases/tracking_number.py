"""47312482 with check digit 9 is the example of UPU S10; 5 and 0 are for 11 and 10. Others made up."""
from __future__ import annotations

from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

SF, EMS = {"carrier": "sf"}, {"carrier": "ems"}

TABLE = Table(
    read=(
        Read("number is SF 1466 0021 9988 1", "SF1466002199881", (), {"carrier": "sf"}),
        Read("我找到了，纸上写的是 1098 7654 32109", "1098765432109"),
        Read("SF1234567890123", "SF1234567890123", (), SF),
        Read("sf 1234 5678 90123", "SF1234567890123", (), SF),
        Read("ＳＦ１２３４５６７８９０１２３", "SF1234567890123", (), SF),
        Read("单号是SF-1234567890123。", "SF1234567890123", (), SF),
        Read("顺丰单号 SF1234567890123", "SF1234567890123", (), SF),
        Read("it's SF1234567890123", "SF1234567890123", (), SF),
        Read("my tracking number is YT1234567890123", "YT1234567890123", (), {"carrier": "yto"}),
        Read("SF12345678", "SF12345678", ("tracking_pattern",), SF),
        Read("RB123456785CN", "RB123456785CN", (), EMS),
        Read("RB123456780CN", "RB123456780CN", ("tracking_check_digit",), EMS),
        Read("JDVC12345678901", "JDVC12345678901", (), {"carrier": "jd"}),
        Read("JT1234567890123", "JT1234567890123", (), {"carrier": "jt"}),
        Read("773012345678901", "773012345678901", (), {}),
        Read("ZTO75320981234", "75320981234", (), {"carrier": "zto"}),
        Read("STO 773012345678901", "773012345678901", (), {"carrier": "sto"}),
        Read("EMS 1012345678901", "1012345678901", (), EMS),
        Read("RB 473 124 829 GB", "RB473124829GB", (), EMS),
        Read("LX000000005CN", "LX000000005CN", (), EMS),
        Read("EE000000080CN", "EE000000080CN", (), EMS),
        Read("yt 1234567890123 and it is late", "YT1234567890123", (), {"carrier": "yto"}),
        Read("DPK123456789012", "DPK123456789012", (), {"carrier": "deppon"}),
        Read("75312345678901", "75312345678901", (), {}),
        Read("SF\u200b12345\u200d67890123", "SF1234567890123", (), SF),
        Read("就是那个，单号75312345678901，你查查", "75312345678901"),
        Read("S F 一二三四五六七八九零一二三", "SF1234567890123", (), SF),
        Read("S F 1234 5678 90123", "SF1234567890123", (), SF),
    ),
    refused=(
        Refused("T RACKING00000000", "tracking_number"),  # a label in pieces
        Refused("1234567", "tracking_number"),
        Refused("A" * 10, "tracking_number"),
        Refused("不记得了", "tracking_number"),
        Refused("SF1234567890123 和 YT1234567890123", "tracking_number"),
        Refused("1" * 31, "tracking_number"),
        Refused("1" * 500, "tracking_number"),
    ),
    found=(
        Found("中通7 5 3 1 2 3 4 5 6 7 8 9 0 1，没动", (Seen("7 5 3 1 2 3 4 5 6 7 8 9 0 1", "75312345678901"),)),
        Found("3 4 5 6 楼都没送到", ()),
        Found("你好，我要投诉顺丰，单号SF1234567890123，从广州", (
            Seen("SF1234567890123", "SF1234567890123", resolved=SF),)),
        Found("my tracking number is sf 1234 5678 90123 and it is late", (
            Seen("sf 1234 5678 90123", "SF1234567890123", resolved=SF),)),
        Found("运单号：75312345678901 三天没动", (Seen("75312345678901", "75312345678901"),)),
        Found("快递SF1234567890123丢了", (Seen("SF1234567890123", "SF1234567890123"),)),
        Found("SF1234567890123和YT1234567890123都没到", (
            Seen("SF1234567890123", "SF1234567890123"), Seen("YT1234567890123", "YT1234567890123"))),
        Found("中通的ZTO75320981234三天没动", (Seen("75320981234", "75320981234", resolved={"carrier": "zto"}),)),
        Found("圆通YT1234567890123", (Seen("YT1234567890123", "YT1234567890123"),)),
        Found("SF-1234-5678-90123 is lost", (Seen("SF-1234-5678-90123", "SF1234567890123", resolved=SF),)),
        Found("registered letter RB123456785CN", (Seen("RB123456785CN", "RB123456785CN", resolved=EMS),)),
        Found("order AB1234567890"),
        Found("京东订单号12345678901234，order number JD1234567890123"),
        Found("单号在哪里看"),
        Found("电话13800138000"),
        Found("xSF1234567890123"),
    ),
    shown=(Shown("SF1234567890123", "SF1234567890123", "SF1234567890123"),),
    checked=(
        Checked("SF1234567890123", "SF1234567890123"),
        Checked(75312345678901, "75312345678901"),
        Checked(False, code="tracking_number"),
    ),
)
