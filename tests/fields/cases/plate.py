"""Shapes of GA 36-2018; the serials are made up."""
from __future__ import annotations

from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

PROVINCE, SHAPE = ("plate_province",), ("plate_shape",)

TABLE = Table(
    read=(
        Read("粤A12345", "粤A12345"),
        Read("粤a12345", "粤A12345"),
        Read("粤Ａ１２３４５", "粤A12345"),
        Read("粵A12345", "粤A12345"),
        Read("粤A·12345", "粤A12345"),
        Read("粤 A-123.45", "粤A12345"),
        Read("粤AO1I45", "粤A01145"),
        Read("粤O12345", "粤O12345"),
        Read("粤AD12345", "粤AD12345"),
        Read("粤AF1234A", "粤AF1234A", SHAPE),
        Read("沪A12345D", "沪A12345D"),
        Read("京A0006警", "京A0006警"),
        Read("粤E1234学", "粤E1234学"),
        Read("粤E1234掛", "粤E1234挂"),
        Read("粤Z1234港", "粤Z1234港"),
        Read("粤ZF023澳", "粤ZF023澳"),
        Read("沪A·0023领", "沪A0023领"),
        Read("使133·001", "使133001"),
        Read("224009使", "224009使"),
        Read("WJ粤1234X", "WJ粤1234X"),
        Read("民航A1234", "民航A1234"),
        Read("车牌号是粤A12345", "粤A12345"),
        Read("yue A12345", "粤A12345"),
        Read("Guangdong A12345", "粤A12345"),
        Read("广东A12345", "粤A12345"),
        Read("the plate is 粤A12345, a white van", "粤A12345"),
        Read("A12345", "A12345", PROVINCE),
        Read("a 12345", "A12345", PROVINCE),
        Read("粤A1234", "粤A1234", SHAPE),
    ),
    refused=(
        Refused("粤A", "plate"),
        Refused("没看清", "plate"),
        Refused("", "plate"),
        Refused("ABCDEF", "plate"),
        Refused("粤A12345和粤B12345", "plate"),
        Refused("粤A12345" * 20, "plate"),
    ),
    found=(
        Found("一辆粤A12345的货车违停", (Seen("粤A12345", "粤A12345"),)),
        Found("粤AD12345和粤b·1234学都停在人行道", (Seen("粤AD12345", "粤AD12345"), Seen("粤b·1234学", "粤B1234学"))),
        Found("粤A12345警察来了也不管", (Seen("粤A12345", "粤A12345"),)),
        Found("车牌A12345，闯红灯", (Seen("A12345", "A12345", warnings=PROVINCE),)),
        Found("a taxi, plate number Yue A12345, refused me", (Seen("Yue A12345", "粤A12345"),)),
        Found("licence plate A12345 ran the red light", (Seen("A12345", "A12345", warnings=PROVINCE),)),
        Found("使133001停在门口", (Seen("使133001", "使133001"),)),
        Found("编号A12345，云A股公司，新ABCDE大厦，单号SF1234567890123"),
        Found("we used plates 12345 times, Xin Ada Books"),
    ),
    shown=(Shown("粤A12345", "粤A12345", "粤A12345"),),
    checked=(
        Checked("粤a12345", "粤A12345"),
        Checked(True, code="plate"),
        Checked(["粤A12345"], code="plate"),
    ),
)
