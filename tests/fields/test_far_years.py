"""Years at the edge of the calendar are no times; they must not end a turn."""
from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway.errors import Unreadable
from gateway.fields.base import Context
from gateway.fields.city import City
from gateway.fields.registry import TYPES
from tests.tables import table

NOW = datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
FAR = (
    "9999年12月31日", "31 Dec 9999", "0001年1月1日", "0000-01-01", "9999-12-31T23:59:59Z", "9999年12月31日晚上到凌晨",
)


@table("name", ["moment", "period"])
@table("text", FAR)
def test_far_years_are_not_read(name: str, text: str, guangzhou: City) -> None:
    ctx = Context(NOW, guangzhou)
    for span in TYPES[name].find(f"工地噪音 {text} 还在吵", ctx):
        assert "9999" not in str(span.reading.value)
    with suppress(Unreadable):
        assert "9999" not in str(TYPES[name].read(text, ctx).value)
