"""What a file is, told from its bytes alone (HOSTILE.md 29, 30)."""
from __future__ import annotations

import pytest

from gateway.errors import Unsupported
from gateway.media import PICTURE, identify
from tests import files
from tests.tables import table


@table(
    ("data", "kind"),
    [
        (files.picture("JPEG"), PICTURE), (files.picture("PNG"), PICTURE), (files.picture("GIF"), PICTURE),
        (files.picture("WEBP"), PICTURE), (files.phone_photo(), PICTURE), (files.moving("GIF", 3), PICTURE),
        (files.PDF, "application/pdf"), (files.MP4, "video/mp4"), (files.AMR, "audio/amr"),
        (files.AMR_WB, "audio/amr"),
    ],
)
def test_what_citizens_send_is_known(data: bytes, kind: str) -> None:
    assert identify(data) == kind


@table(
    ("data", "what"),
    [
        (b"", "nothing"), (b"x", "a byte"), (files.SVG, "svg"), (files.HTML, "html"), (files.archive(), "zip"),
        (b"MZ\x90\x00" + b"\x00" * 60, "exe"), (b"\x7fELF" + b"\x00" * 60, "elf"), (b"#!/bin/sh\nrm -rf /\n", "script"),
        (b"Rar!\x1a\x07\x01\x00" + b"\x00" * 20, "rar"), (b"\x1f\x8b\x08" + b"\x00" * 20, "gzip"),
        (files.HEIC, "heic"), (b"BM" + b"\x00" * 60, "bmp"), (b"just words, no file at all", "text"),
        (files.PDF + files.archive(), "pdf and zip"), (b"<html><script>" + files.PDF, "html before pdf"),
        (files.PDF.replace(b"/Count 0", b"/Count 0/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "pdf that runs"),
        (files.PDF.replace(b"/Count 0", b"/Count 0/AA<</S/Launch>>"), "pdf that launches"),
        (files.PDF.replace(b"endobj\n2", b"<script>alert(1)</script>endobj\n2"), "pdf and html"),
        (files.PDF[:-7], "pdf without an end"), (b"\n" + files.PDF, "pdf with something before"),
        (files.MP4 + files.archive(), "mp4 and zip"), (files.MP4[:-10], "cut mp4"),
        (files.MP4 + b"tail", "mp4 and tail"),
        (files.box(b"ftyp", b"isom\x00\x00\x02\x00"), "mp4 without moov"),
        (files.box(b"ftyp", b"qt  \x00\x00\x02\x00") + files.box(b"moov"), "quicktime"),
        (files.box(b"ftyp", b"isom\x00\x00\x02\x00") + b"\x00\x00\x00\x00moov", "mp4 of endless box"),
        (files.AMR + b"\xff", "amr and tail"), (b"#!AMR\n", "empty amr"), (b"#!AMR\n\xff" * 9, "no amr frames"),
        (files.AMR + files.archive(), "amr and zip"),
    ],
)
def test_everything_else_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(Unsupported):
        identify(data)
