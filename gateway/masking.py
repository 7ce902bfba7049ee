"""The one place where personal data is masked: for logs, lists, transcripts and anything else that leaves a case.

Pure and linear. Masking too much is the smaller mistake here; our own work order numbers stay readable.
"""
from __future__ import annotations

import re
from collections.abc import Callable

STAR = "*"
TEXT_CAP = 20_000  # longer texts are cut: nobody reads them in a log or list

# An identifier never continues a run of ASCII letters or digits; a star says that it was masked before.
_START, _END = r"(?<![0-9A-Za-z*])", r"(?![0-9A-Za-z*])"
_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新港澳使领"


def keep_ends(text: str, head: int, tail: int) -> str:
    """`keep_ends("13812345678", 3, 4)` → `138****5678`; short texts vanish whole."""
    hidden = len(text) - head - tail
    if hidden < 2:
        return STAR * len(text)
    return text[:head] + STAR * hidden + text[len(text) - tail:]


def mask_phone(phone: str) -> str:
    """Numbers of 11 digits and more keep operator and last four, shorter ones the last two; separators stay."""
    digits = [place for place, character in enumerate(phone) if character.isdigit()]
    hidden = set(digits[-8:-4] if len(digits) >= 11 else digits[:-2])
    return "".join(STAR if place in hidden else character for place, character in enumerate(phone))


def mask_id(number: str) -> str:
    """Resident ids and passports: the birth date and the sequence disappear."""
    return keep_ends(number, 3, 2)


def mask_number(number: str) -> str:
    """Tracking, order, account and card numbers: the last four tell two apart."""
    head = 2 if number.isascii() and number[:2].isalpha() else 0
    return keep_ends(number, head, 4)


def mask_plate(plate: str) -> str:
    """Province and city letter stay: 粤A****5."""
    return keep_ends(plate, 2, 1)


def mask_email(address: str) -> str:
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}***@{domain}"


def mask_name(name: str) -> str:
    """张三丰 → 张**, Ann Lee → A** L**."""
    return " ".join(word[:1] + STAR * (len(word) - 1) if len(word) > 1 else STAR for word in name.split())


def mask_address(address: str) -> str:
    """Keeps district and street, hides house, unit and room: everything from the first number on."""
    return _HOUSE.sub("**", address)


_HOUSE = re.compile(r"[0-9０-９一二三四五六七八九十甲乙丙丁A-Za-z\-#]+(?=号|栋|幢|座|楼|单元|室|房|层|弄|$)")

# Tried in this order at every place of the text. The first row is what must stay readable.
_TABLE: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("work_order", r"WO-\d{8}-[0-9A-Z]{10}", str),
    ("signature", r"signature(?:=|%3[Dd])[0-9A-Za-z%_\-]+", lambda found: f"signature={STAR * 3}"),  # of an address
    ("email", r"[A-Za-z0-9._%+\-]{1,64}@[A-Za-z0-9\-]{1,63}(?:\.[A-Za-z0-9\-]{1,63}){1,5}", mask_email),
    ("resident", r"[1-9]\d{5}(?:18|19|20)\d{2}[01]\d[0-3]\d{4}[\dXx]", mask_id),
    ("mobile", r"(?:(?:\+|00)?86[\- ]?)?[1１][3-9３-９]\d[\- ]?\d{4}[\- ]?\d{4}", mask_phone),
    ("foreign", r"\+\d{1,3}(?:[\- ]?\d{2,5}){3,6}", mask_phone),
    ("landline", r"(?:\(0\d{2,3}\)|0\d{2,3})[\- ]?\d{7,8}(?:\-\d{1,6})?", mask_phone),
    ("plate", rf"[{_PROVINCES}][A-Z][·\- ]?[A-Z0-9]{{5,6}}", mask_plate),
    ("passport", r"[A-Z]{1,2}\d{7,8}", mask_id),
    ("number", r"[A-Za-z]{0,4}\d{9,40}", mask_number),
    ("spoken", r"[零〇一二三四五六七八九幺]{7,40}", mask_number),
)
_ANYWHERE = ("signature", "spoken")  # & may be written \u0026 or %26 before the one
_PATTERN = re.compile("|".join(
    rf"(?P<{name}>{pattern if name in _ANYWHERE else _START + pattern + _END})" for name, pattern, _ in _TABLE
))
_MASKS = {name: mask for name, _, mask in _TABLE}


def mask_text(text: str) -> str:
    """Phones, resident ids, plates, passports, e-mail addresses and long numbers inside free text."""
    return _PATTERN.sub(_mask, text[:TEXT_CAP])


def _mask(match: re.Match[str]) -> str:
    return _MASKS[match.lastgroup or "number"](match.group())
