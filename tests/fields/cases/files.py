from __future__ import annotations

from gateway.fields.base import Limits
from tests.fields.table import Checked, Found, Refused, Shown, Table

ONE, TWO = "0" * 32, "1" * 32

TABLE = Table(
    refused=(Refused("photo.jpg", "files"),),
    found=(Found("see the photo 00000000000000000000000000000000"),),
    shown=(
        Shown([ONE], "1 个文件", "1 file"),
        Shown([ONE, TWO], "2 个文件", "2 files"),
        Shown(ONE, "1 个文件", "1 file"),
    ),
    checked=(
        Checked([ONE, TWO, ONE], [ONE, TWO]),
        Checked([], code="files"),
        Checked(ONE, code="files"),
        Checked(["../../etc/passwd"], code="files"),
        Checked([ONE, TWO], code="too_many", limits=Limits(max_items=1)),
    ),
)
