"""Cases on the staff page's API: who sees what, who may do what, what is masked, what is written down."""
from __future__ import annotations

from typing import Any

import pytest

from gateway.case_life import begin
from gateway.cases import record
from gateway.orders import Filed
from gateway.work_order import build
from tests.console.office import ATTACHMENT, HOSTILE, PICTURE, Office, Person, filing

FIRST, SECOND, THIRD = "WO-20261123-0000000001", "WO-20261123-0000000002", "WO-20261123-0000000003"


async def dispatched(office: Office, id: str = FIRST, department: str = "urban") -> Person:
    await office.file(id)
    clerk = await office.person("clerk")
    await clerk.act(id, "accept")
    await clerk.act(id, "dispatch", department=department)
    return clerk


def ids(page: dict[str, Any]) -> list[str]:
    return [row["work_order_id"] for row in page["cases"]]


async def test_the_whole_life_of_a_case_with_rework(office: Office) -> None:
    clerk = await dispatched(office)
    urban = await office.person("urban")
    seen = await urban.get(f"cases/{FIRST}")
    assert (seen["row"]["status"], seen["row"]["department"]) == ("assigned", "urban")
    assert seen["actions"] == ["progress", "question", "close"]
    done = await urban.act(FIRST, "close", text="已清走单车")
    assert done["row"]["status"] == "closed"
    assert done["actions"] == []

    await office.send_back(FIRST, "又堵住了")
    seen = await urban.get(f"cases/{FIRST}")
    assert (seen["row"]["status"], seen["row"]["round"], seen["rework_reason"]) == ("reopened", 1, "又堵住了")
    assert ids(await urban.get("cases?rework=1")) == [FIRST]
    assert (await urban.act(FIRST, "accept"))["actions"] == ["progress", "question", "close"]
    closed = await urban.act(FIRST, "close", text="加派人手")
    assert [line["what"] for line in closed["history"]] == [
        "filed", "accepted", "dispatched", "closed", "rated", "rework", "accepted", "closed",
    ]
    assert (await clerk.get("cases?status=closed"))["cases"][0]["work_order_id"] == FIRST


async def test_the_list_is_newest_first_and_filters(office: Office) -> None:
    for n, id in enumerate((FIRST, SECOND, THIRD)):
        office.clock.advance(60)
        await office.file(id, template="general" if n else "shared_bike")
    clerk = await office.person("clerk")
    await clerk.act(SECOND, "accept")
    await clerk.act(SECOND, "dispatch", department="market")
    assert ids(await clerk.get("cases")) == [THIRD, SECOND, FIRST]
    assert ids(await clerk.get("cases?status=submitted")) == [THIRD, FIRST]
    assert ids(await clerk.get("cases?status=open")) == [THIRD, SECOND, FIRST]
    assert ids(await clerk.get("cases?status=final")) == []
    assert ids(await clerk.get("cases?department=market")) == [SECOND]
    assert ids(await clerk.get("cases?template=shared_bike")) == [FIRST]
    assert ids(await clerk.get("cases?rework=1")) == []
    assert ids(await clerk.get("cases?q=wo-20261123-0000000003")) == [THIRD]
    assert ids(await clerk.get("cases?q=%25%27%22")) == []


async def test_pages_go_on_where_they_stopped_even_within_one_millisecond(office: Office) -> None:
    filed = [f"WO-20261123-{n:010d}" for n in range(57)]
    cases = [begin(Filed(build(filing(id)), "web:visitor", office.clock.ms())) for id in filed]
    await office.store.records.write([record(case, 10**12) for case in cases])
    clerk = await office.person("clerk")
    first = await clerk.get("cases")
    second = await clerk.get(f"cases?before={first['next']}")
    assert len(first["cases"]) == 50
    assert ids(first) + ids(second) == sorted(filed, reverse=True)
    assert second["next"] is None


@pytest.mark.parametrize("cursor", ["x", "1", "-1:x", "9" * 30 + ":x", "é:1", "'; drop table"])
async def test_a_made_up_cursor_is_no_server_error(office: Office, cursor: str) -> None:
    clerk = await office.person("clerk")
    answer = await clerk.call("GET", f"api/cases?before={cursor}")
    assert answer.status in (200, 400)


async def test_a_department_sees_its_own_cases_and_knows_of_no_other(office: Office) -> None:
    await dispatched(office)
    await office.file(SECOND)
    urban, market = await office.person("urban"), await office.person("market")
    assert ids(await urban.get("cases")) == [FIRST]
    assert ids(await market.get("cases")) == []
    assert ids(await market.get("cases?department=urban")) == []
    for case in (FIRST, SECOND, THIRD):
        await market.get(f"cases/{case}", 404)
        await market.post(f"cases/{case}/reveal", {"reason": "x"}, 404)
        await market.act(case, "close", 404, text="x")
        await market.get(f"cases/{case}/attachments/picture", 404)


async def test_a_department_may_neither_dispatch_nor_reject(office: Office) -> None:
    await dispatched(office)
    urban = await office.person("urban")
    await urban.act(FIRST, "dispatch", 403, department="market")
    await urban.act(FIRST, "reject", 403, text="x")
    assert (await urban.get(f"cases/{FIRST}"))["row"]["department"] == "urban"


@pytest.mark.parametrize(("act", "more", "status", "code"), [
    ("dispatch", {"department": "urban"}, 409, "wrong_state"),
    ("close", {"text": "x"}, 409, "wrong_state"),
    ("reject", {}, 409, "text_needed"),
    ("reject", {"text": " "}, 409, "text_needed"),
    ("explode", {}, 422, "unprocessable"),
    ("reject", {"text": "x" * 2001}, 422, "unprocessable"),
    ("dispatch", {"department": "nowhere"}, 422, "unknown_department"),
    ("accept", {"id": "short"}, 422, "unprocessable"),
    ("accept", {"id": "bad id with spaces"}, 422, "unprocessable"),
    ("accept", {"who": "somebody else"}, 422, "unprocessable"),
])
async def test_what_a_new_case_refuses(office: Office, act: str, more: dict[str, Any], status: int, code: str) -> None:
    await office.file(FIRST)
    clerk = await office.person("clerk")
    assert (await clerk.act(FIRST, act, status, **more))["code"] == code
    assert (await clerk.get(f"cases/{FIRST}"))["row"]["status"] == "submitted"


async def test_a_double_click_acts_once(office: Office) -> None:
    await office.file(FIRST)
    clerk = await office.person("clerk")
    for _ in range(2):
        await clerk.act(FIRST, "accept", id="click-0001")
    history = (await clerk.get(f"cases/{FIRST}"))["history"]
    assert [line["what"] for line in history] == ["filed", "accepted"]
    assert [entry.act for entry in await office.journal()] == ["sign_in", "case.accept"]


async def test_personal_data_are_masked_until_opened_and_opening_is_journalled_first(office: Office) -> None:
    await office.file(FIRST)
    clerk = await office.person("clerk")
    shut = await clerk.get(f"cases/{FIRST}")
    text = str(shut) + str(await clerk.get("cases"))
    for secret in ("王小明", "13812345678", "8号", "301室", "abcdef"):
        assert secret not in text
    assert shut["complainant"] == {"kind": "person", "name": "王**", "phone": "+86138****5678", "email": None}
    assert not shut["opened"]

    opened = await clerk.post(f"cases/{FIRST}/reveal", {"reason": ""})
    assert opened["complainant"]["name"] == "王小明"
    assert opened["complainant"]["phone"] == "+8613812345678"
    assert [field["shown"] for field in opened["fields"]] == ["BIKE-77", "幸福路8号2栋301室", "abcdef"]
    assert (await clerk.get(f"cases/{FIRST}"))["opened"]
    entry = (await office.journal())[-1]
    assert (entry.who, entry.act, entry.subject) == ("clerk", "reveal", FIRST)


async def test_opening_is_for_one_case_one_session_and_a_quarter_of_an_hour(office: Office) -> None:
    await office.file(FIRST)
    await office.file(SECOND)
    clerk, colleague = await office.person("clerk"), await office.person("clerk")
    await clerk.post(f"cases/{FIRST}/reveal", {"reason": ""})
    assert not (await clerk.get(f"cases/{SECOND}"))["opened"]
    assert not (await colleague.get(f"cases/{FIRST}"))["opened"]
    office.clock.advance(901)
    assert not (await clerk.get(f"cases/{FIRST}"))["opened"]


async def test_a_case_that_is_over_is_opened_with_a_reason_only(office: Office) -> None:
    clerk = await dispatched(office)
    await clerk.act(FIRST, "close", text="ok")
    assert (await clerk.post(f"cases/{FIRST}/reveal", {"reason": "  "}, 422))["code"] == "reason_needed"
    await clerk.post(f"cases/{FIRST}/reveal", {"reason": "市民来电核实 13812345678"})
    entry = (await office.journal())[-1]
    assert entry.detail == "市民来电核实 138****5678"


async def test_a_confidential_complainant_is_nowhere(office: Office) -> None:
    await office.file(FIRST, identity="confidential")
    clerk = await office.person("clerk")
    opened = await clerk.post(f"cases/{FIRST}/reveal", {"reason": ""})
    assert opened["confidential"] == "identity"
    assert opened["complainant"] == {"kind": "person", "name": None, "phone": None, "email": None}


async def test_hostile_words_arrive_literally(office: Office) -> None:
    await office.file(FIRST)
    clerk = await office.person("clerk")
    await clerk.act(FIRST, "accept")
    seen = await clerk.act(FIRST, "progress", text=HOSTILE)
    assert HOSTILE in seen["content"]
    assert seen["history"][-1]["text"] == HOSTILE


async def test_the_conversation_is_for_clerks_not_for_departments(office: Office) -> None:
    clerk = await dispatched(office)
    await office.says("web:visitor", "我是王小明 13812345678", "另外我还要投诉别的事")
    shown = (await clerk.get(f"cases/{FIRST}"))["transcript"]
    assert [line["text"] for line in shown] == ["我是王小明 138****5678", "另外我还要投诉别的事"]
    seen = await (await office.person("urban")).get(f"cases/{FIRST}")
    assert (seen["transcript"], seen["conversation"]) == ([], None)


async def test_attachments_are_served_harmlessly_and_only_through_their_case(office: Office) -> None:
    await office.file(FIRST, attachments=[ATTACHMENT])
    await office.file(SECOND)
    clerk = await office.person("clerk")
    (one,) = (await clerk.get(f"cases/{FIRST}"))["attachments"]
    answer = await clerk.call("GET", one["url"].removeprefix("/desk/"))
    assert await answer.read() == PICTURE
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == "attachment"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    await clerk.get(f"cases/{SECOND}/attachments/picture", 404)
    await clerk.get(f"cases/{FIRST}/attachments/other", 404)
    assert (await office.stranger().call("GET", one["url"].removeprefix("/desk/"))).status == 401


async def test_a_case_of_another_system_is_watched_only(office: Office) -> None:
    await office.filed(FIRST)
    clerk = await office.person("clerk")
    assert (await clerk.get(f"cases/{FIRST}"))["actions"] == []
    await clerk.act(FIRST, "accept", 404)


async def test_every_act_stands_in_the_journal_with_who_and_what(office: Office) -> None:
    clerk = await dispatched(office)
    await clerk.act(FIRST, "close", text="请联系13812345678")
    entries = [(e.who, e.act, e.subject, e.detail) for e in await office.journal()]
    assert entries[1:] == [
        ("clerk", "case.accept", FIRST, ""),
        ("clerk", "case.dispatch", FIRST, "urban"),
        ("clerk", "case.close", FIRST, "请联系138****5678"),
    ]


async def test_unknown_cases_are_not_found(office: Office) -> None:
    clerk = await office.person("clerk")
    for id in (FIRST, "x", "%2e%2e%2fetc", "'"):
        assert (await clerk.call("GET", f"api/cases/{id}")).status == 404
