"""What a file is, told from its bytes alone. Names and declared types are never believed.

Pictures are drawn anew afterwards. PDF, MP4 and AMR are kept as they are, so they are walked from the first byte to
the last: what stands before, behind or between the parts their formats know makes a file of two kinds, refused.
"""
from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import puremagic

from gateway.errors import Unsupported

PICTURE = "image"

_PICTURES = {".jpg", ".jpeg", ".jfif", ".png", ".gif", ".webp"}
_MP4_BRANDS = {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"3gp4", b"3gp5"}
# 3GPP TS 26.101 table A.1b and 26.201: bytes of an AMR frame behind its header byte, by frame type
_AMR = (12, 13, 15, 17, 19, 20, 26, 31, 5, 0, 0, 0, 0, 0, 0, 0)
_AMR_WB = (17, 23, 32, 36, 40, 46, 50, 58, 60, 5, 0, 0, 0, 0, 0, 0)
# A PDF that runs, launches or carries something; 32000-1:2008, 7.11.4, 12.6.4, 13.6
_ACTIVE_PDF = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
_MARKUP = (b"<html", b"<script", b"<svg", b"<!doctype html")


def identify(data: bytes) -> str:
    """`image` (to be drawn anew), `application/pdf`, `video/mp4` or `audio/amr`. Raises Unsupported."""
    extensions = _named(data)
    if extensions & _PICTURES:
        return PICTURE
    for media_type, (names, is_whole) in _KEPT.items():
        if (not names or extensions & names) and is_whole(data) and not _two_kinds(data):
            return media_type
    raise Unsupported("photos, PDF, MP4 and AMR can be sent")


def _named(data: bytes) -> set[str]:
    try:
        return {found.extension for found in puremagic.magic_string(data)}
    except (puremagic.PureError, ValueError):
        return set()


def _two_kinds(data: bytes) -> bool:
    return zipfile.is_zipfile(io.BytesIO(data)) or any(mark in data[:4096].lower() for mark in _MARKUP)


def _is_pdf(data: bytes) -> bool:
    return data.startswith(b"%PDF-") and b"%%EOF" in data[-1024:] and not any(mark in data for mark in _ACTIVE_PDF)


def _is_mp4(data: bytes) -> bool:
    """ISO/IEC 14496-12, 4.2: boxes of (32-bit size, type), `ftyp` first and `moov` among them, up to the last byte."""
    if data[4:8] != b"ftyp" or data[8:12] not in _MP4_BRANDS:
        return False
    at, kinds = 0, set[bytes]()
    while at < len(data):
        size, kind = int.from_bytes(data[at:at + 4], "big"), data[at + 4:at + 8]
        if size == 1:
            size = int.from_bytes(data[at + 8:at + 16], "big")
        if size < 8 or not kind.isascii() or at + size > len(data):
            return False
        kinds.add(kind)
        at += size
    return b"moov" in kinds


def _is_amr(data: bytes) -> bool:
    """RFC 4867, 5.1: a magic line, then frames whose header byte tells their length."""
    for magic, lengths in ((b"#!AMR-WB\n", _AMR_WB), (b"#!AMR\n", _AMR)):
        if data.startswith(magic):
            return _walk_frames(data, len(magic), lengths)
    return False


def _walk_frames(data: bytes, at: int, lengths: tuple[int, ...]) -> bool:
    start = at
    while at < len(data):
        if data[at] & 0x83:  # padding bits are zero
            return False
        at += 1 + lengths[data[at] >> 3 & 0xF]
    return at == len(data) > start


_KEPT: dict[str, tuple[set[str], Callable[[bytes], bool]]] = {
    "application/pdf": ({".pdf"}, _is_pdf),
    "video/mp4": (set(), _is_mp4),
    "audio/amr": ({".amr"}, _is_amr),
}
