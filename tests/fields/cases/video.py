from __future__ import annotations

from gateway.fields.base import Limits
from tests.fields.table import Checked, Found, Refused, Shown, Table

ONE, TWO = "0" * 32, "1" * 32

TABLE = Table(
    refused=(Refused("video.mp4", "video"),),
    found=(Found(f"see the video {ONE}"),),
    shown=(Shown([ONE], "1 段视频", "1 video"), Shown([ONE, TWO], "2 段视频", "2 videos")),
    checked=(
        Checked([ONE], [ONE]),
        Checked([ONE, TWO], code="too_many"),
        Checked([ONE, TWO], [ONE, TWO], limits=Limits(max_items=2)),
        Checked([], code="video"),
    ),
)
