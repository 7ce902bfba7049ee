"""Conversations on the staff page's API: the queue, taking over, answering, handing back."""
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gateway.dialogue.draft import Dialogue, Draft, Filled
from gateway.fields.registry import TYPES
from gateway.handover import AgentJoins, AgentLeaves, AgentSays
from gateway.templates import load
from tests.console.office import HOSTILE, PICTURE, Office, running

KEY = "web:visitor"


async def queue(office: Office, name: str = "clerk") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await (await office.person(name)).get("conversations"))["conversations"]
    return rows


async def test_who_waits_longest_stands_on_top_and_bot_conversations_do_not_show(office: Office) -> None:
    now = office.clock.ms()
    await office.converse("web:late", "waiting", last=now + 5, why="人工 13812345678")
    await office.converse("web:early", "waiting", last=now)
    await office.converse("web:taken", "agent", agent="boss")
    await office.converse("web:bot", "bot")
    rows = await queue(office)
    assert [row["conversation"] for row in rows] == ["web:early", "web:late", "web:taken"]
    assert rows[1]["why"] == "人工 138****5678"


async def test_taking_over_answering_and_handing_back_go_into_the_citizens_mailbox(office: Office) -> None:
    await office.converse(KEY, "waiting")
    clerk = await office.person("clerk")
    assert await clerk.post(f"conversations/{KEY}/take", {"id": "take-0001"}, 202) == {"accepted": "new"}
    await office.converse(KEY, "agent", agent="clerk")  # what the turn does
    await clerk.post(f"conversations/{KEY}/say", {"id": "say-00001", "text": HOSTILE}, 202)
    await clerk.post(f"conversations/{KEY}/leave", {"id": "leave-001"}, 202)
    assert [one.content for one in office.inbox] == [
        AgentJoins("clerk"), AgentSays("clerk", HOSTILE), AgentLeaves("clerk"),
    ]
    assert {(one.conversation, one.channel) for one in office.inbox} == {(KEY, "web")}
    assert [one.id for one in office.inbox] == ["staff:take-0001", "staff:say-00001", "staff:leave-001"]
    assert [e.act for e in await office.journal()][1:] == [
        "conversation.AgentJoins", "conversation.AgentSays", "conversation.AgentLeaves",
    ]


async def test_a_double_click_on_send_is_one_message(office: Office) -> None:
    await office.converse(KEY, "agent", agent="clerk")
    clerk = await office.person("clerk")
    body = {"id": "say-00001", "text": "您好"}
    answers = [await clerk.post(f"conversations/{KEY}/say", body, 202) for _ in range(2)]
    assert answers == [{"accepted": "new"}, {"accepted": "duplicate"}]


async def test_of_two_clerks_who_take_at_once_the_second_is_told(office: Office) -> None:
    await office.converse(KEY, "waiting")
    clerk, boss = await office.person("clerk"), await office.person("boss")
    await clerk.post(f"conversations/{KEY}/take", {"id": "take-0001"}, 202)
    assert (await boss.post(f"conversations/{KEY}/take", {"id": "take-0002"}, 409))["code"] == "taken"
    await clerk.post(f"conversations/{KEY}/take", {"id": "take-0001"}, 202)  # the first one's own repeat


async def test_a_conversation_that_another_clerk_has_is_not_taken_from_them(office: Office) -> None:
    await office.converse(KEY, "agent", agent="boss")
    clerk = await office.person("clerk")
    for step, body in (("take", {}), ("say", {"text": "x"}), ("leave", {})):
        await clerk.post(f"conversations/{KEY}/{step}", {"id": "step-0001", **body}, 409)
    assert office.inbox == []


async def test_a_supervisor_may_hand_a_clerks_conversation_back(office: Office) -> None:
    await office.converse(KEY, "agent", agent="clerk")
    boss = await office.person("boss")
    await boss.post(f"conversations/{KEY}/leave", {"id": "leave-001"}, 202)
    assert office.inbox[0].content == AgentLeaves("clerk")


async def test_nobody_talks_into_a_conversation_the_bot_has(office: Office) -> None:
    await office.converse(KEY, "bot")
    clerk = await office.person("clerk")
    assert (await clerk.post(f"conversations/{KEY}/take", {"id": "take-0001"}, 409))["code"] == "not_waiting"
    assert (await clerk.post(f"conversations/{KEY}/say", {"id": "say-00001", "text": "x"}, 409))["code"] == "not_yours"


@pytest.mark.parametrize("body", [
    {"id": "say-00001"}, {"id": "say-00001", "text": ""}, {"id": "say-00001", "text": " "},
    {"id": "say-00001", "text": "x" * 2001}, {"id": "x", "text": "x"},
])
async def test_an_answer_that_does_not_fit_is_refused(office: Office, body: dict[str, str]) -> None:
    await office.converse(KEY, "agent", agent="clerk")
    await (await office.person("clerk")).post(f"conversations/{KEY}/say", body, 422)
    assert office.inbox == []


async def test_departments_have_no_conversations(office: Office) -> None:
    await office.converse(KEY, "waiting")
    urban = await office.person("urban")
    await urban.get("conversations", 403)
    await urban.get(f"conversations/{KEY}", 403)
    await urban.post(f"conversations/{KEY}/take", {"id": "take-0001"}, 403)


async def test_an_unknown_conversation_is_not_found(office: Office) -> None:
    await (await office.person("clerk")).get("conversations/web:nobody", 404)


async def test_transcript_and_filled_fields_are_masked_until_opened(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "templates/complaints"
    template = next(one for one in load(folder, TYPES) if one.id == "shared_bike")
    choice = next(field for field in template.fields if field.options)
    values = {
        choice.id: Filled(choice.options[0].value, "1"), "contact_phone": Filled("+8613812345678", "13812345678"),
        "contact_name": Filled("王小明", "王小明"), "gone": Filled(["a", "b"], "a b"), "flag": Filled(True, "是"),
    }
    async with running(tmp_path, templates=[template]) as office:
        await office.remember(KEY, Dialogue(draft=Draft("d", template.id, template.version, 1, values)))
        await office.converse(KEY, "waiting", work_orders=("WO-20261123-0000000001",))
        await office.says(KEY, "我叫王小明，电话13812345678")
        clerk = await office.person("clerk")
        shut = await clerk.get(f"conversations/{KEY}")
        assert "13812345678" not in str(shut)
        shown = {field["code"]: field["shown"] for field in shut["fields"]}
        assert shown[choice.id] == choice.options[0].label.zh
        assert shown["contact_name"] == "王**"
        assert shut["template"] == {"zh": template.title.zh, "en": template.title.en}
        assert shut["work_orders"] == ["WO-20261123-0000000001"]

        assert (await clerk.post(f"conversations/{KEY}/reveal", {"reason": ""}, 422))["code"] == "reason_needed"
        opened = await clerk.post(f"conversations/{KEY}/reveal", {"reason": "接入前了解情况"})
        assert opened["transcript"][0]["text"] == "我叫王小明，电话13812345678"
        assert (await office.journal())[-1].act == "reveal"


async def test_the_clerk_in_the_conversation_opens_it_without_a_reason(office: Office) -> None:
    await office.converse(KEY, "agent", agent="clerk")
    opened = await (await office.person("clerk")).post(f"conversations/{KEY}/reveal", {})
    assert opened["opened"]


async def test_a_conversation_without_a_draft_shows_no_fields(office: Office) -> None:
    await office.converse(KEY, "waiting")
    seen = await (await office.person("clerk")).get(f"conversations/{KEY}")
    assert (seen["template"], seen["fields"], seen["transcript"]) == (None, [], [])


async def test_a_long_conversation_shows_its_end_in_order(office: Office) -> None:
    await office.converse(KEY, "waiting")
    await office.says(KEY, *(f"第{n}句" for n in range(520)))
    lines = (await (await office.person("clerk")).get(f"conversations/{KEY}"))["transcript"]
    assert [line["text"] for line in lines] == [f"第{n}句" for n in range(20, 520)]


async def test_a_file_is_opened_through_its_own_conversation_alone_and_journalled(office: Office) -> None:
    await office.converse(KEY, "waiting")
    await office.converse("web:other", "waiting")
    clerk = await office.person("clerk")
    answer = await clerk.call("GET", f"api/conversations/{KEY}/files/picture")
    assert (answer.status, await answer.read(), answer.headers["Content-Disposition"]) == (200, PICTURE, "attachment")
    await clerk.get("conversations/web:other/files/picture", 404)
    await clerk.get(f"conversations/{KEY}/files/unknown", 404)
    await (await office.person("urban")).get(f"conversations/{KEY}/files/picture", 403)
    opened = [(e.who, e.subject, e.detail) for e in await office.journal() if e.act == "conversation.file"]
    assert opened == [("clerk", KEY, "picture")]
