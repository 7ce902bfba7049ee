"""Effects become one commit: each effect by itself, then what every turn leaves behind."""
from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from prometheus_client import REGISTRY

from gateway import city as cities
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.completeness import completeness
from gateway.dialogue.draft import Case, Dialogue, Draft, Filled
from gateway.dialogue.effects import (
    Arm,
    Ask,
    Blame,
    CallPerson,
    Disarm,
    Effect,
    FetchDraft,
    File,
    HandDraft,
    Labelled,
    LeavePerson,
    Quote,
    Rated,
    Say,
    Served,
    Supplement,
    Told,
)
from gateway.fields.city import City
from gateway.filing import Filer
from gateway.handover import DraftHanded, DraftWanted, OpenDraft
from gateway.messages import Elapsed, FieldError, Inbound, Option, Outbound, Text, decode_inbound, decode_outbound
from gateway.orders import CaseState, Posted
from gateway.replies import Replies
from gateway.seal import HIDDEN, Seal
from gateway.store.files import FolderBlobs
from gateway.store.sqlite import SqliteStore
from gateway.transcripts import AnswerLine, ConversationInfo, ServiceLine, TranscriptLine
from gateway.turn import Turn
from gateway.uploads import Uploads
from gateway.writing import DAY_MS, Writer
from tests.clock import ManualClock, SerialIds
from tests.images import jpeg

KEY = "web:visitor"
WO = "WO-20261123-4KX7P2M9QD"
NOW = ManualClock().ms()
SEAL = Seal(b"a key of the tests")
RATED = Rated(WO, 0, "no", 1, "no", "没送到", True)


@pytest.fixture
async def writer(
    tmp_path: Path, catalog: Catalog, guangzhou: City, wording: Replies
) -> AsyncIterator[Writer]:
    clock, ids = ManualClock(), SerialIds()
    store = SqliteStore(tmp_path / "w.db", clock, ids)
    await store.open()
    uploads = Uploads(FolderBlobs(tmp_path / "blobs"), store.records, clock, ids)
    filer = Filer(guangzhou, cities.load_deadlines(Path("city")), wording, ids, uploads, 1096)
    yield Writer(catalog, wording, filer, SEAL, transcript_days=180, case_days=1096)
    await store.close()


async def write(
    writer: Writer, *effects: Effect, state: Dialogue | None = None, number: int = 2
) -> tuple[Dialogue, Turn]:
    turn = Turn(KEY, number, NOW, effects=list(effects))
    return await writer.write(state or Dialogue(), turn), turn


def reply(turn: Turn) -> Outbound:
    (feed,) = turn.feeds
    return decode_outbound(feed.body)


# --- what the citizen reads ---------------------------------------------------------------------------------

async def test_paragraphs_are_one_message(writer: Writer) -> None:
    _, turn = await write(writer, Quote("第一段"), Say("stale"), Quote("第三段 {{7*7}} %s"))
    message = reply(turn)
    first, second, third = message.text.split("\n\n")
    assert (first, third) == ("第一段", "第三段 {{7*7}} %s")
    assert second
    assert (message.id, message.sender, message.at) == ("2.0", "bot", NOW)


async def test_a_fault_names_its_field_beside_the_text(writer: Writer) -> None:
    phone, rule = Blame("contact_phone", "phone"), Blame("sender_address", "differ")
    effects = Say("problem.phone", {"label": "电话"}, phone), Quote("两地相同", rule), Quote("哪里？")
    _, turn = await write(writer, *effects)
    message = reply(turn)
    first, second, _ = message.text.split("\n\n")
    assert message.errors == (FieldError(phone.field, "phone", first), FieldError(rule.field, "differ", second))


async def test_nothing_to_say_sends_nothing(writer: Writer) -> None:
    _, turn = await write(writer, Quote(""))
    assert (turn.feeds, turn.lines) == ([], [])


async def test_the_language_of_the_conversation_is_spoken(writer: Writer) -> None:
    _, zh = await write(writer, Say("stale"), state=Dialogue(language="zh"))
    _, en = await write(writer, Say("stale"), state=Dialogue(language="en"))
    assert reply(zh).text != reply(en).text
    assert reply(en).text.isascii()


async def test_news_speak_for_the_department(writer: Writer) -> None:
    _, turn = await write(writer, Say("news.accepted", {"work_order": WO, "title": "路灯"}))
    assert reply(turn).sender == "department"
    _, turn = await write(writer, Say("answer.sent", {"work_order": WO}))
    assert reply(turn).sender == "bot", "that their answer went on is our own word"


async def test_a_question_carries_its_choices(writer: Writer) -> None:
    choices = (Labelled("sf", "顺丰 {{x}}"), Option("file", "choice.file"))
    state, turn = await write(writer, Quote("哪家？"), Ask("carrier", choices), state=Dialogue(asked="carrier"))
    message = reply(turn)
    assert (message.ask, message.choices[0]) == ("carrier", Option("sf", "顺丰 {{x}}"))
    assert message.choices[1] == Option("file", "确认提交")
    assert state.asked_by == message.id, "a tap names the message it answers"


async def test_a_question_that_was_overtaken_offers_nothing(writer: Writer) -> None:
    ask = Ask("carrier", (Labelled("sf", "顺丰"),))
    state, turn = await write(writer, Quote("好"), ask, state=Dialogue(asked=None))
    assert (reply(turn).ask, reply(turn).choices, state.asked_by) == (None, (), None)


# --- what others hear ---------------------------------------------------------------------------------------

async def test_a_supplement_and_a_rating_go_to_their_case(writer: Writer) -> None:
    _, turn = await write(writer, Supplement(WO, "还是没到", urge=True), RATED)
    added, answered = turn.emits
    assert (added.lane, added.key, answered.lane, answered.key) == ("events", WO, "events", WO)
    assert added.dedupe != answered.dedupe
    assert msgspec.json.decode(added.body)["text"] == "还是没到"
    rating = msgspec.json.decode(answered.body)["answer"]
    assert (rating["resolved"], rating["satisfaction"], rating["reason"]) == ("no", 1, "没送到")


async def test_a_photo_without_words_reaches_the_department_as_an_attachment(writer: Writer) -> None:
    info = await writer.filer.uploads.keep(KEY, jpeg())
    _, turn = await write(writer, Supplement(WO, "", uploads=(info.id, "gone")), state=Dialogue(language="en"))
    (emit,) = turn.emits
    added = msgspec.json.decode(emit.body)
    assert added["text"] == "（市民补充了 1 个文件，见附件）"
    assert [one["id"] for one in added["attachments"]] == [info.id]
    kept = next(put for put in turn.puts if put.kind == "upload")
    assert "unused" not in kept.index, "it stays as long as the case"


async def test_an_answer_is_counted_in_the_commit_that_gives_it(writer: Writer) -> None:
    labels = {"entry": "night_noise", "solved": "yes"}
    before = REGISTRY.get_sample_value("huiyin_answers_total", labels) or 0
    _, turn = await write(writer, Told("night_noise", "yes"), state=Dialogue(language="en"))
    (put,) = (put for put in turn.puts if put.kind == "answer")
    line = msgspec.json.decode(put.body or b"", type=AnswerLine)
    assert line == AnswerLine(NOW, "night_noise", "yes", "en", turn.channel)
    assert put.index == {"at": NOW, "entry": "night_noise", "solved": "yes"}
    assert put.expires == NOW + 1096 * DAY_MS
    assert REGISTRY.get_sample_value("huiyin_answers_total", labels) == before + 1


async def test_a_judged_talk_is_counted_in_the_commit_that_thanks(writer: Writer) -> None:
    before = REGISTRY.get_sample_value("huiyin_talks_rated_total", {"points": "3"}) or 0
    _, turn = await write(writer, Served("clerk", 3))
    (put,) = (put for put in turn.puts if put.kind == "service")
    assert msgspec.json.decode(put.body or b"", type=ServiceLine) == ServiceLine(NOW, "clerk", 3, "web")
    assert (put.index, put.expires) == ({"at": NOW, "agent": "clerk"}, NOW + 1096 * DAY_MS)
    assert REGISTRY.get_sample_value("huiyin_talks_rated_total", {"points": "3"}) == before + 1


async def test_a_retry_gives_the_same_dedupe_ids(writer: Writer) -> None:
    _, once = await write(writer, Supplement(WO, "一"), Supplement(WO, "二"), Arm("draft_expiry", "d1", 60))
    _, again = await write(writer, Supplement(WO, "一"), Supplement(WO, "二"), Arm("draft_expiry", "d1", 60))
    assert [emit.dedupe for emit in once.emits] == [emit.dedupe for emit in again.emits]
    assert len({emit.dedupe for emit in once.emits}) == 3


async def test_a_timer_comes_back_to_its_own_conversation(writer: Writer) -> None:
    _, turn = await write(writer, Arm("draft_expiry", "d1", 60))
    (emit,) = turn.emits
    assert (emit.lane, emit.key, emit.due) == ("in", KEY, NOW + 60_000)
    assert decode_inbound(emit.body) == Inbound(
        f"{KEY}:draft_expiry:d1@{NOW + 60_000}", KEY, "web", NOW + 60_000, Elapsed("draft_expiry", "d1")
    )


async def test_disarming_names_the_timer_that_was_armed(writer: Writer) -> None:
    _, armed = await write(writer, Arm("draft_expiry", "d1", 60))
    _, disarmed = await write(writer, Disarm("draft_expiry", "d1"))
    assert disarmed.cancel == [emit.dedupe for emit in armed.emits]


async def test_calling_and_leaving_a_person(writer: Writer) -> None:
    waiting, _ = await write(writer, CallPerson("asked"))
    assert (waiting.mode, waiting.why) == ("waiting", "asked")
    back, turn = await write(writer, LeavePerson(), state=replace(waiting, agent="li"))
    assert (back.mode, back.why, back.agent) == ("bot", None, None)
    assert turn.staffed


# --- what is kept -------------------------------------------------------------------------------------------

async def test_the_transcript_is_kept_in_order_and_for_so_long(writer: Writer) -> None:
    turn = Turn(KEY, 12, NOW, effects=[Quote("好的")])
    turn.heard([Inbound("m1", KEY, "web", NOW, Text("路灯坏了"))])
    await writer.write(Dialogue(), turn)
    lines = [put for put in turn.puts if put.kind == "transcript"]
    assert [put.id for put in lines] == [f"{KEY}:00000012:000", f"{KEY}:00000012:001"]
    assert {put.expires for put in lines} == {NOW + 180 * DAY_MS}
    said = [msgspec.json.decode(put.body or b"", type=TranscriptLine) for put in lines]
    assert [(line.sender, line.text) for line in said] == [("citizen", "路灯坏了"), ("bot", "好的")]


@pytest.mark.parametrize(("state", "number", "shown"), [
    (Dialogue(), 1, True), (Dialogue(), 2, False), (Dialogue(mode="waiting", why="asked"), 2, True),
    (Dialogue(mode="agent", agent="li"), 2, True),
], ids=["begins", "goes on", "waits", "talks"])
async def test_staff_see_who_begins_waits_or_talks(writer: Writer, state: Dialogue, number: int, shown: bool) -> None:
    mine = Case(WO, "general", "其他诉求", "submitted", "")
    _, turn = await write(writer, Quote("好"), state=replace(state, cases=(mine,)), number=number)
    infos = [put for put in turn.puts if put.kind == "conversation"]
    assert len(infos) == shown
    for put in infos:
        info = msgspec.json.decode(put.body or b"", type=ConversationInfo)
        assert (info.mode, info.why, info.agent, info.work_orders) == (state.mode, state.why, state.agent, (WO,))


# --- filing -------------------------------------------------------------------------------------------------

LAMP = Draft("d1", "general", 0, NOW, values={
    "description": Filled("楼下的路灯坏了三天了，没有人来修", "楼下的路灯坏了三天了，没有人来修"),
    "contact_phone": Filled("+8613800138000", "138 0013 8000"),
})


def lamp(writer: Writer) -> Draft:
    return replace(LAMP, version=writer.catalog.newest["general"].version)


async def test_the_look_up_code_is_told_once_and_kept_nowhere(writer: Writer) -> None:
    state, turn = await write(writer, File(lamp(writer)), Say("receipt"))
    receipt = reply(turn)
    code = SEAL.lookup_code(receipt.work_order or "")
    assert code in receipt.text
    kept = b"".join(put.body or b"" for put in turn.puts) + b"".join(emit.body for emit in turn.emits)
    assert code.encode() not in kept + msgspec.json.encode(state)
    assert HIDDEN in turn.lines[-1].text


async def test_an_order_over_the_api_finds_its_answer(writer: Writer) -> None:
    _, turn = await write(writer, File(lamp(writer), answer="a" * 32), Say("receipt"))
    (posted,) = [put for put in turn.puts if put.kind == "posted"]
    answer = msgspec.json.decode(posted.body or b"", type=Posted)
    assert (posted.id, posted.expires) == ("a" * 32, NOW + 7 * DAY_MS)
    assert (answer.work_order_id, answer.status) == (reply(turn).work_order, "submitted")


async def test_how_complete_it_is_stands_beside_the_order(writer: Writer) -> None:
    _, turn = await write(writer, File(lamp(writer)), Say("receipt"))
    (case,) = [put for put in turn.puts if put.kind == "work_order"]
    state = msgspec.json.decode(case.body or b"", type=CaseState)
    template = writer.catalog.newest["general"]
    assert state.completeness == completeness(template, lamp(writer))
    assert "completeness" not in state.order


async def test_a_draft_moves_by_items_of_the_other_conversation(writer: Writer) -> None:
    found = OpenDraft("web:other", "d1", "general", 1, 2)
    _, turn = await write(writer, FetchDraft(found), HandDraft("web:third", lamp(writer)))
    wanted, handed = (decode_inbound(emit.body) for emit in turn.emits)
    assert [(emit.lane, emit.key) for emit in turn.emits] == [("in", "web:other"), ("in", "web:third")]
    assert wanted.content == DraftWanted("d1", KEY)
    assert isinstance(handed.content, DraftHanded)
    assert msgspec.convert(handed.content.draft, Draft) == lamp(writer)
    assert turn.feeds == [], "nothing is said until it is there"
