"""What holds for any text: nothing crashes, spans lie in the text and apart, values are canonical and come back."""
from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import Unreadable
from gateway.fields.base import Limits
from gateway.fields.codes import PROBLEMS, WARNINGS
from gateway.fields.files import Files
from gateway.fields.folding import MAX_TEXT, fold, fold_lower, tidy
from gateway.fields.numerals import number
from gateway.fields.registry import TYPES
from tests.fields.table import NOW, context
from tests.fields.test_cases import TABLES

WORDS = (
    "从", "寄到", "广州", "海珠区", "新港中路", "北京路", "朝阳区", "天河", "1000号", "小区", "有限公司", "店",
    "昨晚", "十点", "到", "凌晨", "每晚", "上周三", "三天前", "3月5号", "2026-11-20", "22:00", "三百二十块", "1.2万",
    "¥", "四块五", "138 0013 8000", "020-", "SF1234567890123", "单号", "编号", "延误", "不", "没有", "其他：", "是",
    "第一个", "１", "Road", "Haizhu District", "Beijing", "from", "to", "last Monday", "since", "every night", "10 pm",
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


@pytest.mark.parametrize("name", SHOWN_AGAIN)
@pytest.mark.parametrize("language", ["zh", "en"])
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
