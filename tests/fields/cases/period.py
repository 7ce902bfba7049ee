"""Now is Monday, 23 November 2026, 10:30 in Guangzhou."""
from __future__ import annotations

from gateway.fields.base import Limits
from tests.fields.table import Checked, Found, Read, Refused, Seen, Shown, Table

PAST = Limits(past_only=True)
VAGUE = ("period_vague",)


def span(start: str, end: str) -> str:
    """"22 22:00" → 2026-11-22T22:00:00+08:00; a month may stand in front: "03-01 00:00"."""
    return "/".join(f"2026-{'' if '-' in one else '11-'}{one.replace(' ', 'T')}:00+08:00" for one in (start, end))


NOON = "2026-11-23T10:30:00+08:00"
LAST_NIGHT = span("22 22:00", "23 02:00")


def months(first: str, after: str) -> str:
    """"2025-03", "2025-07" → March to the end of June."""
    return "/".join(f"{one}-01T00:00:00+08:00" for one in (first, after))


def daily(words: str) -> dict[str, str]:
    return often("daily", words)


def often(every: str, words: str) -> dict[str, str]:
    return {"recurring": every, "words": words}


TABLE = Table(
    read=(
        Read("昨晚十点到凌晨两点", LAST_NIGHT),
        Read("昨晚10点到2点", LAST_NIGHT),
        Read("昨晚十点到今天凌晨两点", LAST_NIGHT),
        Read("昨天22:00-02:00", LAST_NIGHT),
        Read("昨天22点至次日2点", LAST_NIGHT),
        Read("11月22日22点到11月23日2点", LAST_NIGHT),
        Read("昨晚22时至次日2时", LAST_NIGHT),
        Read("22:00 yesterday and stopped at 02:00", LAST_NIGHT),
        Read("since November", span("01 00:00", "23 10:30")),
        Read("天天干到夜里十点", span("23 00:00", "23 22:00"), VAGUE),
        Read("晚上10-12点", span("22 22:00", "23 00:00")),
        Read("昨天下午两点到五点", span("22 14:00", "22 17:00")),
        Read("11月1日到11月15日", span("01 00:00", "16 00:00")),
        Read("昨天晚上到今天早上", span("22 18:00", "23 09:00")),
        Read("每晚十点到凌晨两点", LAST_NIGHT, (), daily("每晚十点到凌晨两点")),
        Read("天天晚上十点到凌晨两点", LAST_NIGHT, (), daily("天天晚上十点到凌晨两点")),
        Read("每天晚上", span("22 18:00", "23 00:00"), VAGUE, daily("每天晚上")),
        Read("每天半夜", span("22 22:00", "23 06:00"), VAGUE, daily("每天半夜")),
        Read("每天早上六点", span("23 06:00", "23 07:00"), VAGUE, daily("每天早上六点")),
        Read("从上周一开始", span("16 00:00", "23 10:30")),
        Read("昨晚十点开始到现在", span("22 22:00", "23 10:30")),
        Read("上周三以来", span("18 00:00", "23 10:30")),
        Read("已经吵了三天了", span("20 10:30", "23 10:30"), VAGUE),
        Read("for two weeks", span("09 10:30", "23 10:30"), VAGUE),
        Read("昨晚", span("22 18:00", "23 00:00"), VAGUE),
        Read("昨天", span("22 00:00", "23 00:00"), VAGUE),
        Read("昨晚十点", span("22 22:00", "22 23:00"), VAGUE),
        Read("半夜", span("22 22:00", "23 06:00"), VAGUE),
        Read("last night 10pm to 2am", LAST_NIGHT),
        Read("from 10pm to 2am last night", LAST_NIGHT),
        Read("between 10 pm and 2 am yesterday", LAST_NIGHT),
        Read("from 9pm to midnight yesterday", span("22 21:00", "23 00:00")),
        Read("every night from 10 pm to 2 am", LAST_NIGHT, (), daily("every night from 10 pm to 2 am")),
        Read("every night", span("22 22:00", "23 06:00"), VAGUE, daily("every night")),
        Read("since 10pm every night", span("22 22:00", "23 10:30"), (), daily("since 10pm every night")),
        Read("since last Monday", span("16 00:00", "23 10:30")),
        Read("since last week", span("16 00:00", "23 10:30"), VAGUE),
        Read("上周三晚上十点到凌晨两点", span("18 22:00", "19 02:00")),
        Read("每天晚上十点到早上六点", span("22 22:00", "23 06:00"), (), daily("每天晚上十点到早上六点")),
        Read("去年三月到今年六月", months("2025-03", "2026-07")),
        Read("去年三月到六月", months("2025-03", "2025-07")),
        Read("11月到2月", months("2025-11", "2026-03")),
        Read("2025年3月到2026年6月", months("2025-03", "2026-07")),
        Read("2025.3-2026.6", months("2025-03", "2026-07")),
        Read("2025-03 至 2026-06", months("2025-03", "2026-07")),
        Read("2023年到2025年", months("2023-01", "2026-01")),
        Read("去年全年", months("2025-01", "2026-01")),
        Read("10月份", months("2026-10", "2026-11")),
        Read("十月份的账单", months("2026-10", "2026-11")),
        Read("上半年", months("2026-01", "2026-07")),
        Read("第三季度", months("2026-07", "2026-10")),
        Read("10月1号到7号", span("10-01 00:00", "10-08 00:00")),
        Read("10.1-10.7", span("10-01 00:00", "10-08 00:00")),
        Read("国庆期间", span("10-01 00:00", "10-08 00:00")),
        Read("上周一到周五", span("16 00:00", "21 00:00")),
        Read("周一到周五", span("16 00:00", "21 00:00"), (), often("workdays", "周一到周五")),
        Read("每个周末", span("21 00:00", "23 00:00"), (), often("weekly", "每个周末")),
        Read("工作日早上八点到下午六点", span("23 08:00", "23 18:00"), (), often("workdays", "早上八点到下午六点")),
        Read("24小时都在施工", span("22 10:30", "23 10:30"), VAGUE, daily("24小时")),
        Read("all day and all night", span("22 10:30", "23 10:30"), VAGUE, daily("all day and all night")),
        Read("半年了", span("05-23 10:30", "23 10:30"), VAGUE),
        Read("拖了三个月", span("08-23 10:30", "23 10:30"), VAGUE),
        Read("最近两周", span("09 10:30", "23 10:30"), VAGUE),
        Read("the last three months", span("08-23 10:30", "23 10:30"), VAGUE),
        Read("from March to June this year", months("2026-03", "2026-07")),
        Read("March 2025 - June 2026", months("2025-03", "2026-07")),
        Read("Nov to Feb", months("2025-11", "2026-03")),
        Read("from 2023 to 2024", months("2023-01", "2025-01")),
        Read("since August 2023", f"2023-08-01T00:00:00+08:00/{NOON}"),
        Read("last month", months("2026-10", "2026-11")),
        Read("Oct 1-7", span("10-01 00:00", "10-08 00:00")),
        Read("from 8 to 10pm", span("22 20:00", "22 22:00")),
        Read("10-2pm yesterday", span("22 10:00", "22 14:00")),
        Read("11 to 1am", span("22 23:00", "23 01:00")),
        Read("from 10 to 12 last night", span("22 22:00", "23 00:00")),
        Read("from 11 at night to 5 in the morning", span("22 23:00", "23 05:00")),
        Read("every weekend", span("21 00:00", "23 00:00"), (), often("weekly", "every weekend")),
        Read("from Nov 1 to Nov 15", span("01 00:00", "16 00:00")),
        Read(LAST_NIGHT, LAST_NIGHT),
        Read("2026-11-22T22:00/2026-11-23T02:00", LAST_NIGHT),
        Read("all night long", span("22 22:00", "23 06:00"), VAGUE),
        Read("整晚", span("22 22:00", "23 06:00"), VAGUE),
        Read("last night, half past ten to midnight", span("22 22:30", "23 00:00")),
        Read("from 10 to 2 last night", LAST_NIGHT),
        Read("last night from 10 to 2", LAST_NIGHT),
        Read("usually from ten in the evening till about two", LAST_NIGHT),
        Read("yesterday from 9 to 11 in the evening", span("22 21:00", "22 23:00")),
        Read("昨天夜里11点多到今天凌晨3点左右吧", span("22 23:00", "23 03:00")),
        Read("8月和9月两个月的", months("2026-08", "2026-10")),
        Read("August and September", months("2026-08", "2026-10")),
        Read("from the first of July to the end of September", months("2026-07", "2026-10")),
        Read("昨晚从九点吵到十一点半", span("22 21:00", "22 23:30")),
        Read("from about 9 until 11:30 last night", span("22 21:00", "22 23:30")),
        Read("the whole of October", months("2026-10", "2026-11")),
    ),
    refused=(
        Refused("天天都吵", "period"),
        Refused("不知道", "period"),
        Refused("", "period"),
        Refused("all the time", "period"),
        Refused("2026-11-23T02:00/2026-11-22T22:00", "period_order"),
        Refused("2026-11-22/not-a-date", "period"),
        Refused("明天晚上十点到十二点", "future", limits=PAST),
        Refused("昨晚" * 200, "period"),
    ),
    found=(
        Found("科学大道1000号的工地昨晚十点到今天凌晨两点还在打桩", (Seen("昨晚十点到今天凌晨两点", LAST_NIGHT),)),
        Found("piling from 10pm to 2am last night", (Seen("from 10pm to 2am last night", LAST_NIGHT),)),
        Found("从上周一开始一直施工", (Seen("从上周一开始", span("16 00:00", "23 10:30")),)),
        Found("每天半夜施工", (Seen("每天半夜", span("22 22:00", "23 06:00"), warnings=VAGUE),)),
        Found("公司欠我10月份的工资", (Seen("10月份", months("2026-10", "2026-11")),)),
        Found("三个月没发工资了", (Seen("三个月没发", span("08-23 10:30", "23 10:30"), warnings=VAGUE),)),
        Found("unpaid from March to June this year", (
            Seen("from March to June this year", months("2026-03", "2026-07")),)),
        Found("they drill 8-10pm", (Seen("8-10pm", span("22 20:00", "22 22:00")),)),
        Found("昨晚十点很吵"),
        Found("今天天气怎么样"),
        Found("从海珠区寄到天河区，2到3个人"),
        Found("明天晚上十点到十二点", limits=PAST),
    ),
    shown=(
        Shown(
            LAST_NIGHT, "2026年11月22日 22:00 至 2026年11月23日 02:00", "22 Nov 2026, 22:00 to 23 Nov 2026, 02:00",
        ),
        Shown("每天", "每天", "每天"),
    ),
    checked=(
        Checked(LAST_NIGHT, LAST_NIGHT),
        Checked("昨晚十点到凌晨两点", LAST_NIGHT),
        Checked(True, code="period"),
        Checked(["x"], code="period"),
    ),
)
