"""Letters and lengths as the issuing authorities use them; the digits are made up."""
from __future__ import annotations

from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

SHAPE = ("passport_shape",)

TABLE = Table(
    read=(
        Read("E12345678", "E12345678"),
        Read("ea1234567", "EA1234567"),
        Read("Ｇ１２３４５６７８", "G12345678"),
        Read("PE 1234567", "PE1234567"),
        Read("P.1234567", "P1234567"),
        Read("KJ0123456", "KJ0123456"),
        Read("MA0123456", "MA0123456"),
        Read("141234567", "141234567"),
        Read("护照号码是EJ1234567", "EJ1234567"),
        Read("my passport number is 123456789", "123456789"),
        Read("C01X00T47", "C01X00T47"),
        Read("123456", "123456"),
        Read("AB12345", "AB12345"),
        Read("it is passport no. M1234567, thanks", "M1234567"),
        Read("my passport EA1234567 expired", "EA1234567"),
        Read("12345", "12345", SHAPE),
        Read("X1234567890", "X1234567890", SHAPE),
    ),
    refused=(
        Refused("1234", "passport"),
        Refused("ABCDEFGH", "passport"),
        Refused("1" * 16, "passport"),
        Refused("不方便说", "passport"),
        Refused("", "passport"),
        Refused("E12345678" * 20, "passport"),
    ),
    found=(
        Found("护照E12345678，签证下周到期", (Seen("E12345678", "E12345678"),)),
        Found("my passport number is EA1234567 and my visa expires soon", (Seen("EA1234567", "EA1234567"),)),
        Found("passport AB 123456", (Seen("AB 123456", "AB123456"),)),
        Found("订单E12345678，护照丢了"),
        Found("I lost my passport on 5 May"),
    ),
    shown=(Shown("E12345678", "E12345678", "E12345678"),),
    checked=(
        Checked("e12345678", "E12345678"),
        Checked(123456789, "123456789"),
        Checked(True, code="passport"),
        Checked(["E12345678"], code="passport"),
    ),
)
