"""One video, where the template does not want more."""
from __future__ import annotations

from gateway.fields.base import Words
from gateway.fields.files import Files

TYPE = Files("video", 1, Words("段视频", "video"), Words("段视频", "videos"))
