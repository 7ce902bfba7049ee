"""gateway/console/views.py: what of a case is hidden from a reader who did not open it."""
from __future__ import annotations

from gateway.case_life import begin
from gateway.console.views import Mask, case_row, case_view
from gateway.orders import Filed, HistoryLine, RatingAnswer
from gateway.work_order import build
from tests.console.office import filing
from tests.tables import table

WO = "WO-20261123-4KX7P2M9QD"
SHUT, OPEN = Mask(False), Mask(True)


@table(("code", "shown", "masked"), [
    ("contact_address", "幸福路8号2栋301室", "幸福路**号**栋**室"),
    ("contact_address", "幸福路8号，电话13812345678", "幸福路**号，电话**"),
    ("contact_address", "幸福里", "***"),
    ("contact_name", "王小明", "王**"),
    ("contact_phone", "+8613812345678", "+86138****5678"),
    ("contact_email", "someone@example.com", "s***@example.com"),
    ("account", "abcdef", "a****f"),
    ("account", "ab", "**"),
    ("account", "", ""),
])
def test_a_sensitive_field_is_masked_by_its_kind(code: str, shown: str, masked: str) -> None:
    assert SHUT.field(code, shown, sensitive=True) == masked
    assert OPEN.field(code, shown, sensitive=True) == shown


def test_an_ordinary_field_loses_only_personal_numbers() -> None:
    assert SHUT.field("problem", "共享单车乱停", sensitive=False) == "共享单车乱停"
    assert SHUT.field("remark", "找13812345678", sensitive=False) == "找138****5678"


def test_nothing_a_reader_sees_of_a_shut_case_holds_a_number_of_the_citizen() -> None:
    order = build(filing(WO, title="快递 SF1234567890123", content_original="call +8613812345678"))
    case = begin(Filed(order, "web:visitor", 1))
    said = "我的号码13812345678"
    answer = RatingAnswer(WO, 0, "no", 1, reason=said, wants_rework=True)
    lines = (HistoryLine(1, "rated", 0, said, answer=answer), HistoryLine(2, "rework", 1, said))
    case = type(case)(case.work_order_id, case.conversation, case.order, 1, history=lines, rated=answer)
    shut, opened = (str(case_view(case, mask, (), None)) for mask in (SHUT, OPEN))
    assert "13812345678" not in shut
    assert "1234567890123" not in shut
    assert opened.count("13812345678") >= 5


def test_how_complete_a_case_is_stands_in_its_line() -> None:
    row = case_row(begin(Filed(build(filing(WO)), "web:visitor", 1, 0.875)), SHUT)
    assert row.completeness == 0.875
    assert case_row(begin(Filed(build(filing(WO)), "web:visitor", 1)), SHUT).completeness is None


def test_the_reason_of_the_last_rework_is_shown_and_the_last_answer() -> None:
    first, last = (RatingAnswer(WO, n, "no", n + 1, reason=f"第{n}次") for n in range(2))
    lines = (
        HistoryLine(1, "rated", 0, answer=first), HistoryLine(2, "rework", 1, "第0次"),
        HistoryLine(3, "rated", 1, answer=last), HistoryLine(4, "rework", 2, "第1次"),
    )
    case = begin(Filed(build(filing(WO)), "web:visitor", 1))
    case = type(case)(case.work_order_id, case.conversation, case.order, 1, round=2, history=lines)
    view = case_view(case, SHUT, ("accept",), None)
    assert view.rework_reason == "第1次"
    assert view.rating == last
    assert view.actions == ["accept"]
    assert case_row(case, SHUT).satisfaction is None  # of the present round
