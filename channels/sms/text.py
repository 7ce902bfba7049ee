"""How a text becomes short messages, and octets a text: GSM-7 or UCS-2, segments, the carrier's sign. Pure.

    one message   140 octets: 160 septets of GSM-7, 70 UTF-16 units of UCS-2
    of several    the header takes 6 octets (8-bit reference): 153 septets, 67 units; or 7 (16-bit): 152, 66
[3GPP TS 23.038, TS 23.040 9.2.3.24]. Over SMPP a septet travels in an octet of its own, and is counted as a septet.
In China every message is counted as UCS-2, whatever it holds.
"""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Coding = Literal["gsm7", "ucs2"]
SignMode = Literal["ours", "provider", "none"]

# 3GPP TS 23.038, 6.2.1: the default alphabet in the order of its codes; 0x1B leads to the extension table, 6.2.1.1.
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {0x0A: "\f", 0x14: "^", 0x28: "{", 0x29: "}", 0x2F: "\\", 0x3C: "[", 0x3D: "~", 0x3E: "]", 0x40: "|",
              0x65: "€"}
_ESCAPE = 0x1B
_OCTETS: dict[str, bytes] = {
    **{char: bytes([code]) for code, char in enumerate(_BASIC) if code != _ESCAPE},
    **{char: bytes([_ESCAPE, code]) for code, char in _EXTENSION.items()},
}

SINGLE: dict[Coding, int] = {"gsm7": 160, "ucs2": 70}
PART: dict[Coding, int] = {"gsm7": 153, "ucs2": 67}
PART_WIDE: dict[Coding, int] = {"gsm7": 152, "ucs2": 66}  # beside a 16-bit reference
MOST_PARTS = 255  # the header counts them in one octet

# data_coding of SMPP 3.4, 5.2.19, and CMPP's Msg_Fmt where they differ (15: GB, reserved in SMPP).
_CODECS = {1: "ascii", 3: "latin-1", 5: "iso2022_jp", 6: "iso8859-5", 7: "iso8859-8", 13: "iso2022_jp_ext",
           14: "euc_kr", 15: "gb18030"}
_GSM, _BINARY, _UCS2 = 0, 4, 8
_LONE = re.compile("[\ud800-\udfff]")
_JOINER = "\u200d"
_ATTACHED = frozenset({"Mn", "Mc", "Me"})
_TONES = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_TAGS = range(0xE0020, 0xE0080)


class TooLong(ValueError):
    """More than 255 parts."""


# --- counting and cutting -----------------------------------------------------------------------------------

@dataclass(frozen=True, slots=True)
class Segments:
    """A text as it is sent. `units`: septets or UTF-16 units of the whole, without headers."""

    coding: Coding
    parts: tuple[str, ...]
    units: int


def coding_of(text: str) -> Coding:
    return "gsm7" if all(char in _OCTETS for char in text) else "ucs2"


def units(text: str, coding: Coding) -> int:
    """Septets, `^{}[]\\~|€` and form feed being two; or UTF-16 units, what lies beyond U+FFFF being two."""
    if coding == "gsm7":
        return sum(len(_OCTETS[char]) for char in text)
    return len(text) + sum(char > "\uffff" for char in text)


def segments(text: str, *, wide: bool = False, china: bool = False) -> Segments:
    """Cut between what people see as characters. `wide`: headers with a 16-bit reference; `china`: always UCS-2.

    A single message where it fits into one. A character that is longer than a part (a stack of marks) is cut between
    code points, so that no surrogate pair and no escape is ever split. Raises TooLong.
    """
    text = sendable(text)
    coding: Coding = "ucs2" if china else coding_of(text)
    whole = units(text, coding)
    if whole <= SINGLE[coding]:
        return Segments(coding, (text,), whole)
    parts = tuple(_cut(text, coding, (PART_WIDE if wide else PART)[coding]))
    if len(parts) > MOST_PARTS:
        raise TooLong(f"{len(parts)} parts")
    return Segments(coding, parts, whole)


def sendable(text: str) -> str:
    """Composed, with plain line ends, lone surrogates replaced: what can be encoded at all."""
    return _LONE.sub("\ufffd", unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")))


def _cut(text: str, coding: Coding, room: int) -> Iterator[str]:
    part, used = "", 0
    for cluster in _clusters(text):
        for piece in [cluster] if units(cluster, coding) <= room else cluster:
            size = units(piece, coding)
            if used + size > room:
                yield part
                part, used = "", 0
            part, used = part + piece, used + size
    yield part


def _clusters(text: str) -> Iterator[str]:
    """What is seen as one character: a base with its marks, joined emoji, a flag, a keycap [Unicode UAX 29, short]."""
    cluster = ""
    for char in text:
        if cluster and not _belongs(cluster, char):
            yield cluster
            cluster = ""
        cluster += char
    if cluster:
        yield cluster


def _belongs(cluster: str, char: str) -> bool:
    code = ord(char)
    if char == _JOINER or unicodedata.category(char) in _ATTACHED or code in _TONES or code in _TAGS:
        return True
    if cluster[-1] == _JOINER:
        return code > 0x2000  # emoji and dingbats are joined; words of scripts that use the joiner may part
    return code in _FLAGS and len(cluster) == 1 and ord(cluster) in _FLAGS


# --- octets -------------------------------------------------------------------------------------------------

def encode(text: str, coding: Coding) -> bytes:
    """What goes into short_message: a septet an octet, or UTF-16BE. The text must fit the coding."""
    return b"".join(_OCTETS[char] for char in text) if coding == "gsm7" else text.encode("utf-16-be")


def decode(octets: bytes, data_coding: int) -> str:
    """What a phone sent; never fails, U+FFFD stands for what cannot be read. Join the parts' octets first: carriers
    cut surrogate pairs. 8-bit data (4) is UTF-8 where it reads as that [seen from real gateways]."""
    kind = _kind(data_coding)
    if kind == _GSM:
        return _gsm(octets)
    if kind == _UCS2:
        return octets.decode("utf-16-be", "replace")
    if kind == _BINARY:
        return _utf8(octets)
    return octets.decode(_CODECS[kind], "replace")


def _kind(data_coding: int) -> int:
    """The alphabet alone: message classes (0x10…0x1F, 0xF0…0xFF) and waiting marks (0xC0…0xEF) taken off
    [TS 23.038, 4]."""
    if data_coding in _CODECS or data_coding in (_GSM, _BINARY, _UCS2):
        return data_coding
    group = data_coding >> 4
    if group == 0xF:
        return _BINARY if data_coding & 0x04 else _GSM
    if group == 0xE:
        return _UCS2
    if group < 0x8:
        return {0: _GSM, 1: _BINARY, 2: _UCS2}.get(data_coding >> 2 & 3, _GSM) if group else _BINARY
    return _GSM


def _gsm(octets: bytes) -> str:
    """An escape before a code without extension shows the basic character [TS 23.038, 6.2.1.1]."""
    chars, escaped = [], False
    for octet in octets:
        if escaped:
            chars.append(_EXTENSION.get(octet) or _basic(octet))
            escaped = False
        elif octet == _ESCAPE:
            escaped = True
        else:
            chars.append(_basic(octet))
    return "".join(chars)


def _basic(octet: int) -> str:
    return _BASIC[octet] if octet < len(_BASIC) and octet != _ESCAPE else "\ufffd"


def _utf8(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("latin-1")


# --- the carrier's sign 签名 --------------------------------------------------------------------------------

def signed(text: str, sign: str, mode: SignMode) -> str:
    """As it is handed to the gateway. Mode `ours`: 【sign】 stands in front, once; `provider`: they add it, so ours is
    taken off; `none`: there is none."""
    mark = brackets(sign)
    if not mark:
        return text
    bare = text.strip()
    while bare.startswith(mark) or bare.endswith(mark):
        bare = bare.removeprefix(mark).removesuffix(mark).strip()
    return mark + bare if mode == "ours" else bare


def brackets(sign: str) -> str:
    """【sign】, however it was configured; "" for none."""
    bare = sign.strip("【】[] \t")
    return f"【{bare}】" if bare else ""
