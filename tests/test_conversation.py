"""One turn of one citizen: bursts, what a retry repeats, and what stands in the one commit."""
from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Case, Dialogue, RatingDialog
from gateway.errors import Held
from gateway.fields.city import City
from gateway.handover import AgentJoins, AgentLeaves, AgentSays, Arrived, Verified
from gateway.messages import (
    CaseNews,
    Choice,
    Content,
    FormFields,
    Inbound,
    Order,
    Outbound,
    Text,
    Upload,
    decode_outbound,
)
from gateway.protocols import Changes, Lease
from gateway.replies import Replies
from gateway.store.lanes import Msg
from gateway.turn import bursts
from tests.images import jpeg
from tests.world import KEY, World, opened

ID = "WO-20261123-0000000001"


@pytest.fixture
async def world(
    tmp_path: Path, catalog: Catalog, guangzhou: City, wording: Replies
) -> AsyncIterator[World]:
    async with opened(tmp_path, catalog, guangzhou, wording) as opened_world:
        yield opened_world


def said(changes: Changes) -> list[Outbound]:
    return [decode_outbound(feed.body) for feed in changes.feeds]


def item(content: Content) -> Inbound:
    return Inbound("i", KEY, "web", 0, content)


def test_neighbouring_words_and_files_are_one_burst_and_nothing_else_is() -> None:
    staff = AgentSays("clerk", "d")
    contents: list[Content] = [Text("a"), Upload("u"), Text("b"), Choice("x"), Text("c"), staff, Text("e")]
    split = [[item.content for item in burst] for burst in bursts([item(content) for content in contents])]
    assert split == [contents[:3], [Choice("x")], [Text("c")], [staff], [Text("e")]]


async def test_a_second_message_at_once_is_held_until_the_burst_is_over(world: World) -> None:
    conversation = dataclasses.replace(world.conversation, hold_ms=1_500)
    world.conversation = conversation
    await world.turn(Text("我要投诉顺丰"))  # the first never waits
    lease = world.lease(Text("单号SF1234567890123"))
    with pytest.raises(Held) as held:
        await conversation.take_turn(lease)
    assert held.value.after_s == 1.5
    world.clock.advance(1.5)
    assert len((await conversation.take_turn(lease)).feeds) == 1


@pytest.mark.parametrize("content", [Choice("delay"), Text("有人被困在电梯里了")])
async def test_a_tap_and_danger_are_not_held(world: World, content: Content) -> None:
    world.conversation = dataclasses.replace(world.conversation, hold_ms=1_500)
    await world.turn(Text("我要投诉顺丰"))
    assert await world.turn(content)


async def test_a_burst_is_one_turn_with_one_reply(world: World) -> None:
    changes = await world.turn(Text("我要投诉顺丰"), Text("单号SF1234567890123"), Text("三天没动了"))
    (reply,) = said(changes)
    assert (reply.id, reply.reply_to, changes.upto) == ("1.0", "m2", 3)
    draft = world.dialogue.draft
    assert draft is not None
    assert draft.values["tracking_number"].value == "SF1234567890123"
    assert world.engine.asked == 1


async def test_a_retried_turn_gives_the_same_ids(world: World) -> None:
    lease = world.lease(Text("我要投诉顺丰，单号SF1234567890123"))
    first = await world.conversation.take_turn(lease)
    world.clock.advance(5)
    second = await world.conversation.take_turn(lease)
    assert [feed.id for feed in first.feeds] == [feed.id for feed in second.feeds]
    assert [emit.dedupe for emit in first.emits] == [emit.dedupe for emit in second.emits]
    assert {put.id for put in first.puts} == {put.id for put in second.puts}


async def test_answers_choices_and_commands_do_not_ask_the_engine(world: World) -> None:
    await world.turn(Text("我要投诉顺丰，单号SF1234567890123，三天没动了"))
    before = world.engine.asked
    for content in (Choice("sender"), Text("帮助"), Text("English"), Text("广州海珠区新港中路"), Text("上一步")):
        await world.turn(content)
    assert world.engine.asked == before


async def test_the_whole_filing_stands_in_one_commit(world: World) -> None:
    await world.turn(Text("我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路，三天没动了"))
    await world.turn(Choice("sender"))
    await world.turn(Text("13800138000"))
    assert world.dialogue.asked == "confirm"
    changes = await world.turn(Choice("file"))
    (reply,) = said(changes)
    number = reply.work_order
    assert number is not None
    assert {(emit.lane, emit.dedupe) for emit in changes.emits if emit.due is None} == {
        ("events", f"{number}:filed"), ("case", f"{number}:submit:1"),
    }
    kinds = [put.kind for put in changes.puts]
    assert kinds.count("work_order") == 1
    assert kinds.count("transcript") == 2
    assert kinds.count("conversation") == 1
    assert [case.work_order_id for case in world.dialogue.cases] == [number]
    assert changes.cancel


async def test_a_second_tap_on_submit_files_nothing(world: World) -> None:
    await world.turn(Text("我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路，三天没动了"))
    await world.turn(Choice("sender"))
    await world.turn(Text("13800138000"))
    changes = await world.turn(Choice("file"), Choice("file"))
    assert sum(emit.lane == "case" for emit in changes.emits) == 1
    assert len(world.dialogue.cases) == 1


async def test_staff_in_the_conversation(world: World) -> None:
    await world.turn(Text("我要投诉顺丰，单号SF1234567890123"))
    asked = world.dialogue.asked
    await world.turn(Text("人工"))
    assert (world.dialogue.mode, world.dialogue.asked) == ("waiting", asked)
    changes = await world.turn(AgentJoins("demo-clerk"), AgentSays("demo-clerk", "您好"))
    assert [(message.sender, message.text) for message in said(changes)][-1] == ("agent", "您好")
    assert world.dialogue.mode == "agent"
    silent = await world.turn(Text("请问要等多久？"))
    assert said(silent) == []
    (record,) = [put for put in silent.puts if put.kind == "conversation"]
    assert record.index["mode"] == "agent"
    back = await world.turn(AgentLeaves("demo-clerk"))
    assert (said(back)[0].ask, world.dialogue.mode) == ("service", "bot")
    judged = await world.turn(Choice("fair"))
    assert said(judged)[0].ask == asked
    (record,) = [put for put in judged.puts if put.kind == "service"]
    assert record.index == {"at": world.clock.ms(), "agent": "demo-clerk"}


async def test_words_that_judge_no_talk_answer_the_form(world: World) -> None:
    await world.turn(Text("我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路，三天没动了"))
    await world.turn(Text("人工"))
    await world.turn(AgentJoins("demo-clerk"), AgentLeaves("demo-clerk"))
    changes = await world.turn(Text("寄件人"))
    assert said(changes)[0].ask == "contact_phone"
    assert world.dialogue.talked is None
    assert not [put for put in changes.puts if put.kind == "service"]


TALKS: list[tuple[Dialogue, str | None]] = [
    (Dialogue(mode="waiting", why="asked"), None),  # nobody came
    (Dialogue(mode="bot"), None),                   # an ending that was our own doing
    (Dialogue(mode="agent", agent="li"), "service"),
    (Dialogue(mode="agent", agent="li", asked="answer", question=ID), None),
    (Dialogue(
        mode="agent", agent="li", asked="contacted", offered=("yes", "no"), rating=RatingDialog(ID, 0, "yes", 5),
    ), "contacted"),
]


async def test_a_talk_that_was_none_and_what_is_open_beside_the_form_are_not_asked_over(world: World) -> None:
    for before, ask in TALKS:
        world.remember(before)
        changes = await world.turn(AgentLeaves("li", elsewhere=True))
        assert [message.ask for message in said(changes)] == ([] if before.mode == "bot" else [ask])
        assert (world.dialogue.mode, world.dialogue.asked) == ("bot", ask or before.asked)


async def test_an_answered_rating_goes_on_with_the_form_that_was_open(world: World) -> None:
    await world.turn(Text("我要投诉顺丰，单号SF1234567890123"))
    asked = world.dialogue.asked
    world.remember(replace(
        world.dialogue, cases=(Case(ID, "general", "其他诉求", "closed"),),
        rating=RatingDialog(ID, 0, "yes", 5, wants_rework=False), asked="contacted", offered=("yes", "no"),
    ))
    changes = await world.turn(Choice("yes"))
    assert said(changes)[0].ask == asked
    assert [emit.lane for emit in changes.emits if emit.due is None] == ["events"]


READY = (
    "我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路，三天没动了", "寄件人", "13800138000",
)


async def test_an_unfinished_rating_does_not_poison_what_comes_after(world: World) -> None:
    world.remember(Dialogue(
        turn=3, cases=(Case(ID, "general", "其他诉求", "closed"),), asked="contacted", offered=("yes", "no"),
        rating=RatingDialog(ID, 0, "yes", 5, wants_rework=False),
    ))
    for words in READY:
        await world.turn(Text(words))
    assert world.dialogue.asked == "confirm"
    filed = await world.turn(Choice("file"))
    assert said(filed)[0].ask is None
    assert world.dialogue.draft is None
    for content in (Choice("file"), Text("确认"), Text("好的")):
        changes = await world.turn(content)
        assert [emit for emit in changes.emits if emit.lane == "case"] == []


async def test_an_old_tap_that_came_with_a_new_one_fills_nothing(world: World) -> None:
    world.remember(Dialogue(
        turn=3, asked="rework", offered=("yes", "no"), asked_by="3.0", rating=RatingDialog(ID, 0, "partly", 3),
    ))
    await world.turn(Choice("yes", "3.0"), Choice("yes", "3.0"))
    assert world.dialogue.asked == "contacted"
    assert world.dialogue.rating is not None
    assert world.dialogue.rating.contacted is None


async def test_the_last_of_several_bursts_decides_what_is_asked(world: World) -> None:
    for words in READY[:2]:
        await world.turn(Text(words))
    changes = await world.turn(Text(READY[2]), Choice("file"))
    (reply,) = said(changes)
    assert (reply.ask, reply.choices) == (None, ())
    assert reply.work_order


async def test_who_leaves_the_queue_is_gone_from_it(world: World) -> None:
    await world.turn(Text("我要投诉顺丰"))
    await world.turn(Text("人工"))
    changes = await world.turn(Text("机器人"))
    (record,) = [put for put in changes.puts if put.kind == "conversation"]
    assert record.index["mode"] == "bot"


async def test_words_for_a_case_never_slip_into_another_matter(world: World) -> None:
    others = tuple(Case(f"WO-20261123-000000000{n}", "general", "其他诉求", "accepted") for n in (1, 2))
    world.remember(Dialogue(turn=3, cases=others))
    await world.turn(Text("催办"))
    assert world.dialogue.asked == "case"
    await world.turn(Text(READY[0]))
    draft = world.dialogue.draft
    assert draft is not None
    assert "催办" not in str(draft)


async def test_a_rating_is_tapped_while_a_person_talks(world: World) -> None:
    world.remember(Dialogue(
        turn=3, mode="agent", agent="clerk", asked="resolved", offered=("yes", "partly", "no"),
        rating=RatingDialog(ID, 0), asked_by="3.0",
    ))
    await world.turn(Choice("yes", "3.0"))
    assert (world.dialogue.asked, world.dialogue.mode) == ("satisfaction", "agent")


async def test_files_of_an_open_draft_outlive_the_day(world: World) -> None:
    uploads = world.conversation.writer.filer.uploads
    info = await uploads.keep(KEY, jpeg())
    changes = await world.turn(Text("我要投诉顺丰"), Upload(info.id, "image/jpeg"))
    await world.records.write([put for put in changes.puts if put.kind == "upload"])
    world.clock.advance(29 * 86_400)
    assert await uploads.sweep(world.clock.now()) == 0
    world.clock.advance(2 * 86_400)
    assert await uploads.sweep(world.clock.now()) == 1


async def test_danger_beats_an_open_rating(world: World) -> None:
    world.remember(Dialogue(rating=RatingDialog(ID, 0), asked="resolved", offered=("yes", "partly", "no"), turn=3))
    changes = await world.turn(Text("着火了，楼里还有人！"))
    assert "119" in said(changes)[0].text


async def test_a_departments_news_is_from_the_department(world: World) -> None:
    world.remember(Dialogue(cases=(Case(ID, "general", "其他诉求", "submitted"),), turn=3))
    changes = await world.turn(CaseNews(ID, "closed", text="已处理 {{7*7}} %s"))
    (message,) = said(changes)
    assert message.sender == "department"
    assert "已处理 {{7*7}} %s" in message.text
    assert message.reply_to is None


async def test_a_body_that_cannot_be_read_raises_and_changes_nothing(world: World) -> None:
    broken = replace_body(world.lease(Text("x")), b"{not json")
    with pytest.raises(ValueError, match=r"JSON|malformed|object"):
        await world.conversation.take_turn(broken)


# --- what comes over the API --------------------------------------------------------------------------------

LAMP: FormFields = {"description": "楼下的路灯坏了三天了，一直没有人来修", "contact_phone": "138 0013 8000"}


def posted(world: World, **more: str) -> Order:
    version = world.conversation.catalog.newest["general"].version
    return Order("general", version, LAMP | more, {}, "a" * 32)


async def test_a_posted_form_is_filed_beside_the_open_one(world: World) -> None:
    await world.turn(Text("我要投诉顺丰，单号SF1234567890123，三天没动了"))
    before = world.dialogue
    changes = await world.turn(posted(world))
    (reply,) = said(changes)
    assert {put.kind for put in changes.puts} >= {"work_order", "posted", "transcript"}
    assert (world.dialogue.draft, world.dialogue.asked, reply.ask) == (before.draft, before.asked, before.asked)
    assert (reply.reply_to, world.dialogue.cases[-1].work_order_id) == (None, reply.work_order)


async def test_a_posted_form_does_not_end_an_open_rating(world: World) -> None:
    open_ = RatingDialog(ID, 0)
    world.remember(Dialogue(rating=open_, asked="resolved", offered=("yes", "no"), asked_by="1.0", turn=1))
    await world.turn(posted(world))
    assert (world.dialogue.asked, world.dialogue.asked_by) == ("resolved", "1.0")


async def test_two_posted_forms_in_one_turn_are_two_work_orders(world: World) -> None:
    changes = await world.turn(posted(world), posted(world, description="小区门口的井盖也坏了，很危险"))
    (reply,) = said(changes)
    numbers = [case.work_order_id for case in world.dialogue.cases]
    assert len(set(numbers)) == 2
    assert all(number in reply.text for number in numbers)


async def test_danger_in_a_posted_form_is_answered_first(world: World) -> None:
    (reply,) = said(await world.turn(posted(world, description="楼下着火了，有人被困在电梯里")))
    assert "119" in reply.text.split("\n")[0]


async def test_a_proved_number_is_linked_in_the_same_commit(world: World) -> None:
    changes = await world.turn(Verified("c1", "+8613800138000"))
    assert {(put.kind, put.id) for put in changes.puts} >= {("citizen", "c1"), ("account", KEY)}
    assert world.dialogue.phone == "+8613800138000"
    await world.turn(Text("我要投诉顺丰，单号SF1234567890123，三天没动了"))
    assert world.dialogue.draft is not None
    assert world.dialogue.draft.values["contact_phone"].source == "channel"


def replace_body(lease: Lease, body: bytes) -> Lease:
    return Lease(
        lease.lane, lease.key, lease.fence, lease.nonce, lease.until, 0, 0, lease.state, lease.version,
        (Msg(lease.msgs[0].seq, body),),
    )


async def test_who_comes_without_a_word_is_answered_and_may_come_by_a_code(world: World) -> None:
    (hello,) = said(await world.turn(Arrived("followed")))
    assert (hello.reply_to, "12345" in hello.text) == ("m0", True)
    assert not (await world.turn(Arrived("entered"))).feeds, "it is still before their eyes"
    changes = await world.turn(Arrived("scanned", "shared_bike", "440105"))
    (form,) = said(changes)
    assert (form.template, form.reply_to, form.ask) == ("shared_bike", "m2", world.dialogue.asked)
    assert any(emit.due for emit in changes.emits), "the draft is reminded of"


async def test_an_open_rating_is_repeated_to_who_comes_back(world: World) -> None:
    await world.turn(CaseNews(ID, "rate", 1))
    asked = world.dialogue.offered
    (again,) = said(await world.turn(Arrived("entered")))
    assert (again.ask, world.dialogue.offered) == ("resolved", asked)
    await world.turn(Choice("yes"))
    assert world.dialogue.asked == "satisfaction"
