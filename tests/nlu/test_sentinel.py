"""The second look at danger: what it was taught with, which parts of a message it weighs, and what its start costs."""
from __future__ import annotations

import asyncio
import re
from pathlib import Path

import numpy as np
import pytest

from bench.held_out import load
from gateway import yamls
from gateway.emergency import INSTEAD, emergency
from nlu import sentinel
from nlu.batching import BatchEncoder
from nlu.encoder import NgramEncoder
from nlu.grams import weighed
from nlu.normal import normal
from nlu.sentinel import CLOSER, PARTS, DangerWatch, Signs, parts, read, tells
from nlu.weighing import BUCKETS, DOUBT, HARMLESS, Places, Sentence, Weighing, kernel, lengths, likeness, regress
from tests import minds

DANGERS = minds.ROOT / "nlu" / "dangers"
TAUGHT = read(DANGERS)
SIGNS = Signs(DANGERS / "signs.yaml")
COMPLAINT = "我在你们平台买的手机用了三天就坏了，客服说要返厂检测，我要求全额退款。"


async def seen(text: str) -> str | None:
    return await minds.watch().danger(text, emergency(text))


# --- what it is taught with ---------------------------------------------------------------------------------

def test_every_kind_is_taught_in_both_languages_and_so_is_its_opposite() -> None:
    for language in ("zh", "en"):
        present, harmless = (yamls.read(DANGERS / f"{part}.{language}.yaml") for part in ("present", "harmless"))
        assert set(present) == set(INSTEAD)
        assert set(harmless) == {*INSTEAD, "answers"}
        assert min(len(lines.splitlines()) for lines in present.values()) >= 40
    kinds = [one.kind for one in TAUGHT]
    assert len(kinds) - kinds.count(HARMLESS) >= 900
    assert kinds.count(HARMLESS) >= 1400


def test_no_sentence_stands_twice_or_in_the_held_out_set() -> None:
    texts = [one.text for one in TAUGHT]
    assert len(texts) == len(set(texts))
    held = load()
    assert set(texts) & {case.text for case in (*held.emergencies, *held.harmless)} == set()


def test_of_the_dangers_hardly_one_is_too_short_for_a_look() -> None:
    plain = [normal(one.text) for one in TAUGHT if one.kind != HARMLESS]
    assert len([text for text in plain if not (SIGNS.any_of_danger(text) or tells(text))]) <= 10


def test_complaints_are_taught_as_harmless_and_none_of_violence_at_home() -> None:
    found = sentinel.complaints(minds.TRAINING, SIGNS)
    assert {one.kind for one in found} == {HARMLESS}
    assert {one.doubt for one in found} == {sentinel.DOUBT_OF_COMPLAINTS}
    assert "my husband beats me" not in {one.text for one in found}
    signed = [one.text for one in found if SIGNS.any_of_danger(normal(one.text))]
    assert len(found) / 2 < len(signed) < len(found), "those with a sign are the harder ones"


# --- signs and parts ----------------------------------------------------------------------------------------

@pytest.mark.parametrize(("text", "sign"), [
    ("楼上冒烟", True), ("樓上冒煙", True), ("smoke upstairs", True), ("smock", False), ("我姓张", False),
    ("lit", True), ("little", False), ("", False),
])
def test_english_signs_are_whole_words(text: str, sign: bool) -> None:
    assert SIGNS.any_of_danger(normal(text)) is sign


def test_a_short_message_is_one_part_a_long_one_its_clauses_with_signs_and_their_neighbours() -> None:
    assert parts("你好，我家着火了", SIGNS) == ["我家着火了"]
    assert parts("昨天买的菜，没发票。楼上着火了", SIGNS)[1:] == ["楼上着火了", "没发票 楼上着火了"]
    assert len(parts("，".join(["着火了"] * 100), SIGNS)) == 1 + PARTS


# --- the weighing -------------------------------------------------------------------------------------------

def test_near_sentences_vote_for_what_they_are() -> None:
    here = np.array([[0, 0], [0, 0.1], [3, 3], [3, 3.1]], dtype=np.float32)
    told = [Sentence("", "fire"), Sentence("", "fire"), Sentence("", HARMLESS), Sentence("", "gas")]
    weighing = regress(Places(here, [""] * 4), told)
    asked = Places(np.array([[0, 0.05], [3, 3.05], [50, 50]], dtype=np.float32), [""] * 3)
    near_fire, near_both, far = weighing.votes(asked)
    assert near_fire[0] > 0.5 > abs(float(near_both[0]))
    assert weighing.kinds[int(near_fire[1:].argmax())] == "fire"
    assert far == pytest.approx(0, abs=1e-6)
    assert set(weighing.nearest(np.array([0, 0], dtype=np.float32), 2)) == {0, 1}
    again = Weighing(weighing.arrays).votes(asked)
    assert np.array_equal(again, weighing.votes(asked)), "what is stored is the same"


def test_where_points_say_nothing_spelling_does() -> None:
    nowhere = np.zeros((2, 2), dtype=np.float32)
    weighing = regress(Places(nowhere, ["煤气漏了", "火锅店太吵"]), [Sentence("", "gas"), Sentence("", HARMLESS)])
    gas, noise = weighing.votes(Places(nowhere, ["漏煤气", "店里吵"]))[:, 0]
    assert gas > 0 > noise


def test_who_is_doubted_votes_more_softly() -> None:
    here = Places(np.array([[0, 0]], dtype=np.float32), [""])
    sure, doubted = (regress(here, [Sentence("", "fire", doubt)]).votes(here)[0, 0] for doubt in (DOUBT, 1.0))
    assert sure > doubted > 0


def test_nearness_is_one_for_the_same_and_none_for_far_points() -> None:
    here = np.array([[0, 0], [9, 9]], dtype=np.float32)
    assert kernel(here, here, lengths(here)) == pytest.approx(np.eye(2), abs=1e-6)
    spelt = [weighed(text, np.ones(BUCKETS, dtype=np.float32)) for text in ("着火了", "着火了", "lost")]
    assert likeness(spelt) == pytest.approx(np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]]), abs=1e-6)


# --- what it sees -------------------------------------------------------------------------------------------

@pytest.mark.parametrize("text", [
    "我妈吃错药了，现在人迷迷糊糊的", "室友留了张字条说不用等她，人不见了", "the boat we are on is taking in water",
    "a man outside my window is throwing bottles at people", "the roof beams are cracking and we are still in the hall",
])
async def test_danger_that_no_rule_spells_out_is_seen(text: str) -> None:
    assert emergency(text) is None
    assert await seen(text) is not None


@pytest.mark.parametrize("text", [
    "火警电话是免费的吗", "物业说消防栓下个月修", "煤气费能不能按季度交", "the lift was repaired last week, thank you",
    "我爸去年摔断腿的鉴定结果什么时候出", "when does the swimming pool open", "这个月工资还没发，急死人",
])
async def test_the_words_without_the_danger_are_not(text: str) -> None:
    assert await seen(text) is None


async def test_of_the_held_out_sentences_nearly_all_are_told_right() -> None:
    """Every third or eighth of the development sets; all of them: python -m bench.understanding."""
    held = load()
    missed = [case.text for case in held.emergencies[::3] if await seen(case.text) is None]
    alarms = [case.text for case in held.harmless[::8] if await seen(case.text) is not None]
    assert len(missed) <= 1, missed
    assert len(alarms) <= 2, alarms


async def test_danger_is_heard_however_it_is_told_and_what_sounds_like_it_is_not() -> None:
    """Of the kinds of telling in danger_kinds.yaml, none of it taught; one mistake on each side is a neighbour's."""
    kinds = yamls.read(Path(__file__).with_name("danger_kinds.yaml"))
    told = {side: [text for texts in kinds[side].values() for text in texts] for side in kinds}
    missed = [text for text in told["danger"] if await seen(text) is None]
    alarms = [text for text in told["harmless"] if await seen(text) is not None]
    assert len(missed) <= 1, missed
    assert len(alarms) <= 1, alarms


def test_what_is_asked_of_the_watch_was_not_taught() -> None:
    kinds = yamls.read(Path(__file__).with_name("danger_kinds.yaml"))
    asked = {text for side in kinds.values() for texts in side.values() for text in texts}
    assert asked & {one.text for one in TAUGHT} == set()


@pytest.mark.parametrize(("text", "look"), [
    ("天河区体育西路", False), ("13800138000", False), ("skip", False), ("blue, the left one", False),
    ("明天的太阳我就不看了", True), ("there is no tomorrow for me", True),
])
def test_what_tells_a_story_is_looked_at_without_a_sign(text: str, look: bool) -> None:
    assert tells(normal(text)) is look


async def test_danger_behind_a_long_complaint_is_seen() -> None:
    assert CLOSER > 0
    assert await seen(COMPLAINT) is None
    assert await seen(COMPLAINT + "等一下，隔壁好像着火了，好多烟") == "fire"
    assert await seen(COMPLAINT + "有人倒在楼道里，叫不醒") == "medical"


# --- its start ----------------------------------------------------------------------------------------------

async def test_what_was_worked_out_is_kept(tmp_path: Path) -> None:
    few = tmp_path / "dangers"
    few.mkdir()
    (few / "signs.yaml").write_text((DANGERS / "signs.yaml").read_text("utf-8"), "utf-8")
    (few / "present.zh.yaml").write_text("fire: |\n  着火了\n  楼上冒烟\n", "utf-8")
    (few / "harmless.zh.yaml").write_text("fire: |\n  火锅店太吵\n", "utf-8")
    fitted = []
    for _ in range(2):
        watch = DangerWatch(few, _training(tmp_path), tmp_path / "models", minds.encoder())
        await watch.open()
        fitted.append(watch.fitted)
        assert await watch.danger("楼上冒烟了", None) == "fire"
    assert fitted == [True, False]


def _training(tmp_path: Path) -> Path:
    folder = tmp_path / "training"
    folder.mkdir(exist_ok=True)
    (folder / "small.yml").write_text(
        'version: "3.1"\nnlu:\n  - intent: complaint.pollution\n    examples: |\n      - 工厂冒黑烟\n', "utf-8")
    return folder


def test_an_encoder_that_knows_no_meaning_leaves_it_to_the_rules(tmp_path: Path) -> None:
    async def ask() -> list[str | None]:
        encoder = BatchEncoder(NgramEncoder)
        watch = DangerWatch(DANGERS, minds.TRAINING, tmp_path, encoder)
        await watch.open()
        found = [await watch.danger("着火了", "fire"), await watch.danger("着火了", None)]
        await encoder.close()
        return found

    assert asyncio.run(ask()) == ["fire", None]
    assert list(tmp_path.iterdir()) == []


def test_to_look_by_language_finds_the_same_signs() -> None:
    """Also those of no language: numbers and marks."""
    whole = [re.compile(words) for words in SIGNS.words]
    texts = ["打120了", "拨了999", "911", "x911", "着火了", "smoke 烟", "help me", "走了?", ""]
    for plain in map(normal, [*texts, *(one.text for one in read(DANGERS)[::20])]):
        assert SIGNS.of(plain) == [float(words.search(plain) is not None) for words in whole], plain
