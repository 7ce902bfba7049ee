from __future__ import annotations

from gateway.fields.base import Limits
from tests.fields.table import Checked, Found, Refused, Shown, Table

IDS = [f"{n:032}" for n in range(10)]

TABLE = Table(
    refused=(Refused("photo.jpg", "images"),),
    found=(Found(f"see the photo {IDS[0]}"),),
    shown=(Shown(IDS[:1], "1 张照片", "1 photo"), Shown(IDS[:3], "3 张照片", "3 photos")),
    checked=(
        Checked([*IDS[:9], IDS[0]], IDS[:9]),
        Checked(IDS, code="too_many"),
        Checked(IDS, IDS, limits=Limits(max_items=10)),
        Checked(IDS[0], code="images"),
    ),
)
