"""channels/sms/text.py: what a text costs, where it is cut, how octets are read.

Beside smsutil 1.1.3 and gsm0338 1.1.0, 6,000 random texts were cut at the same places into the same octets (11/2026).
"""
from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms import text as sms
from channels.sms.text import SignMode, TooLong, coding_of, decode, encode, segments, sendable, signed, units
from tests.tables import table

FAMILY = "👨‍👩‍👧‍👦"


@table(("char", "coding"), [
    *((char, "gsm7") for char in "@£$¥èéùìòÇØøÅåÄÖÑÜäöñüàß¿¡§ΔΦ^{}[]~\\|€\n\f"),
    *((char, "ucs2") for char in "çáíóú“”‘’`中①—…"),
])
def test_what_is_gsm7(char: str, coding: str) -> None:
    assert coding_of(f"ok {char}") == coding


# text, coding, units, messages
@table(("text", "coding", "size", "parts"), [
    ("a" * 160, "gsm7", 160, 1), ("a" * 161, "gsm7", 161, 2), ("a" * 306, "gsm7", 306, 2), ("a" * 307, "gsm7", 307, 3),
    ("€" * 80, "gsm7", 160, 1), ("€" * 81, "gsm7", 162, 2), ("a" * 152 + "€" + "b" * 20, "gsm7", 174, 2),
    ("中" * 70, "ucs2", 70, 1), ("中" * 71, "ucs2", 71, 2), ("中" * 134, "ucs2", 134, 2), ("中" * 135, "ucs2", 135, 3),
    ("😀" * 35, "ucs2", 70, 1), ("😀" * 36, "ucs2", 72, 2), ("a" * 69 + "“", "ucs2", 70, 1), ("", "gsm7", 0, 1),
    ("a" * 70 + "`", "ucs2", 71, 2),
])
def test_what_it_counts(text: str, coding: str, size: int, parts: int) -> None:
    cut = segments(text)
    assert (cut.coding, cut.units, len(cut.parts)) == (coding, size, parts)


@table(("text", "parts"), [("a" * 70, 1), ("a" * 71, 2), ("a" * 134, 2), ("a" * 135, 3)])
def test_in_china_everything_counts_as_ucs2(text: str, parts: int) -> None:
    assert len(segments(text, china=True).parts) == parts


@table(("text", "wide", "first"), [
    ("a" * 152 + "€" + "b" * 20, False, 152),   # never between the escape and its code
    ("a" * 151 + "€" + "b" * 20, True, 151),
    ("中" * 66 + "😀" + "中" * 20, False, 66),     # never inside a surrogate pair
    ("中" * 65 + "😀" + "中" * 20, True, 65),
    ("中" * 66 + "x\u0323\u0302" + "中" * 20, False, 66),  # never between a base and its marks
    ("中" * 64 + "👍🏽" + "中" * 20, False, 64),    # a skin tone stays on its hand
    ("中" * 65 + "1\ufe0f\u20e3" + "中" * 20, False, 65),
    ("中" * 60 + FAMILY + "中" * 20, False, 60),
    ("中" * 64 + "🇨🇳" + "中" * 20, False, 64),
    ("中" * 67 + "中" * 20, False, 67), ("中" * 66 + "中" * 20, True, 66), ("a" * 200, True, 152),
])
def test_where_it_is_cut(text: str, wide: bool, first: int) -> None:
    head, *rest = segments(text, wide=wide).parts
    assert len(head) == first
    assert head + "".join(rest) == text == unicodedata.normalize("NFC", text)


def test_two_flags_are_two_characters() -> None:
    assert [len(part) for part in segments("🇨🇳" * 30).parts] == [32, 28]


def test_a_stack_of_marks_longer_than_a_part_is_cut_between_them() -> None:
    text = "x" + "\u0338" * 200
    cut = segments(text)
    assert "".join(cut.parts) == text
    assert all(len(part) <= 67 for part in cut.parts)


@settings(max_examples=150, deadline=None)
@given(st.text(st.one_of(st.sampled_from("ab€^{}中文😀👍🏽\u0301\u200d\ufe0f"), st.characters()), max_size=400),
       st.booleans(), st.booleans())
def test_nothing_is_lost_and_no_part_is_too_long(text: str, wide: bool, china: bool) -> None:
    cut = segments(text, wide=wide, china=china)
    assert "".join(cut.parts) == sendable(text)
    most = (sms.PART_WIDE if wide else sms.PART)[cut.coding] if len(cut.parts) > 1 else sms.SINGLE[cut.coding]
    assert all(units(part, cut.coding) <= most for part in cut.parts)
    octets = [encode(part, cut.coding) for part in cut.parts]
    data_coding = 0 if cut.coding == "gsm7" else 8
    assert "".join(decode(part, data_coding) for part in octets) == sendable(text), "each part reads alone"


def test_more_than_255_parts_are_refused() -> None:
    with pytest.raises(TooLong):
        segments("中" * 67 * 256)


@table(("octets", "data_coding", "text"), [
    ("1b65", 0, "€"), ("1b3c1b3e", 0, "[]"), ("00", 0, "@"), ("1b41", 0, "A"), ("1b", 0, ""), ("80", 0, "\ufffd"),
    ("6ee1610f", 8, "满意"), ("6ee1610f", 0x18, "满意"), ("6ee1610f", 0xE0, "满意"), ("6ee161", 8, "满\ufffd"),
    ("d83d", 8, "\ufffd"), ("e96e", 3, "én"), ("c2fad2e2", 15, "满意"), ("e6bba1e6848f", 4, "满意"), ("ff41", 4, "ÿA"),
    ("e6bba1e6848f", 0xF4, "满意"), ("1b65", 0xF0, "€"), ("1b65", 0x10, "€"), ("41", 1, "A"), ("41", 0x77, "A"),
    ("", 8, ""), ("41", 0x80, "A"),
])
def test_octets_are_read_by_their_coding(octets: str, data_coding: int, text: str) -> None:
    assert decode(bytes.fromhex(octets), data_coding) == text


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=160), st.integers(0, 255))
def test_reading_never_fails(octets: bytes, data_coding: int) -> None:
    assert isinstance(decode(octets, data_coding), str)


@table(("text", "mode", "sent"), [
    ("您的工单已办结", "ours", "【云海12345】您的工单已办结"),
    ("【云海12345】您的工单已办结", "ours", "【云海12345】您的工单已办结"),
    ("【云海12345】【云海12345】好", "ours", "【云海12345】好"), ("好【云海12345】", "ours", "【云海12345】好"),
    ("您的工单已办结", "provider", "您的工单已办结"), ("【云海12345】您的工单", "provider", "您的工单"),
    ("好", "none", "好"),
    ("【紧急】停水", "ours", "【云海12345】【紧急】停水"),
])
def test_the_sign_stands_there_once(text: str, mode: SignMode, sent: str) -> None:
    for sign in ("云海12345", "【云海12345】"):
        assert signed(text, sign, mode) == sent
    assert signed(text, " ", mode) == text
