"""A burst becomes one reading; the engine and the knowledge base are asked only where the dialogue needs them."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue, Draft
from gateway.fields.base import Context, FieldType, Span
from gateway.fields.city import City
from gateway.fields.registry import TYPES
from gateway.messages import Choice, CitizenContent, Form, Location, Text, Upload
from gateway.rankings import Answer, NluContext, Scored, Understanding
from gateway.understanding import MAX_TEXT, Reader, Spans

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
FREE = Answer("free", 0.9, True, "要钱吗", "不收费", "12345热线", "热线办")


@dataclass
class Engine:
    """Remembers what it was asked; finds everything in scope and hears the words without their greeting."""

    name: str = "listening"
    sure_of: str = ""
    asked: list[tuple[str, str, NluContext]] = field(default_factory=list)

    async def understand(self, text: str, language: str, context: NluContext) -> Understanding:
        self.asked.append((text, language, context))
        intents = (Scored(self.sure_of, 0.9),) if self.sure_of else ()
        return Understanding(intents, (), text.removeprefix("你好，"), 1.0, bool(intents), self.name, "1")


@dataclass
class Knowledge:
    searched: list[tuple[str, str]] = field(default_factory=list)

    async def search(self, text: str, language: str, n: int = 3) -> Sequence[Answer]:
        self.searched.append((text, language))
        return [FREE]


@dataclass
class Ear:
    reader: Reader
    engine: Engine
    knowledge: Knowledge


@pytest.fixture
def ear(catalog: Catalog, guangzhou: City) -> Ear:
    engine, knowledge = Engine(), Knowledge()
    return Ear(Reader(catalog, guangzhou, engine, knowledge), engine, knowledge)


def in_a_form(asked: str = "description") -> Dialogue:
    draft = Draft("d1", "general", 1, 0)
    return Dialogue(language="zh", draft=draft, asked=asked)


async def test_a_first_message_is_ranked_and_looked_up(ear: Ear) -> None:
    understood = await ear.reader.read(Dialogue(), [Text("你好，打电话要钱吗")], NOW)
    assert ear.engine.asked == [("你好，打电话要钱吗", "zh", NluContext())]
    assert ear.knowledge.searched == [("打电话要钱吗", "zh")], "without the greeting"
    assert understood.ranking is not None
    assert understood.answers == (FREE,)


@pytest.mark.parametrize(("intent", "state", "searches"), [
    ("complaint.general", Dialogue(), 1),          # begins a form, but only asks
    ("greet", Dialogue(), 0),                      # is answered as it stands
    ("complaint.general", in_a_form("confirm"), 1),  # a question inside a form may be meant
    ("complaint.gone", Dialogue(), 1),             # no such form any more
    ("ask_faq", Dialogue(), 1),
    ("", Dialogue(), 1),                           # sure of nothing
])
async def test_nothing_is_looked_up_that_would_not_be_said(
    ear: Ear, intent: str, state: Dialogue, searches: int
) -> None:
    ear.engine.sure_of = intent
    understood = await ear.reader.read(state, [Text("你好，打电话要钱吗？")], NOW)
    assert understood.ranking is not None
    assert len(ear.knowledge.searched) == searches
    assert bool(understood.answers) == bool(searches)


async def test_nothing_is_looked_up_for_words_that_begin_a_form_and_ask_nothing(ear: Ear) -> None:
    ear.engine.sure_of = "complaint.general"
    await ear.reader.read(Dialogue(), [Text("路灯坏了三天没人修")], NOW)
    assert not ear.knowledge.searched


async def test_the_engine_hears_of_the_open_form(ear: Ear) -> None:
    await ear.reader.read(in_a_form("contact_phone"), [Text("这个要收费吗？")], NOW)
    assert [context for _, _, context in ear.engine.asked] == [NluContext("general", "contact_phone")]


@pytest.mark.parametrize("content", [
    Text("帮助"), Text("人工"), Text("取消"), Text("上一步"), Text("13800138000"), Choice("anonymous"),
    Upload("f1", "image/jpeg"), Location(23.1, 113.3, "新港中路"), Form("general", {"description": "路灯不亮"}),
])
async def test_commands_choices_and_answers_are_not_ranked(ear: Ear, content: CitizenContent) -> None:
    understood = await ear.reader.read(in_a_form("contact_phone"), [content], NOW)
    assert understood.ranking is None
    assert (ear.engine.asked, ear.knowledge.searched) == ([], [])


async def test_danger_is_seen_in_a_form_too(ear: Ear) -> None:
    form = Form("general", {"description": "楼里着火了，有人困在里面", "times": 3})
    understood = await ear.reader.read(Dialogue(), [form], NOW)
    assert understood.emergency is not None
    assert understood.emergency.number == "119"


async def test_a_person_who_talks_needs_no_engine(ear: Ear) -> None:
    await ear.reader.read(Dialogue(mode="agent"), [Text("快递三天没动了")], NOW)
    assert ear.engine.asked == []


async def test_the_texts_of_a_burst_are_lines_of_one_utterance(ear: Ear) -> None:
    burst: list[CitizenContent] = [
        Text("快递三天没动了"), Upload("f1", "image/jpeg"), Text("单号SF1234567890123"), Upload("f2", "image/png"),
    ]
    understood = await ear.reader.read(Dialogue(), burst, NOW)
    assert understood.text == "快递三天没动了\n单号SF1234567890123"
    assert understood.uploads == (("f1", "image/jpeg"), ("f2", "image/png"))
    assert understood.content == Text(understood.text)
    assert [span.reading.value for span in understood.spans["tracking_number"]] == ["SF1234567890123"]


async def test_a_map_point_in_a_burst_is_an_address_of_the_city(ear: Ear) -> None:
    burst: list[CitizenContent] = [Text("就在这里"), Location(23.09, 113.32, "广州市海珠区新港中路100号")]
    point = (await ear.reader.read(Dialogue(), burst, NOW)).location
    assert point is not None
    assert point.value == "广州市海珠区新港中路100号"
    assert point.resolved is not None
    assert (point.resolved["district"], point.resolved["lat"]) == ("海珠区", 23.09)


async def test_a_point_that_no_place_is_known_of_keeps_its_label(ear: Ear) -> None:
    for label, shown in (("某处", "某处"), ("", "1.50000, 2.00000")):
        point = (await ear.reader.read(Dialogue(), [Location(1.5, 2.0, label)], NOW)).location
        assert point is not None
        assert (point.value, (point.resolved or {})["long"]) == (shown, 2.0)


async def test_only_so_much_is_looked_at(ear: Ear) -> None:
    understood = await ear.reader.read(Dialogue(), [Text("路" * 100_000)], NOW)
    assert len(understood.text) == MAX_TEXT


@pytest.mark.parametrize("state", [Dialogue(), in_a_form(), Dialogue(mode="agent")], ids=["new", "form", "person"])
async def test_danger_is_heard_in_every_state(ear: Ear, state: Dialogue) -> None:
    understood = await ear.reader.read(state, [Text("楼下着火了")], NOW)
    assert understood.emergency is not None
    assert understood.emergency.number == "119"


@dataclass
class Second:
    """A second look that says `kind` whatever it is asked; remembers what the rules had seen."""

    kind: str | None
    suspected: list[str | None] = field(default_factory=list)

    async def danger(self, text: str, suspected: str | None) -> str | None:
        self.suspected.append(suspected)
        return self.kind


@pytest.mark.parametrize("state", [Dialogue(), in_a_form(), Dialogue(mode="agent")], ids=["new", "form", "person"])
async def test_a_second_look_finds_what_no_rule_saw_and_refutes_what_it_saw(ear: Ear, state: Dialogue) -> None:
    finds, refutes = Second("trapped"), Second(None)
    found = await replace(ear.reader, sentinel=finds).read(state, [Text("他不让我出声")], NOW)
    refuted = await replace(ear.reader, sentinel=refutes).read(state, [Text("楼道里着火了")], NOW)
    assert found.emergency is not None
    assert (found.emergency.kind, found.emergency.number, found.emergency.also) == ("trapped", "119", "96333")
    assert refuted.emergency is None
    assert refutes.suspected == ["fire"]


async def test_danger_anywhere_in_a_burst_counts(ear: Ear) -> None:
    understood = await ear.reader.read(Dialogue(), [Text("楼下着火了"), Upload("f1", "image/jpeg")], NOW)
    assert understood.emergency is not None


async def test_everyday_words_are_no_danger(ear: Ear) -> None:
    assert (await ear.reader.read(Dialogue(), [Text("火锅店太吵")], NOW)).emergency is None
    assert await ear.reader.danger("") is None


@pytest.mark.parametrize(("content", "value"), [
    (Location(23.1, 113.3, "新港中路"), "新港中路"), (Location(23.123456, 113.3), "23.12346, 113.30000"),
])
async def test_a_map_point_is_an_address(ear: Ear, content: Location, value: str) -> None:
    understood = await ear.reader.read(in_a_form("location"), [content], NOW)
    assert understood.location is not None
    assert understood.location.value == value
    assert understood.location.resolved == {"lat": content.lat, "long": content.long, "datum": "WGS84"}


class Counting:
    """A field type that counts how often it looks."""

    name = "phone"

    def __init__(self, real: FieldType) -> None:
        self.looked = 0
        self.find = self._find
        self._real = real

    def _find(self, text: str, ctx: Context) -> Sequence[Span]:
        self.looked += 1
        return self._real.find(text, ctx)


def test_each_type_looks_once_and_only_when_asked(guangzhou: City) -> None:
    phone, money = Counting(TYPES["phone"]), Counting(TYPES["money"])
    types: dict[str, FieldType] = {"phone": phone, "money": money}  # type: ignore[dict-item]
    spans = Spans(types, "电话13800138000", Context(NOW, guangzhou, "zh"))
    assert (len(spans), list(spans)) == (2, ["phone", "money"])
    assert spans["phone"] is spans["phone"]
    assert spans["phone"][0].text == "13800138000"
    assert (phone.looked, money.looked) == (1, 0)
    with pytest.raises(KeyError):
        spans["no_such_type"]
