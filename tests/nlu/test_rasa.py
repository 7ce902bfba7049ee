"""nlu/rasa.py and nlu/rasa_server.py: whatever a Rasa server does, each message is understood, and it is said how."""
from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

from gateway.protocols import NluContext, Understanding
from nlu import rasa
from nlu.rasa import RasaUnderstander
from nlu.rasa_server import MOST, Address, RasaError, RasaServer
from tests import minds
from tests.clock import ManualClock
from tests.nlu.rasa_stand_in import TOKEN, RasaStandIn, rasa_stand_in
from tests.until import until

NOWHERE = NluContext()
PARCEL = "你好，我的快递一直没有到，谢谢"
RANKING = [
    {"name": "complaint.express_delivery", "confidence": 0.93}, {"name": "check_status", "confidence": 0.04},
    {"name": "out_of_scope", "confidence": 0.02},
]
ANSWER_S = 0.2


@dataclass
class World:
    stand_in: RasaStandIn
    server: RasaServer
    engine: RasaUnderstander
    clock: ManualClock
    counted: Counter[str]

    async def ask(self, text: str = PARCEL, context: NluContext = NOWHERE) -> Understanding:
        return await self.engine.understand(text, "zh", context)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with rasa_stand_in() as (stand_in, url):
        stand_in.ranking = list(RANKING)
        clock, counted = ManualClock(), Counter[str]()
        server = RasaServer(Address(url, TOKEN), ANSWER_S)
        engine = RasaUnderstander(server, minds.embedded(), clock, lambda how: counted.update([how]))
        await engine.open()
        stand_in.asked.clear()
        yield World(stand_in, server, engine, clock, counted)
        await engine.close()


async def test_rasa_ranks_the_core_of_the_message_and_the_rest_is_ours(world: World) -> None:
    got = await world.ask()
    assert world.stand_in.asked == [minds.embedded().core(PARCEL)]
    assert [(one.id, one.score) for one in got.intents] == [(one["name"], one["confidence"]) for one in RANKING]
    assert [(one.id, one.score) for one in got.templates] == [("express_delivery", 0.93)]
    assert (got.engine, got.model, got.sure, got.in_scope) == ("rasa", "huiyin-0123456789ab", True, 0.98)
    assert got.content == "我的快递一直没有到"
    assert world.counted == {"rasa": 1}


async def test_rasa_s_own_fallback_and_intents_that_nobody_taught_are_left_out(world: World) -> None:
    world.stand_in.ranking = [
        {"name": "nlu_fallback", "confidence": 0.3}, {"name": "complaint.of_last_year", "confidence": 0.5},
        {"name": "greet", "confidence": 0.2}]
    assert [one.id for one in (await world.ask()).intents] == ["greet"]


async def test_a_message_of_which_it_knows_nothing(world: World) -> None:
    world.stand_in.ranking = []
    got = await world.ask("。。。")
    assert (got.engine, got.intents, got.sure, got.in_scope) == ("rasa", (), False, 0.0)


async def test_two_matters_are_told_apart_outside_a_form(world: World) -> None:
    both = "我的快递丢了一直没有人管。另外楼下工地半夜施工太吵"
    assert [one.template for one in (await world.ask(both)).matters] == ["express_delivery", "construction_noise"]
    assert (await world.ask(both, NluContext("express_delivery", "description"))).matters == ()


async def _500(_: web.Request) -> web.Response:
    return web.Response(status=500, text="Traceback")


async def _elsewhere(request: web.Request) -> web.Response:
    """Where it would be answered."""
    if "again" in request.query:
        return web.json_response({"intent_ranking": RANKING})
    raise web.HTTPTemporaryRedirect(request.rel_url.update_query(again="1"))


async def _html(_: web.Request) -> web.Response:
    return web.Response(text="<html>", content_type="text/html")


async def _certain_beyond_measure(_: web.Request) -> web.Response:
    return web.json_response({"intent_ranking": [{"name": "greet", "confidence": 1.7}]})


async def _no_number(_: web.Request) -> web.Response:
    return web.Response(text='{"intent_ranking": [{"name": "greet", "confidence": NaN}]}')


async def _without_a_ranking(_: web.Request) -> web.Response:
    return web.json_response({"intent": {"name": "greet", "confidence": 0.9}})


async def _padded(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for _ in range(2 * MOST // 1024):
        await response.write(b" " * 1024)
    await response.write(b'{"intent_ranking": []}')
    return response


async def _broken_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "100"})
    await response.prepare(request)
    await response.write(b'{"intent_ranking"')
    assert request.transport
    request.transport.close()
    return response


@pytest.mark.parametrize(("bad", "why"), [
    (_500, "status"), (_elsewhere, "status"), (_html, "answer"), (_certain_beyond_measure, "answer"),
    (_no_number, "answer"), (_without_a_ranking, "answer"), (_padded, "answer"), (_broken_off, "answer"),
])
async def test_where_rasa_answers_badly_the_engine_beside_it_answers(world: World, bad: object, why: str) -> None:
    world.stand_in.bad = bad  # type: ignore[assignment]
    got = await world.ask()
    assert got == await minds.embedded().understand(PARCEL, "zh", NOWHERE)
    assert world.counted == {why: 1}


async def test_it_is_waited_for_a_while_and_no_longer(world: World) -> None:
    world.stand_in.held.clear()
    async with asyncio.timeout(2 * ANSWER_S):
        assert (await world.ask()).engine == "embedded"
    assert world.counted == {"timeout": 1}


async def test_who_never_was_there_is_refused_and_does_not_stop_the_start() -> None:
    counted = Counter[str]()
    engine = RasaUnderstander(
        RasaServer(Address("http://127.0.0.1:9")), minds.embedded(), ManualClock(), lambda how: counted.update([how]))
    await engine.open()
    assert (await engine.understand(PARCEL, "zh", NOWHERE)).engine == "embedded"
    await engine.close()
    assert counted == {"refused": 1}


async def test_a_wrong_token_is_said_without_it(caplog: pytest.LogCaptureFixture) -> None:
    async with rasa_stand_in() as (_, url):
        server = RasaServer(Address(url, "a-wrong-token"))
        engine = RasaUnderstander(server, minds.embedded(), ManualClock(), lambda how: None)
        await engine.open()
        assert (await engine.understand(PARCEL, "zh", NOWHERE)).engine == "embedded"
        await engine.close()
    assert "401" in caplog.text
    assert "a-wrong-token" not in caplog.text + repr(Address(url, "a-wrong-token"))


async def test_after_five_failures_it_is_left_alone_and_one_message_tries_again(world: World) -> None:
    world.stand_in.bad = _500
    for _ in range(8):
        assert (await world.ask()).engine == "embedded"
    assert world.counted == {"status": 5, "open": 3}
    world.stand_in.bad = None
    world.clock.advance(3)
    assert [(await world.ask()).engine for _ in range(2)] == ["rasa", "rasa"]


async def test_who_came_back_may_have_another_model(world: World) -> None:
    await world.ask()
    world.stand_in.bad = _500
    await world.ask()
    world.stand_in.bad, world.stand_in.model = None, "huiyin-ba9876543210.tar.gz"
    assert (await world.ask()).model == "huiyin-ba9876543210"


async def test_a_model_that_somebody_swapped_is_named_after_ten_seconds(world: World) -> None:
    await world.ask()
    world.stand_in.model = "huiyin-ba9876543210.tar.gz"
    world.clock.advance(rasa.STATUS_S)
    assert (await world.ask()).model == "huiyin-ba9876543210"


async def test_more_than_it_can_read_in_time_does_not_wait_for_it(world: World) -> None:
    world.stand_in.held.clear()
    asked = [asyncio.create_task(world.ask()) for _ in range(rasa.IN_FLIGHT + 3)]
    await asyncio.gather(*asked[rasa.IN_FLIGHT:])
    assert world.counted == {"busy": 3}
    world.stand_in.held.set()
    assert {(await one).engine for one in asked[:rasa.IN_FLIGHT]} == {"rasa"}


async def test_who_was_answered_makes_room(world: World) -> None:
    for _ in range(rasa.IN_FLIGHT + 1):
        await world.ask()
    assert world.counted == {"rasa": rasa.IN_FLIGHT + 1}


async def test_half_a_character_does_not_go_out(world: World) -> None:
    assert (await world.ask("快递一直没到\ud800啊")).engine == "rasa"
    assert world.stand_in.asked == ["快递一直没到啊"]


async def test_a_turn_that_is_given_up_leaves_the_way_open(world: World) -> None:
    world.stand_in.bad = _500
    for _ in range(5):
        await world.ask()
    world.clock.advance(3)
    world.stand_in.bad = None
    world.stand_in.held.clear()
    probe = asyncio.create_task(world.ask())
    await until(lambda: len(world.stand_in.asked) == 6)
    probe.cancel()
    await asyncio.wait([probe])
    world.stand_in.held.set()
    world.clock.advance(3)
    assert (await world.ask()).engine == "rasa"


async def test_a_model_is_loaded_and_looked_at(world: World) -> None:
    await world.server.load(Path("/data/models/huiyin-ba9876543210.tar.gz"))
    assert await world.server.model() == "huiyin-ba9876543210"
    assert len(world.stand_in.asked) == 1  # its first message, by nobody


@pytest.mark.parametrize(("loads", "said"), [("none", "status: 409"), ("old", "huiyin-0123456789ab")])
async def test_a_model_that_was_not_taken_is_no_success_whatever_the_status(
    world: World, loads: str, said: str
) -> None:
    world.stand_in.loads = loads
    with pytest.raises(RasaError, match=said):
        await world.server.load(Path("/data/models/huiyin-ba9876543210.tar.gz"))
