"""Decodes one untrusted picture and draws it anew. A program of its own: stdin → media type, newline, bytes.

It runs in a process with little memory and time, no environment and no secret, because picture decoders are where
hostile files strike. It imports nothing of ours. Its exit status is the verdict (see gateway/pictures.py).
"""
from __future__ import annotations

import io
import resource
import sys
from contextlib import suppress

from PIL import Image, ImageOps

UNREADABLE, TOO_LARGE = 3, 4
MAX_PIXELS = 40_000_000
MAX_SIDE = 4096
MEMORY = 1 << 30
CPU_S = 20
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # of moving ones the first frame


def main() -> int:
    for kind, limit in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_S), (resource.RLIMIT_FSIZE, 0)):
        with suppress(ValueError, OSError):  # macOS has no RLIMIT_AS
            resource.setrlimit(kind, (limit, limit))
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        picture: Image.Image = Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            return TOO_LARGE
        media_type, data = redraw(picture)
    except Image.DecompressionBombError:
        return TOO_LARGE
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError, IndexError, KeyError, OverflowError):
        return UNREADABLE  # what Pillow's decoders are known to raise on broken files
    sys.stdout.buffer.write(media_type.encode() + b"\n" + data)
    return 0


def redraw(picture: Image.Image) -> tuple[str, bytes]:
    """Upright, at most MAX_SIDE, without EXIF, comment, colour profile or whatever stood behind the picture."""
    lossless = picture.format in ("PNG", "GIF")
    upright = ImageOps.exif_transpose(picture)
    see_through = upright.has_transparency_data
    drawn = upright.convert("RGBA" if see_through else "RGB")
    drawn.info.clear()  # Pillow writes a JPEG's comment again
    drawn.thumbnail((MAX_SIDE, MAX_SIDE))
    out = io.BytesIO()
    if lossless or see_through:
        drawn.save(out, "PNG", compress_level=6)
        return "image/png", out.getvalue()
    drawn.save(out, "JPEG", quality=86)
    return "image/jpeg", out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
