"""A person who left is forgotten in one commit; what was filed stays, and who comes back is somebody new."""
from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue
from gateway.errors import NotFound
from gateway.fields.city import City
from gateway.forgetting import MOST
from gateway.handover import Arrived, Forgotten, Verified
from gateway.messages import CaseNews, Content, Inbound, Text, Upload, decode_inbound, decode_outbound, encode
from gateway.outbox import Heard, Quiet, decode
from gateway.protocols import Changes, Lease, Put
from gateway.replies import Replies
from gateway.store.lanes import Msg
from tests.images import jpeg
from tests.world import KEY, World, opened

PHONE = "+8613800138000"


@pytest.fixture
async def world(tmp_path: Path, catalog: Catalog, guangzhou: City, wording: Replies) -> AsyncIterator[World]:
    async with opened(tmp_path, catalog, guangzhou, wording) as opened_world:
        yield opened_world


async def done(world: World, *contents: Content) -> Changes:
    """A turn with its records written, as the store's commit does."""
    changes = await world.turn(*contents)
    await world.records.write(changes.puts)
    return changes


async def file_for(world: World) -> str:
    return (await world.conversation.writer.filer.uploads.keep(KEY, jpeg())).id


async def lines(world: World) -> list[str]:
    return [record.id for record in await world.records.find("transcript", "conversation", KEY, n=1000)]


async def test_everything_goes_but_the_number_of_the_turn(world: World) -> None:
    await done(world, Verified("c1", PHONE))
    await done(world, Text("我要投诉顺丰，单号SF1234567890123"), Upload(await file_for(world), "image/jpeg"))
    draft = world.dialogue.draft
    assert draft is not None
    assert await lines(world)
    changes = await done(world, Forgotten())
    assert world.dialogue == Dialogue(turn=3)
    assert (changes.feeds, changes.emits) == ((), [])
    assert set(changes.cancel) == {f"{KEY}:draft_reminder:{draft.id}", f"{KEY}:draft_expiry:{draft.id}"}
    assert await lines(world) == []
    for kind, id_ in (("conversation", KEY), ("account", KEY), ("citizen", "c1")):
        assert await world.records.get(kind, id_) is None, kind


async def test_who_was_never_here_leaves_no_trace(world: World) -> None:
    await done(world, Forgotten())
    assert await world.records.get("conversation", KEY) is None
    assert world.dialogue == Dialogue(turn=1)


async def test_a_platform_that_pushes_is_told_that_they_left_once(world: World) -> None:
    """Its sender hears the note, its push waits no longer; what is removed later says nothing of it again."""
    writer = dataclasses.replace(world.conversation.writer, pushed=frozenset({"web"}))
    world.conversation = dataclasses.replace(world.conversation, writer=writer)
    old = [Put("transcript", f"{KEY}:{turn:08d}:000", b"{}", {"conversation": KEY}) for turn in range(MOST)]
    await world.records.write(old)
    left = Inbound("left", KEY, "web", world.clock.ms(), Forgotten(), note="gone")
    changes = await world.conversation.take_turn(
        Lease("in", KEY, 1, "n", 0, 0, 0, encode(Dialogue(turn=MOST)), 0, (Msg(1, encode(left)),)))
    out = [decode(emit.body) for emit in changes.emits if emit.lane == "out"]
    (rest,) = (decode_inbound(emit.body) for emit in changes.emits if emit.lane == "in")
    assert out == [Heard("gone"), Quiet(("left",))]
    assert (rest.note, rest.content, rest.at) == ("", Forgotten(MOST + 1), left.at)


async def test_a_citizen_who_is_known_elsewhere_stays_known_there(world: World) -> None:
    await done(world, Verified("c1", PHONE))
    await world.records.write([Put("account", "web:other", b"{}", {"citizen": "c1"})])
    await done(world, Forgotten())
    assert await world.records.get("account", KEY) is None
    assert await world.records.get("citizen", "c1") is not None


async def test_unused_files_are_nobodys_at_once_and_swept_next(world: World) -> None:
    uploads = world.conversation.writer.filer.uploads
    kept, dropped = await file_for(world), await file_for(world)
    info = await uploads.info(kept)
    assert info is not None
    await world.records.write([uploads.used(info)])
    await done(world, Upload(dropped, "image/jpeg"))
    await done(world, Forgotten())
    assert await uploads.owned(KEY, dropped) is None
    assert await uploads.sweep(world.clock.now()) == 1
    assert await uploads.info(dropped) is None
    with pytest.raises(NotFound):
        await uploads.open(dropped)
    assert (await uploads.open(kept))[0].used


async def test_what_was_filed_stays_and_its_news_still_comes(world: World) -> None:
    await done(world, Text("我要投诉顺丰，单号SF1234567890123"))
    for _ in range(20):
        if world.dialogue.draft is None:
            break
        answers = {"confirm": "确认", "contact_phone": "13800138000"}
        await done(world, Text(answers.get(world.dialogue.asked or "", "广州市海珠区新港中路12号")))
    (case,) = world.dialogue.cases
    await done(world, Forgotten())
    assert world.dialogue.cases == ()
    assert await world.records.get("work_order", case.work_order_id) is not None
    changes = await done(world, CaseNews(case.work_order_id, "closed", text="已办结"))
    assert case.work_order_id in decode_outbound(changes.feeds[0].body).text


async def test_it_is_a_turn_of_its_own(world: World) -> None:
    """What came before it in the same lease is answered first, what came after it begins anew."""
    contents: tuple[Content, ...] = (Text("我要投诉顺丰"), Forgotten(), Text("你好"))
    msgs = tuple(Msg(n, encode(Inbound(f"m{n}", KEY, "web", world.clock.ms(), content)))
                 for n, content in enumerate(contents, 1))
    taken: list[Changes] = []
    while msgs:
        lease = Lease("in", KEY, 1, "n", 0, 0, 0, world.state, 0, msgs)
        taken.append(await world.conversation.take_turn(lease))
        world.state = taken[-1].state or b""
        msgs = tuple(msg for msg in msgs if msg.seq > taken[-1].upto)
    assert [changes.upto for changes in taken] == [1, 2, 3]
    assert [len(changes.feeds) for changes in taken] == [1, 0, 1]
    (greeting,) = taken[2].feeds
    assert decode_outbound(greeting.body).id == "3.0"
    assert "12345" in decode_outbound(greeting.body).text


async def test_who_comes_back_is_greeted_as_somebody_new(world: World) -> None:
    greetings = []
    for _ in range(2):
        changes = await done(world, Arrived("followed"))
        greetings.append(decode_outbound(changes.feeds[0].body).text)
        await done(world, Forgotten())
    assert greetings[0] == greetings[1]
    assert "12345" in greetings[0]


async def test_a_long_transcript_goes_in_pieces_and_new_words_stay(world: World) -> None:
    old = [f"{KEY}:{turn:08d}:000" for turn in range(1, MOST + 3)]
    await world.records.write([Put("transcript", id_, b"{}", {"conversation": KEY}) for id_ in old])
    world.remember(Dialogue(turn=MOST + 2))
    first = await done(world, Forgotten())
    (rest,) = first.emits
    assert len(await lines(world)) == 2
    await done(world, Arrived("followed"))
    said = [id_ for id_ in await lines(world) if id_ not in old]
    last = await done(world, decode_inbound(rest.body).content)
    assert (await lines(world), last.emits) == (said, [])
    assert world.dialogue.greeted, "what was said meanwhile is not forgotten"


async def test_a_file_sent_after_coming_back_is_kept(world: World) -> None:
    uploads = world.conversation.writer.filer.uploads
    left = world.clock.ms()
    world.clock.advance(60)
    mine = await file_for(world)
    assert await uploads.unused(KEY, left, MOST) == []
    assert [info.id for info in await uploads.unused(KEY, world.clock.ms(), MOST)] == [mine]
