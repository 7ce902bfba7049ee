"""Small real pictures, drawn on the spot."""
from __future__ import annotations

from io import BytesIO

from PIL import Image


def jpeg(width: int = 64, height: int = 48) -> bytes:
    """A JPEG of one colour, as a phone would send it but smaller."""
    out = BytesIO()
    Image.new("RGB", (width, height), (200, 40, 40)).save(out, "JPEG")
    return out.getvalue()
