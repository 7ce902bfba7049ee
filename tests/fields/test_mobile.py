"""gateway/fields/phone.py `mobile`: which numbers text messages reach, as carriers write them."""
from __future__ import annotations

from gateway.fields.phone import mobile
from tests.tables import table


@table(("written", "number"), [
    ("13800138000", "+8613800138000"), ("8613800138000", "+8613800138000"), ("+86 138 0013 8000", "+8613800138000"),
    ("008613800138000", "+8613800138000"), ("17012345678", "+8617012345678"), ("85291234567", "+85291234567"),
    ("2349067554729", "+2349067554729"), ("+14158675309", "+14158675309"),
])
def test_mobiles_become_e164(written: str, number: str) -> None:
    assert mobile(written) == number


# 12345 would parse to +8612345; 106… and 955… are the numbers that businesses send from.
@table("written", [
    "12345", "+8612345", "10612345", "106980001234", "95588", "10086", "110", "010-83330020", "+861083330020",
    "4001234567",
    "8008101234", "+18005551212", "9001234567", "+449098790000", "1381111****", "13xxxxxxxxx", "CARRIER", "",
    "+", "1" * 40,
])
def test_other_numbers_are_not_sent_to(written: str) -> None:
    assert mobile(written) is None
