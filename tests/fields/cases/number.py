from __future__ import annotations

from gateway.fields.base import Limits
from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

DECIBELS = Limits(min=20, max=150)

TABLE = Table(
    read=(
        Read("70", 70),
        Read("７０分贝", 70, limits=DECIBELS),
        Read("about 65 dB", 65),
        Read("大概三十户左右", 30),
        Read("65.5", 65.5),
        Read("12层", 12),
        Read("-3", -3),
        Read("十二户", 12),
        Read("大概十几户", 10),
        Read("a dozen", 12),
        Read("twelve", 12),
        Read("one hundred and twenty", 120),
        Read("2 thousand", 2000),
        Read("还有12次没上", 12),
        Read("around 12 or so", 12),
        Read("就我自己", 1),
        Read("just me", 1),
        Read("我和我妈两个", 2),
        Read("both of us", 2),
        Read("一个都没有", 0),
        Read("一家三口都拉肚子", 3),
    ),
    refused=(
        Refused("很吵", "number"),
        Refused("一节都没上", "number"),
        Refused("not a single lesson", "number"),
        Refused("9层24户，同意的有16户", "number"),
        Refused("", "number"),
        Refused("70到80", "number"),
        Refused("10", "number_low", {"min": "20"}, DECIBELS),
        Refused("200", "number_high", {"max": "150"}, DECIBELS),
        Refused("7" * 41, "number"),
    ),
    found=(
        Found("测了有70分贝", (Seen("70", 70),)),
        Found("3个月没发工资 一共8个人", (Seen("8", 8),)),
        Found("waiting for 3 months", ()),
        Found("it reads 65.5 decibels", (Seen("65.5", 65.5),)),
        Found("影响三十户", (Seen("三十", 30),)),
        Found("影响了，12户人家，十几户", (Seen("12", 12), Seen("十", 10))),
        Found("about two dozen flats", (Seen("two dozen", 24),)),
        Found("测了有170分贝", limits=DECIBELS),
        Found("138 0013 8000，2026-11-20，22:00，3月5号，300元，SF1234567890123"),
        Found("第一次去一个人"),
    ),
    shown=(Shown(70, "70", "70"), Shown(65.5, "65.5", "65.5")),
    checked=(Checked(70, 70), Checked("七十", 70), Checked(65.5, 65.5), Checked(True, code="number")),
)
