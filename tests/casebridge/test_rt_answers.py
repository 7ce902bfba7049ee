"""What tickets and messages say, and what RT's answers decide, without one; test_rt.py has the real one."""
from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from casebridge.calling import Caller, session
from casebridge.rt import Access, Rest, Rt
from casebridge.rt.rest import Ticket
from casebridge.rt.wording import SHORT, SUBJECT, fields, message, ticket
from gateway.clock import SystemClock
from gateway.errors import Paused, Rejected, Retry, SendError, Uncertain
from gateway.orders import CaseOp
from tests.casebridge.test_calling import says, served
from tests.contracts.way import Way, way
from tests.project import ROOT
from tests.tables import check_each

ORDER: dict[str, Any] = json.loads((ROOT / "tests/data/work-order.example.json").read_text("utf-8"))
WO = ORDER["work_order_id"]
PAGE = "https://hotline.example/desk/#/case/1"
JSON = {"Content-Type": "application/json"}
COMMENT = CaseOp("comment", WO, 1, {"text": "a"}, 0)


# --- words ----------------------------------------------------------------------------------------------------

def test_an_order_with_nothing_but_a_number_is_a_ticket() -> None:
    made = ticket({"work_order_id": WO}, "hotline", PAGE)
    assert (made["Queue"], made["Priority"], made["CustomFields"]) == ("hotline", 0, {"wo_ref": WO})
    assert "Due" not in made


def test_a_title_is_one_line_and_a_field_is_cut_between_characters() -> None:
    long = ORDER | {"title": "a\r\nBcc: b\x00\ud800 " + "长" * 400, "location": {"address": "路\n" * 400}}
    made = ticket(long, "hotline", PAGE)
    assert made["Subject"].startswith(f"[{WO}] a Bcc: b 长")
    assert len(made["Subject"]) == SUBJECT
    place = fields(long)["wo_place"]
    assert place == ("路 " * 400)[:len(place)]
    assert SHORT - 3 < len(place.encode()) <= SHORT


def test_a_time_leaves_in_utc() -> None:
    assert ticket(ORDER, "hotline", PAGE)["Due"] == "2026-11-25T10:00:00Z"


def test_who_complains_is_named_where_they_may_be() -> None:
    person = {"kind": "person", "name": "李女士", "phone": "+8613800138000"}
    assert "诉求人：李女士 +8613800138000" in ticket(ORDER | {"complainant": person}, "hotline", PAGE)["Content"]
    assert "诉求人" not in ticket(ORDER, "hotline", PAGE)["Content"]


def test_each_operation_has_its_words() -> None:
    def judge(row: tuple[str, dict[str, Any], str]) -> None:
        op, payload, words = row
        assert message(op, payload, PAGE) == words

    check_each([
        ("comment", {"text": "a", "urge": False}, "市民补充：a"),
        ("comment", {"text": "", "urge": True}, "【催办】"),
        ("comment", {"text": "", "attachments": [{"media_type": "image/png"}]},
         f"市民补充：\n附件 1（image/png）：{PAGE}"),
        ("rating", {"resolved": "no", "contacted": "unknown", "satisfaction": 1, "reason": "{b}"},
         "市民评价　已解决：否；满意度：1 分（满分 5 分）；原因：{b}"),
        ("rework", {"round": 2, "reason": None}, "退回重办（第 2 次）。"),
        ("withdraw", {}, "市民撤回诉求。"),
    ], judge)


# --- answers --------------------------------------------------------------------------------------------------

@asynccontextmanager
async def answering(*statuses: int) -> AsyncIterator[tuple[Rest, Way]]:
    """A server that answers so, without a word, one call after the other."""
    async with way("http://127.0.0.1:9") as there, session() as http:
        there.instead.extend((status, JSON) for status in statuses)
        yield Rest(Caller(http, "rt", SystemClock()), Access(there.url, "1-2-3", "hotline")), there


CALLS: dict[str, Callable[[Rest], Awaitable[object]]] = {
    "create": lambda rest: rest.create({}), "ticket": lambda rest: rest.ticket("1"),
    "change": lambda rest: rest.change("1", Ticket("new", etag='"1"'), {}),
    "say": lambda rest: rest.say("1", "comment", {}), "find": lambda rest: rest.find("tickets", {"id": "1"}),
    "queue": Rest.custom_fields,
}


async def test_what_an_answer_decides() -> None:
    calls: list[tuple[str, int, type[SendError]]] = [
        ("create", 201, Uncertain), ("create", 403, Paused), ("create", 400, Rejected), ("create", 500, Uncertain),
        ("ticket", 200, Retry), ("ticket", 403, Rejected), ("ticket", 404, Rejected), ("ticket", 401, Paused),
        ("change", 412, Retry), ("change", 403, Rejected), ("change", 502, Uncertain),
        ("say", 201, Uncertain), ("say", 404, Rejected), ("find", 200, Retry), ("queue", 404, Paused),
    ]
    for what, status, error in calls:
        async with answering(status) as (rest, _):
            with pytest.raises(SendError) as caught:
                await CALLS[what](rest)
            assert type(caught.value) is error, (what, status)
            assert "1-2-3" not in caught.value.why


async def test_the_number_0_is_no_ticket() -> None:
    async with served(says("201 x", b'{"id": 0}')) as url, session() as http:
        with pytest.raises(Uncertain, match="no number"):
            await Rest(Caller(http, "rt", SystemClock()), Access(url, "1-2-3", "hotline")).create({})


async def test_an_operation_on_a_ticket_out_of_reach_is_a_dead_letter() -> None:
    async with answering(403) as (rest, there):
        with pytest.raises(Rejected):
            await Rt(rest, "https://hotline.example", lambda one: None).send(COMMENT, "7")
        assert not there.instead
