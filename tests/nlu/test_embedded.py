"""The default engine: how much of what it has never seen it understands, and what its start costs."""
from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml

from bench.held_out import Case, load, wrapped
from bench.ranking import Judged, accuracy, judge, strangers
from gateway import yamls
from gateway.protocols import NluContext
from nlu.batching import BatchEncoder
from nlu.cache import kept
from nlu.embedded import TEMPLATES, EmbeddedUnderstander
from nlu.encoder import Encoder, Matrix, NgramEncoder
from tests import minds

HELD = load()
HELD_OUT = HELD.intents[::2]  # all of them: python -m bench.understanding
COMPLAINTS = [case for case in HELD_OUT if case.want.startswith(TEMPLATES)]
SMALL = """version: "3.1"
nlu:
  - intent: complaint.express_delivery
    examples: |
      - 快递丢了
      - 包裹没有送到
      - my parcel is lost
  - intent: complaint.construction_noise
    examples: |
      - 工地半夜施工
      - 打桩声音太大
      - drilling at night
  - intent: out_of_scope
    examples: |
      - 今天天气怎么样
      - tell me a joke
"""


@pytest.fixture(scope="session")
def engine() -> EmbeddedUnderstander:
    return minds.embedded()


@pytest.fixture(scope="session")
def everything(engine: EmbeddedUnderstander) -> list[Judged]:
    return judged(engine, HELD_OUT)


def judged(engine: EmbeddedUnderstander, sentences: Sequence[Case]) -> list[Judged]:
    return asyncio.run(judge(engine, sentences))


# --- what it understands ------------------------------------------------------------------------------------

def test_sentences_nobody_taught_it(everything: list[Judged]) -> None:
    report = accuracy(everything)
    assert report["top1"].value >= 0.74
    assert report["top3"].value >= 0.90
    assert report["coverage"].value >= 0.53
    assert report["precision"].value >= 0.85


@pytest.mark.parametrize("language", ["zh", "en"])
def test_complaints_are_told_apart_in_both_languages(everything: list[Judged], language: str) -> None:
    report = accuracy([one for one in everything if one.case in COMPLAINTS and one.case.language == language])
    assert report["top1"].value >= 0.66
    assert report["top3"].value >= 0.87


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_unseen_polite_wrapping_leaves_most_of_it(engine: EmbeddedUnderstander, language: str) -> None:
    bare = [case for case in COMPLAINTS if case.language == language][::3]
    polite = accuracy(judged(engine, wrapped(bare, HELD.preambles)))
    assert polite["top1"].value >= accuracy(judged(engine, bare))["top1"].value - 0.25


def test_strangers_are_told_from_our_own(everything: list[Judged]) -> None:
    report = strangers(everything)
    assert report["auroc"].value >= 0.90
    assert report["rejected_at_95_kept"].value >= 0.70


@pytest.mark.slow
def test_english_is_understood_after_chinese_alone(tmp_path: Path) -> None:
    for path in minds.TRAINING.glob("*.yml"):
        document = yamls.read(path)
        for block in document["nlu"]:
            kept_lines = [line for line in block["examples"].splitlines() if not line.isascii()]
            block["examples"] = "\n".join(kept_lines) + "\n"
        document["nlu"] = [block for block in document["nlu"] if block["intent"].startswith(TEMPLATES)]
        if document["nlu"]:
            (tmp_path / path.name).write_text(yaml.safe_dump(document, allow_unicode=True), "utf-8")
    engine = EmbeddedUnderstander(tmp_path, minds.CACHE / "chinese", minds.encoder())
    asyncio.run(engine.open())
    english = [case for case in COMPLAINTS if case.language == "en"]
    assert accuracy(judged(engine, english))["top1"].value >= 0.50


async def test_the_message_of_the_issue() -> None:
    text = "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了"
    got = await minds.embedded().understand(text, "zh", NluContext())
    assert got.templates[0].id == "express_delivery"
    assert got.sure
    assert got.content == text.removeprefix("你好，")


async def test_a_traditional_message_is_read_like_a_simplified_one() -> None:
    one = await minds.embedded().understand("快遞丟了沒人處理", "zh", NluContext())
    other = await minds.embedded().understand("快递丢了没人处理", "zh", NluContext())
    assert one.intents == other.intents


async def test_only_the_beginning_of_a_long_clause_counts() -> None:
    short = "快递丢了一直没有人处理" * 30
    got = await minds.embedded().understand(short[:300] + "工地半夜施工" * 200, "zh", NluContext())
    assert got.templates[0].id == "express_delivery"


# --- start and cache ----------------------------------------------------------------------------------------

@pytest.fixture
def training(tmp_path: Path) -> Path:
    folder = tmp_path / "training"
    folder.mkdir()
    (folder / "small.yml").write_text(SMALL, "utf-8")
    return folder


async def opened(training: Path, cache: Path, encoder: type[Encoder] = NgramEncoder) -> EmbeddedUnderstander:
    batches = BatchEncoder(encoder)
    engine = EmbeddedUnderstander(training, cache, batches)
    await engine.open()
    await batches.close()
    return engine


async def test_the_second_start_does_not_fit_again(training: Path, tmp_path: Path) -> None:
    first = await opened(training, tmp_path / "cache")
    second = await opened(training, tmp_path / "cache")
    assert (first.fitted, second.fitted) == (True, False)
    assert first.model == second.model


async def test_another_sentence_means_another_model_and_the_old_one_goes(training: Path, tmp_path: Path) -> None:
    first = await opened(training, tmp_path / "cache")
    (training / "small.yml").write_text(SMALL + "      - 讲个笑话\n", "utf-8")
    second = await opened(training, tmp_path / "cache")
    assert second.fitted
    assert second.model != first.model
    assert [path.name for path in (tmp_path / "cache").glob("nlu-*.npz")] == [f"nlu-{second.model}.npz"]


async def test_another_encoder_means_another_model(training: Path, tmp_path: Path) -> None:
    class Renamed(NgramEncoder):
        model = "another"

    first = await opened(training, tmp_path / "cache")
    assert (await opened(training, tmp_path / "cache", Renamed)).model != first.model


async def test_a_torn_file_is_fitted_again(training: Path, tmp_path: Path) -> None:
    first = await opened(training, tmp_path / "cache")
    (tmp_path / "cache" / f"nlu-{first.model}.npz").write_bytes(b"PK\x03\x04 torn")
    assert (await opened(training, tmp_path / "cache")).fitted


async def test_the_same_sentences_give_the_same_model(training: Path, tmp_path: Path) -> None:
    first = await opened(training, tmp_path / "one")
    await opened(training, tmp_path / "two")
    one, _ = kept(tmp_path / "one", "nlu", first.model, dict)
    two, _ = kept(tmp_path / "two", "nlu", first.model, dict)
    assert one.keys() == two.keys()
    assert all(np.array_equal(one[array], two[array]) for array in one)


async def test_a_kept_model_judges_like_a_fresh_one(training: Path, tmp_path: Path) -> None:
    fresh = EmbeddedUnderstander(training, tmp_path / "one", BatchEncoder(NgramEncoder))
    await fresh.open()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    stored = EmbeddedUnderstander(training, tmp_path / "two", BatchEncoder(NgramEncoder))
    await stored.open()
    assert not stored.fitted
    assert await stored.understand("快递", "zh", NluContext()) == await fresh.understand("快递", "zh", NluContext())


async def test_without_the_sentence_encoder_spelling_still_serves(training: Path, tmp_path: Path) -> None:
    engine = EmbeddedUnderstander(training, tmp_path / "cache", BatchEncoder(NgramEncoder))
    await engine.open()
    got = await engine.understand("我的包裹没有送到", "zh", NluContext())
    assert got.templates[0].id == "express_delivery"
    assert got.sure


class Counting(NgramEncoder):
    """Notes what it is given."""

    seen: list[str] = []

    def encode(self, texts: Sequence[str]) -> Matrix:
        Counting.seen += texts
        return super().encode(texts)


@pytest.mark.parametrize(("message", "encoded"), [
    ("快递丢了，包裹没有送到", ["快递丢了 包裹没有送到"]),  # one matter, one vector; then a second one is announced
    ("快递丢了。另外工地半夜施工", ["快递丢了 另外工地半夜施工", "快递丢了", "工地半夜施工"]),
])
async def test_what_is_weighed(training: Path, tmp_path: Path, message: str, encoded: list[str]) -> None:
    engine = EmbeddedUnderstander(training, tmp_path / "cache", BatchEncoder(Counting))
    await engine.open()
    Counting.seen.clear()
    await engine.understand(message, "zh", NluContext())
    assert Counting.seen == encoded


async def test_asking_before_opening_is_our_own_mistake(training: Path, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="open"):
        await EmbeddedUnderstander(training, tmp_path, BatchEncoder(NgramEncoder)).understand("喂", "zh", NluContext())


async def test_the_loop_turns_while_the_encoder_works(training: Path, tmp_path: Path) -> None:
    loop_turned = threading.Event()

    class Waiting(NgramEncoder):
        def encode(self, texts: Sequence[str]) -> Matrix:
            if any("等" in text for text in texts):
                assert loop_turned.wait(5), "the loop stood still"
            return super().encode(texts)

    engine = EmbeddedUnderstander(training, tmp_path / "cache", BatchEncoder(Waiting))
    await engine.open()
    asked = asyncio.create_task(engine.understand("等一等，快递丢了", "zh", NluContext()))
    await asyncio.sleep(0)
    loop_turned.set()
    assert (await asked).templates
