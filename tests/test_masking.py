"""gateway/masking.py: what nobody must read in a log or a list, and what must stay readable."""
from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from gateway.masking import (
    keep_ends,
    mask_address,
    mask_email,
    mask_name,
    mask_phone,
    mask_plate,
    mask_text,
)
from tests.tables import table


@table(("text", "masked"), [
    ("我的电话是13812345678谢谢", "我的电话是138****5678谢谢"),
    ("call +8613812345678 please", "call +86138****5678 please"),
    ("138-1234-5678", "138-****-5678"),
    ("电话１３８１２３４５６７８", "电话１３８****５６７８"),
    ("call me on +44 20 7946 0958", "call me on +44 20 **** 0958"),
    ("座机020-83123456转", "座机020-****3456转"),
    ("身份证44010619900307123X", "身份证440*************3X"),
    ("车牌粤A12345和粤AD12345", "车牌粤A****5和粤A*****5"),
    ("护照E12345678", "护照E12****78"),
    ("写信到 someone.else@example.com 。", "写信到 s***@example.com 。"),
    ("单号SF1234567890123没动", "单号SF*********0123没动"),
    ("卡号6222021234567890123", "卡号***************0123"),
    ("幺三八一二三四五六七八", "*******五六七八"),
    ("…/6a1f?expires=1764468000&signature=5f0c6a3b9d2e4817", "…/6a1f?expires=******8000&signature=***"),
    ("\\u0026signature=a6c1f08b7d3e924c\"", "\\u0026signature=***\""),
    ("media_url=…%26signature%3Da6c1f08b", "media_url=…%26signature=***"),
])
def test_personal_numbers_disappear_from_free_text(text: str, masked: str) -> None:
    assert mask_text(text) == masked
    assert mask_text(masked) == masked


@table("text", [
    "WO-20261123-0123456789", "工单 WO-20261123-4KX7P2M9QD 已登记", "2026-11-23T10:00:00+08:00",
    "web:3f2a9c0de1b84f5796ab12cd34ef5678", "三百二十块", "12345", "上午9点半到10点",
    "海珠区新港中路397号", "", "1800元",
])
def test_what_is_no_personal_number_stays(text: str) -> None:
    assert mask_text(text) == text


@table(("name", "masked"), [
    ("张三", "张*"), ("欧阳小明", "欧***"), ("Ann Lee", "A** L**"), ("李", "*"), ("", ""),
])
def test_names_keep_their_first_character(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@table(("address", "masked"), [
    ("海珠区新港中路397号5栋1203房", "海珠区新港中路**号**栋**房"),
    ("天河区体育西路", "天河区体育西路"),
    ("建国路甲18号", "建国路**号"),
])
def test_addresses_keep_the_street(address: str, masked: str) -> None:
    assert mask_address(address) == masked


def test_single_values() -> None:
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("+8613812345678") == "+86138****5678"
    assert mask_phone("83123456") == "******56"
    assert mask_plate("粤B12345") == "粤B****5"
    assert mask_email("a@b.example") == "a***@b.example"
    assert keep_ends("1234", 2, 2) == "****"


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.text(alphabet="，。我的电话是 不是:：", max_size=12))
def test_no_mobile_number_survives_in_any_surrounding(number: str, around: str) -> None:
    assert number not in mask_text(around + number + around)


@given(st.text(max_size=300))
def test_masking_twice_is_masking_once(text: str) -> None:
    assert mask_text(mask_text(text)) == mask_text(text)


@table("text", ["1" * 100_000, "a@" * 50_000, "+86 " * 30_000, "0-" * 50_000, "一" * 100_000,
                                  "a." * 50_000, "粤A" * 50_000, "A1" * 50_000])
def test_hostile_texts_take_linear_time(text: str) -> None:
    began = time.perf_counter()
    mask_text(text)
    assert time.perf_counter() - began < 0.2
