from __future__ import annotations

from gateway.fields.base import Limits
from tests.fields.table import Checked, Found, Read, Refused, Shown, Table

TABLE = Table(
    read=(
        Read("  路灯坏了\n没人修 ", "路灯坏了\n没人修"),
        Read("cafe\u0301", "café"),
        Read("a\u202eb\u200bc\x07d\ud800", "abcd"),
        Read("{{7*7}} <img src=x onerror=alert(1)> %s", "{{7*7}} <img src=x onerror=alert(1)> %s"),
        Read("全角　ＡＢＣ", "全角　ＡＢＣ"),
        Read("AB-12", "AB-12", limits=Limits(pattern=r"[A-Z]{2}-\d+")),
    ),
    refused=(
        Refused("", "empty"),
        Refused(" \u200b\u202e ", "empty"),
        Refused("太短", "too_short", {"min": "10"}, Limits(min_length=10)),
        Refused("x" * 61, "too_long", {"max": "60"}, Limits(max_length=60)),
        Refused("x" * 2001, "too_long", {"max": "2000"}),
        Refused("12-AB", "pattern", limits=Limits(pattern=r"[A-Z]{2}-\d+")),
    ),
    found=(Found("free text is asked, never found"),),
    shown=(Shown("{{7*7}}", "{{7*7}}", "{{7*7}}"),),
    checked=(Checked("x", "x"), Checked(12, "12"), Checked(True, code="text"), Checked(["x"], code="text")),
)
