"""What every understanding engine keeps, whatever it understands. A new engine adds a row to ENGINES."""
from __future__ import annotations

import asyncio
import atexit
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import cache
from pathlib import Path

import pytest

from gateway.clock import SystemClock
from gateway.protocols import NluContext, Understander, Understanding
from nlu.embedded import TEMPLATES, EmbeddedUnderstander
from nlu.null import NullUnderstander
from nlu.rasa import RasaUnderstander
from nlu.rasa_server import Address, RasaServer
from tests import minds
from tests.rasa_server import RasaProcess, model


@asynccontextmanager
async def embedded() -> AsyncIterator[EmbeddedUnderstander]:
    yield minds.embedded()


@asynccontextmanager
async def null() -> AsyncIterator[NullUnderstander]:
    yield minds.null()


@cache
def rasa_process() -> RasaProcess:
    """One for the whole session."""
    folder = tempfile.TemporaryDirectory(prefix="huiyin-rasa-")
    server = RasaProcess(Path(folder.name), model())
    server.start()
    atexit.register(folder.cleanup)
    atexit.register(server.stop)
    return server


@asynccontextmanager
async def rasa() -> AsyncIterator[RasaUnderstander]:
    """The real server. Each answer has to be its own: whatever is asked, nothing but "rasa" may be counted."""
    server, how = rasa_process(), set[str]()
    engine = RasaUnderstander(
        RasaServer(Address(server.url, server.token), PATIENCE_S), minds.embedded(), SystemClock(), how.add, CROWD)
    await engine.open()
    yield engine
    await engine.close()
    assert how <= {"rasa"}


CROWD = 60
PATIENCE_S = 10.0  # the machine of the tests is busy with other things, too
ENGINES: dict[str, Callable[[], AbstractAsyncContextManager[Understander]]] = {
    "embedded": embedded, "null": null, "rasa": rasa,
}
NOWHERE = NluContext()
MESSAGES = [
    "你好，我要投诉顺丰，单号SF1234567890123，从广州海珠区新港中路寄到北京朝阳区建国路的件，三天没动了",
    "the bike lock did not close and I was charged for six hours",
    "谢谢", "1", "是", "WO-20261101-7K3M9QZ2TA",
]
HOSTILE = [
    "", " ", "\n\n\t", "。。。！！？", "…", "😀" * 400, "\u200b\u200f\u202e\ufeff", "\x00\x01\x07",
    "\ud800 alone \udfff",
    "{{7*7}}", "<img src=x onerror=alert(1)>", "%s%n%d", "'; DROP TABLE x; --", "../../etc/passwd", "ا" * 300,
    "快递" * 5000, "a" * 10_000, "word " * 3000, "，" * 5000, "你好，" * 2000, "请给我" * 2000, "\u0301" * 500,
]


@pytest.fixture(params=["embedded", "null", pytest.param("rasa", marks=pytest.mark.slow)])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[Understander]:
    async with ENGINES[request.param]() as engine:
        yield engine


async def ask(engine: Understander, text: str, language: str = "zh") -> Understanding:
    return await engine.understand(text, language, NOWHERE)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
async def test_no_text_raises(engine: Understander, text: str) -> None:
    got = await ask(engine, text)
    assert got.content in text
    assert 0.0 <= got.in_scope <= 1.0


@pytest.mark.parametrize("text", MESSAGES)
async def test_intents_are_a_ranking(engine: Understander, text: str) -> None:
    scores = [scored.score for scored in (await ask(engine, text)).intents]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    assert sum(scores) <= 1.01


@pytest.mark.parametrize("text", MESSAGES)
async def test_no_intent_stands_twice(engine: Understander, text: str) -> None:
    names = [scored.id for scored in (await ask(engine, text)).intents]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("text", MESSAGES)
async def test_templates_are_the_complaints_among_the_intents(engine: Understander, text: str) -> None:
    got = await ask(engine, text)
    assert [(TEMPLATES + scored.id, scored.score) for scored in got.templates] == [
        (scored.id, scored.score) for scored in got.intents if scored.id.startswith(TEMPLATES)
    ]


@pytest.mark.parametrize("text", MESSAGES)
async def test_content_is_a_part_of_what_was_written(engine: Understander, text: str) -> None:
    got = await ask(engine, text)
    assert got.content
    assert got.content in text


@pytest.mark.parametrize("text", MESSAGES)
async def test_nobody_is_sure_of_nothing(engine: Understander, text: str) -> None:
    got = await ask(engine, text)
    assert got.intents or not got.sure


async def test_it_says_who_it_is(engine: Understander) -> None:
    got = await ask(engine, MESSAGES[0])
    assert got.engine == engine.name
    assert got.model


async def test_the_same_words_mean_the_same(engine: Understander) -> None:
    assert await ask(engine, MESSAGES[0]) == await ask(engine, MESSAGES[0])


async def test_an_open_form_and_another_language_are_no_obstacle(engine: Understander) -> None:
    got = await engine.understand(MESSAGES[1], "fr", NluContext(template="express_delivery", asked="carrier"))
    assert got.engine == engine.name


async def test_many_at_once_get_each_their_own_answer(engine: Understander) -> None:
    texts = [f"{MESSAGES[n % len(MESSAGES)]} {n}" for n in range(CROWD)]
    together = await asyncio.gather(*(ask(engine, text) for text in texts))
    for text, got in zip(texts, together, strict=True):
        alone = await ask(engine, text)
        assert got.content == alone.content
        assert [scored.id for scored in got.intents[:1]] == [scored.id for scored in alone.intents[:1]]
        assert got.in_scope == pytest.approx(alone.in_scope, abs=0.01)
