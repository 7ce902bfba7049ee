"""Photos alone, at most nine: what one message of WeChat's picture selection holds."""
from __future__ import annotations

from gateway.fields.base import Words
from gateway.fields.files import Files

TYPE = Files("images", 9, Words("张照片", "photo"), Words("张照片", "photos"))
