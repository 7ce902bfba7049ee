"""Lengths as utilities and funds use them; the digits are made up."""
from __future__ import annotations

from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

SHAPE = ("account_number_shape",)

TABLE = Table(
    read=(
        Read("0312345678", "0312345678"),
        Read("０３１２３４５６７８", "0312345678"),
        Read("0312 3456 78", "0312345678"),
        Read("户号是0312345678", "0312345678"),
        Read("my account number: 0312-3456-78", "0312345678"),
        Read("电费户号0312345678，你查查", "0312345678"),
        Read("123456", "123456"),
        Read("1" * 20, "1" * 20),
        Read("12345", "12345", SHAPE),
        Read("GZ1234567", "GZ1234567", SHAPE),
        Read("1" * 21, "1" * 21, SHAPE),
    ),
    refused=(
        Refused("找不到", "account_number"),
        Refused("ABCDEF", "account_number"),
        Refused("1", "account_number"),
        Refused("", "account_number"),
        Refused("1" * 31, "account_number"),
        Refused("1" * 200, "account_number"),
    ),
    found=(
        Found("水费户号 0312345678 多扣了三百", (Seen("0312345678", "0312345678"),)),
        Found("customer number 031234567890, wrong bill", (Seen("031234567890", "031234567890"),)),
        Found("电话13800138000，单号75312345678901，户号在哪里看"),
    ),
    shown=(Shown("0312345678", "0312345678", "0312345678"),),
    checked=(
        Checked("0312 345678", "0312345678"),
        Checked(312345678, "312345678"),
        Checked(True, code="account_number"),
        Checked(["0312345678"], code="account_number"),
    ),
)
