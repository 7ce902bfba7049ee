"""Small real files of every kind, drawn or put together on the spot, and hostile ones."""
from __future__ import annotations

import io
import struct
import zipfile
import zlib

from PIL import Image, PngImagePlugin

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
AMR = b"#!AMR\n" + (b"\x3c" + b"\x00" * 31) * 5  # 12.2 kbit/s frames
AMR_WB = b"#!AMR-WB\n" + (b"\x44" + b"\x00" * 60) * 3


def box(kind: bytes, inside: bytes = b"") -> bytes:
    """One box of ISO/IEC 14496-12."""
    return struct.pack(">I4s", 8 + len(inside), kind) + inside


FTYP = box(b"ftyp", b"isom\x00\x00\x02\x00isomiso2mp41")
MP4 = FTYP + box(b"moov", box(b"mvhd", b"\x00" * 100)) + box(b"mdat", b"\x00" * 64)
HEIC = box(b"ftyp", b"heic\x00\x00\x00\x00mif1heic") + box(b"meta", b"\x00" * 16)
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("run.exe", "MZ")
    return out.getvalue()


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), mode: str = "RGB", **more: object) -> bytes:
    """Red on the left, blue on the right; half transparent where the mode can."""
    drawn = Image.new("RGB", size, "red")
    drawn.paste(Image.new("RGB", (size[0] // 2, size[1]), "blue"), (size[0] // 2, 0))
    drawn = drawn.convert(mode)
    if mode == "RGBA":
        drawn.putalpha(120)
    out = io.BytesIO()
    drawn.save(out, kind, **more)
    return out.getvalue()


def phone_photo() -> bytes:
    """A JPEG that lies on its side and tells where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6            # Orientation: turn clockwise
    exif[0x010F] = "SecretPhone"  # Make
    exif.get_ifd(0x8825)[2] = (23.0, 5.0, 47.0)  # GPSLatitude
    return picture(exif=exif.tobytes(), comment=b"taken at home", icc_profile=b"secret profile", quality=90)


def png_with_text() -> bytes:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "taken at home", zip=True)
    return picture("PNG", pnginfo=notes)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(side: int = 50_000) -> bytes:
    """A few kilobytes that would be 2.5 gigapixels."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\x00" * 10_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def moving(kind: str, frames: int) -> bytes:
    pictures = [Image.new("RGB", (16, 16), (n % 256, 0, 0)) for n in range(frames)]
    out = io.BytesIO()
    pictures[0].save(out, kind, save_all=True, append_images=pictures[1:])
    return out.getvalue()
