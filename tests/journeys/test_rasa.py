"""Rasa understands, is killed in mid-conversation, comes back and is given another model: citizens notice nothing."""
from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from gateway.clock import SystemClock
from gateway.config import Config, Data, Nlu
from gateway.wiring.understanding import mind
from tests.journeys.hotline import Citizen, Given, Hotline
from tests.project import ROOT
from tests.rasa_server import RasaProcess, model
from tests.until import until

pytestmark = pytest.mark.slow

OPENING = "你好，我的顺丰快递三天没有动静了，单号SF1234567890123"
ANSWERS = {
    "carrier": "顺丰", "tracking_number": "SF1234567890123", "problem": "lost", "contact_phone": "13800138000",
    "sender_address": "广州市天河区体育西路1号", "receiver_address": "广州市海珠区新港中路1号",
    "description": "客服一直不理",
}
MORE = [  # what others open with
    "楼下工地半夜还在施工，吵得睡不着", "小区电梯坏了一周没人修", "老板拖欠我三个月工资", "路灯坏了整条街都是黑的",
    "A shared bike has blocked our gate for days", "饭店的菜里吃出了虫子", "公积金提取一直没有到账",
    "补习班关门了学费不退",
]
QUESTION = "打12345要钱吗？"
ENOUGH = 20
BACK_S = 90.0


@dataclass(frozen=True, slots=True)
class Figures:
    """`how`: messages by how they were understood; `ranked`: those that had to be."""

    how: dict[str, float]
    ranked: float

    def since(self, before: Figures) -> Figures:
        how = {name: n - before.how.get(name, 0) for name, n in self.how.items()}
        return Figures({name: n for name, n in how.items() if n}, self.ranked - before.ranked)


async def figures(hotline: Hotline) -> Figures:
    async with aiohttp.ClientSession() as http, http.get(hotline.url + "/metrics") as answer:
        samples = [one for family in text_string_to_metric_families(await answer.text()) for one in family.samples]
    how = {one.labels["how"]: one.value for one in samples if one.name == "huiyin_rasa_total"}
    steps = {one.labels["step"]: one.value for one in samples if one.name == "huiyin_turn_seconds_count"}
    return Figures(how, steps.get("rank", 0))


@pytest.fixture(scope="module")
def rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RasaProcess]:
    server = RasaProcess(tmp_path_factory.mktemp("rasa"), model())
    server.start()
    yield server
    server.stop()


@asynccontextmanager
async def understanding_by(server: RasaProcess, folder: Path) -> AsyncIterator[Hotline]:
    settings = Nlu("rasa", server.url, server.token)
    clock = SystemClock()
    hotline = await Hotline.open(
        folder, mind(Config(data=Data(".cache"), nlu=settings), clock), Given(clock=clock))
    try:
        yield hotline
    finally:
        await hotline.close()


@pytest_asyncio.fixture(loop_scope="session")
async def hotline(tmp_path: Path, rasa: RasaProcess) -> AsyncIterator[Hotline]:
    if rasa.process is None:
        rasa.start()
    async with understanding_by(rasa, tmp_path / "data") as hotline:
        yield hotline


async def opens(hotline: Hotline, words: str) -> Citizen:
    citizen = await hotline.citizen()
    reply = await citizen.says(words)
    assert reply.text
    return citizen


async def test_rasa_is_killed_in_mid_conversation_and_comes_back(hotline: Hotline, rasa: RasaProcess) -> None:
    before = await figures(hotline)
    citizen = await opens(hotline, OPENING)
    assert citizen.last
    assert citizen.last.template == "express_delivery"
    assert (await figures(hotline)).since(before).how == {"rasa": 1}

    # It dies while many open a conversation: each is answered, by the engine beside it, which says so in the figures.
    before = await figures(hotline)
    opening = [asyncio.create_task(opens(hotline, words)) for words in MORE * 2]
    rasa.kill()
    others = await asyncio.gather(*opening)
    assert all(len(one.read) == 1 for one in others)
    gone = (await figures(hotline)).since(before)
    assert sum(gone.how.values()) == gone.ranked
    assert gone.how.keys() & {"refused", "answer", "open"}

    # Who was in the middle of a form goes on, and files it.
    reply = citizen.last
    while reply.ask != "confirm":
        answer = ANSWERS.get(reply.ask or "") or reply.choices[0]
        reply = await (citizen.picks(answer) if answer in reply.choices else citizen.says(answer))
    number = (await citizen.picks("file")).work_order
    assert number is not None
    assert (await hotline.case(number)).order["template"]["id"] == "express_delivery"

    # It is back: messages go to it again, without anybody's doing.
    before = await figures(hotline)
    rasa.start()
    citizen = await hotline.citizen()
    await until(lambda: answered(hotline, citizen, before), BACK_S, every_s=0.5)


async def test_a_new_model_is_taken_while_citizens_talk(hotline: Hotline, rasa: RasaProcess, tmp_path: Path) -> None:
    models = tmp_path / "trained" / "models"
    models.mkdir(parents=True)
    shutil.copy(rasa.model, models)
    before = await figures(hotline)
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "train", "--engine", "rasa", cwd=ROOT, stdout=asyncio.subprocess.PIPE,
        env={"PATH": "/usr/bin:/bin", "HUIYIN_DATA_DIR": str(models.parent),
             "HUIYIN_NLU_RASA_URL": rasa.url, "HUIYIN_NLU_RASA_TOKEN": rasa.token},
    )
    ended = asyncio.create_task(program.communicate())
    citizen = await hotline.citizen()
    while not ended.done() or len(citizen.read) < ENOUGH:
        assert (await citizen.says(f"{QUESTION}{len(citizen.read)}")).text  # other words each time
    printed, _ = await ended
    assert program.returncode == 0
    assert rasa.model.name in printed.decode()
    meanwhile = (await figures(hotline)).since(before)
    assert sum(meanwhile.how.values()) == meanwhile.ranked
    before = await figures(hotline)
    await until(lambda: answered(hotline, citizen, before), BACK_S, every_s=0.5)


async def answered(hotline: Hotline, citizen: Citizen, before: Figures) -> bool:
    """Whether Rasa understood the next message."""
    await citizen.says(QUESTION)
    return "rasa" in (await figures(hotline)).since(before).how
