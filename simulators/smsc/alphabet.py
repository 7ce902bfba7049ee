"""What a phone shows of octets and what it makes of text [GSM 03.38, 6.2.1; SMPP 3.4, 5.2.19]."""
from __future__ import annotations

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|",
            0x65: "€"}
ESCAPE = 0x1B
GSM, LATIN, UCS2 = 0, 3, 8


def decode(octets: bytes, coding: int) -> str:
    """Codings a carrier in China uses; what cannot be read shows as U+FFFD, as on a phone."""
    if coding == GSM:
        return _from_gsm(octets)
    return octets.decode("utf-16-be" if coding & 0x0C == UCS2 else "latin-1", "replace")


def encode(text: str, coding: int) -> bytes:
    """Raises UnicodeEncodeError or ValueError when the coding does not have a character."""
    if coding == GSM:
        return b"".join(map(_to_gsm, text))
    return text.encode({UCS2: "utf-16-be", LATIN: "latin-1"}[coding])


def _from_gsm(octets: bytes) -> str:
    shown, escaped = [], False
    for octet in octets:
        if escaped:
            shown.append(EXTENDED.get(octet, "�"))
        elif octet != ESCAPE:
            shown.append(BASIC[octet] if octet < len(BASIC) else "�")
        escaped = not escaped and octet == ESCAPE
    return "".join(shown)


def _to_gsm(character: str) -> bytes:
    for octet, extended in EXTENDED.items():
        if character == extended:
            return bytes((ESCAPE, octet))
    return bytes((BASIC.index(character),))
