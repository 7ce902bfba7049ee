"""The city's working days as a case's life sees them: the sample city in the Chinese calendar."""
from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from gateway.case_decision import moment
from gateway.city import DeadlineClass, Deadlines
from gateway.deadlines import Calendar
from gateway.dialogue.catalog import Catalog
from tests.tables import table

ZONE = ZoneInfo("Asia/Shanghai")
CLASSES = {
    "standard": DeadlineClass(1, 2, 15), "urgent": DeadlineClass(0, 1, 3), "consultation": DeadlineClass(1, 1, 5),
    "complex": DeadlineClass(2, 3, 30),
}


@pytest.fixture
def calendar(catalog: Catalog) -> Calendar:
    return Calendar(Deadlines(CLASSES), ZONE, catalog.newest)


def ms(text: str) -> int:
    found = moment(f"{text}+08:00")
    assert found is not None
    return found


@table(("due", "soon"), [
    ("2026-11-25T23:59:59", "2026-11-24T09:00:00"),   # Wednesday → Tuesday
    ("2026-11-23T18:00:00", "2026-11-20T09:00:00"),   # Monday → Friday
    ("2026-10-08T23:59:59", "2026-09-30T09:00:00"),   # after the National Day holidays
])
def test_near_is_the_morning_of_the_working_day_before(due: str, soon: str, calendar: Calendar) -> None:
    assert calendar.soon(ms(due)) == ms(soon)


@table(("at", "said"), [
    ("2026-11-23T23:59:59", "2026-11-24T08:00:00"), ("2026-11-24T03:00:00", "2026-11-24T08:00:00"),
    ("2026-11-24T08:00:00", "2026-11-24T08:00:00"), ("2026-11-24T20:59:59", "2026-11-24T20:59:59"),
    ("2026-11-24T21:00:00", "2026-11-25T08:00:00"),
])
def test_nobody_is_told_of_a_deadline_at_night(at: str, said: str, calendar: Calendar) -> None:
    assert calendar.seemly(ms(at)) == ms(said)


@table(("order", "resolve"), [
    ({"template": {"id": "express_delivery"}, "urgency": "normal"}, "2026-12-14T23:59:59+08:00"),
    ({"template": {"id": "express_delivery"}, "urgency": "urgent"}, "2026-11-26T23:59:59+08:00"),
    ({"template": {"id": "gone"}}, "2026-12-14T23:59:59+08:00"),
    ({"template": None}, "2026-12-14T23:59:59+08:00"),
])
def test_a_round_has_the_deadlines_of_its_template(
    order: dict[str, object], resolve: str, calendar: Calendar
) -> None:
    assert calendar.due(order, ms("2026-11-23T10:00:00"))["resolve_by"] == resolve
