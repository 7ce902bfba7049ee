"""What holds for any text: nothing crashes, spans lie in the text and apart, values are canonical and come back."""
from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn.ric import calc_check_digit

from gateway.errors import Unreadable
from gateway.fields.base import Limits, Reading
from gateway.fields.codes import PROBLEMS, WARNINGS
from gateway.fields.files import Files
from gateway.fields.folding import MAX_TEXT, fold, fold_lower, tidy
from gateway.fields.numerals import number
from gateway.fields.registry import TYPES
from tests.fields.table import NOW, context
from tests.fields.test_cases import TABLES
from tests.tables import table

WORDS = (
    "从", "寄到", "广州", "海珠区", "新港中路", "北京路", "朝阳区", "天河", "1000号", "小区", "有限公司", "店",
    "昨晚", "十点", "到", "凌晨", "每晚", "上周三", "三天前", "3月5号", "2026-11-20", "22:00", "三百二十块", "1.2万",
    "¥", "四块五", "138 0013 8000", "020-", "SF1234567890123", "单号", "编号", "延误", "不", "没有", "其他：", "是",
    "第一个", "１", "Road", "Haizhu District", "Beijing", "from", "to", "last Monday", "since", "every night", "10 pm",
    "身份证", "11010519491231002X", "护照", "EA1234567", "车牌", "粤A12345", "Yue A12345", "91350100M000100Y43", "户号",
    "0312345678", "去年三月", "10月1号到7号", "March 2025", "8-10pm", "双休", "周末", "24小时", "半年了",
    "一三八零零一三八零零零", "one three eight", "double zero", "a dozen", "two thousand", "转801", "ZTO",
    "yuan", "RMB", "Restaurant", "tracking number", "①", "\u200b", "\u202e", "\ud800", "é", "İ", "ß", "👍", "\n",
    " ", "，", ",", "-", "/", "{{7*7}}", "%s", "九" * 20, "9" * 40,
)
texts = st.one_of(
    st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=12).map("".join),
    st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
)
each_type = pytest.mark.parametrize("name", TYPES)
few = settings(max_examples=30, deadline=None)


@each_type
@few
@given(text=texts)
def test_find_gives_spans_of_the_text_that_stay_apart(name: str, text: str) -> None:
    found_well(name, text)


@each_type
@few
@given(text=texts)
def test_read_gives_a_canonical_value_or_says_why_not(name: str, text: str) -> None:
    read_well(name, text)


@pytest.mark.slow
@each_type
@settings(max_examples=2_000, deadline=None)
@given(text=texts)
def test_many_texts(name: str, text: str) -> None:
    found_well(name, text)
    read_well(name, text)


def found_well(name: str, text: str) -> None:
    ctx = context(TABLES[name].options)
    end = 0
    for span in TYPES[name].find(text, ctx):
        assert end <= span.start < span.end <= len(text)
        assert text[span.start:span.end] == span.text
        assert set(span.reading.warnings) <= WARNINGS.keys()
        assert TYPES[name].validate(span.reading.value, ctx).value == span.reading.value
        end = span.end


def read_well(name: str, text: str) -> None:
    ctx = context(TABLES[name].options)
    try:
        reading = TYPES[name].read(text, ctx)
    except Unreadable as problem:
        well_said = set(problem.params) == set(PROBLEMS[problem.code])
        assert well_said
        return
    assert set(reading.warnings) <= WARNINGS.keys()
    assert TYPES[name].validate(reading.value, ctx).value == reading.value


# Files show their number.
SHOWN_AGAIN = sorted(name for name, kind in TYPES.items() if not isinstance(kind, Files))


@table("name", SHOWN_AGAIN)
@table("language", ["zh", "en"])
def test_what_is_shown_reads_back(name: str, language: str) -> None:
    """A citizen may copy a line of the summary and send it again."""
    table, kind = TABLES[name], TYPES[name]
    ctx = context(table.options, language=language)
    for case in table.read:
        if case.limits == Limits() and not case.warnings:
            assert kind.read(kind.show(case.value, ctx), ctx).value == case.value, case.text


@given(st.text())
def test_folding_keeps_every_offset(text: str) -> None:
    assert len(fold(text)) == len(fold_lower(text)) == min(len(text), MAX_TEXT)


@given(st.text(max_size=200))
def test_tidy_text_is_tidy(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)
    tidy(text).encode("utf-8")


@given(st.integers(1, 99_999_999))
def test_chinese_numerals_mean_their_number(n: int) -> None:
    for mode in ("low", "up"):
        assert number(cn2an.an2cn(n, mode)) == n


@few
@given(st.decimals(Decimal("0.01"), Decimal(100_000_000), places=2))
def test_money_is_shown_and_read_again(amount: Decimal) -> None:
    for language in ("zh", "en"):
        ctx = context(language=language)
        value = TYPES["money"].read(str(amount), ctx).value
        assert value == f"{amount:.2f}"
        assert TYPES["money"].read(TYPES["money"].show(value, ctx), ctx).value == value


resident_ids = st.builds(
    lambda place, day, order: (code := f"{place:06}{day:%Y%m%d}{order:03}") + calc_check_digit(code + "0"),
    st.integers(110000, 999999), st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 999),
)


@given(code=resident_ids, position=st.integers(0, 17), digit=st.sampled_from("0123456789"))
def test_every_resident_id_is_taken_and_one_wrong_digit_is_noticed(code: str, position: int, digit: str) -> None:
    ctx = context()
    assert TYPES["resident_id"].read(code, ctx) == Reading(code)
    assert [span.reading.value for span in TYPES["resident_id"].find(f"我是{code}。", ctx)] == [code]
    wrong = code[:position] + digit + code[position + 1:]
    try:
        reading = TYPES["resident_id"].read(wrong, ctx)
    except Unreadable:  # no day of birth
        return
    assert bool(reading.warnings) == (wrong != code)


@given(serial=st.integers(0, 99_999_999), digit=st.integers(0, 9))
def test_exactly_one_check_digit_fits_a_postal_number(serial: int, digit: int) -> None:
    ctx = context()
    fitting = [n for n in range(10) if not TYPES["tracking_number"].read(f"RB{serial:08}{n}CN", ctx).warnings]
    assert len(fitting) == 1


LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
serials = st.builds("{:03}{}{}".format, st.integers(0, 999), st.sampled_from(LETTERS), st.sampled_from(LETTERS))


@few
@given(province=st.sampled_from("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"),
       city=st.sampled_from(LETTERS), serial=serials, joint=st.sampled_from(("", " ", "·", "-", ".")))
def test_any_plate_is_read_however_it_is_joined(province: str, city: str, serial: str, joint: str) -> None:
    ctx = context()
    for text in (f"{province}{city}{joint}{serial}", f"{province}{joint}{city}{serial.lower()}"):
        assert TYPES["plate"].read(text, ctx) == Reading(province + city + serial)
        assert [span.text for span in TYPES["plate"].find(f"那辆{text}违停", ctx)] == [text]


moments = st.datetimes(datetime(2001, 1, 1), datetime(2026, 11, 22)).map(lambda at: at.replace(second=0, microsecond=0))


@few
@given(at=moments)
def test_any_minute_is_shown_and_read_again(at: datetime) -> None:
    value = at.replace(tzinfo=NOW.tzinfo).isoformat()
    for language in ("zh", "en"):
        ctx = context(language=language, limits=Limits(past_only=True))
        assert TYPES["moment"].read(TYPES["moment"].show(value, ctx), ctx).value == value


@few
@given(at=moments, minutes=st.integers(1, 40_000))
def test_any_stretch_is_shown_and_read_again(at: datetime, minutes: int) -> None:
    start = at.replace(tzinfo=NOW.tzinfo)
    value = f"{start.isoformat()}/{(start + timedelta(minutes=minutes)).isoformat()}"
    for language in ("zh", "en"):
        ctx = context(language=language)
        assert TYPES["period"].read(TYPES["period"].show(value, ctx), ctx).value == value


@settings(max_examples=30)
@given(now=st.datetimes(datetime(2020, 1, 1), datetime(2030, 12, 31)), text=texts)
def test_times_can_be_read_on_any_day(now: datetime, text: str) -> None:
    """The 31st, the 29th of February, the first minute of a year."""
    ctx = context(now=now.replace(tzinfo=NOW.tzinfo))
    for sample in (text, "上个月31号", "2月29日", "last month", "前几天", "昨晚十点到凌晨两点", "Nov 30", "半年前"):
        TYPES["moment"].find(sample, ctx)
        TYPES["period"].find(sample, ctx)
