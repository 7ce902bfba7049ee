"""What every second look at danger keeps, whatever it sees. A new one adds a row to SENTINELS."""
from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import perf_counter

import pytest

from gateway.emergency import INSTEAD, RulesAlone, emergency
from gateway.protocols import Sentinel
from nlu.sentinel import DangerWatch
from tests import minds
from tests.contracts.test_understander import HOSTILE

SENTINELS: dict[str, tuple[type, Callable[[], Sentinel]]] = {
    "watch": (DangerWatch, minds.watch),
    "rules": (RulesAlone, RulesAlone),
}
PLAIN = ["13800138000", "SF1234567890123", "是", "海珠区新港中路135号", "张先生", "昨天下午三点", "Zhang San", "skip"]
CERTAIN = {
    "着火了": "fire", "煤气泄漏了": "gas", "我被困在电梯里了": "trapped", "他拿着刀要砍人": "violence",
    "我不想活了": "self_harm",
    "有人晕倒了": "medical", "刚刚路口出车祸了": "traffic", "房子塌了，有人没跑出来": "hazard",
    "my kitchen is on fire": "fire", "I smell gas": "gas", "we are trapped in the lift": "trapped",
    "he has a knife": "violence", "I want to kill myself": "self_harm", "he is not breathing": "medical",
}


@pytest.fixture(params=sorted(SENTINELS), scope="session")
def sentinel(request: pytest.FixtureRequest) -> Sentinel:
    kind, make = SENTINELS[request.param]
    made = make()
    assert isinstance(made, kind)
    return made


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:12]))
async def test_no_text_raises(sentinel: Sentinel, text: str) -> None:
    for suspected in (None, "fire"):
        assert await sentinel.danger(text, suspected) in {*INSTEAD, None}


@pytest.mark.parametrize("text", CERTAIN)
async def test_plain_words_are_never_refuted(sentinel: Sentinel, text: str) -> None:
    assert emergency(text) == CERTAIN[text]
    assert await sentinel.danger(text, CERTAIN[text]) == CERTAIN[text]


async def test_they_are_heard_behind_a_complaint_too(sentinel: Sentinel) -> None:
    for text, kind in CERTAIN.items():
        told = f"我的快递三天没动了，客服一直说在查。{text}"
        assert await sentinel.danger(told, emergency(told)) == kind


@pytest.mark.parametrize("text", PLAIN)
async def test_an_answer_is_no_danger(sentinel: Sentinel, text: str) -> None:
    assert await sentinel.danger(text, emergency(text)) is None


async def test_words_without_a_sign_cost_next_to_nothing(sentinel: Sentinel) -> None:
    async def seconds(text: str) -> float:
        began = perf_counter()
        await sentinel.danger(text, None)
        return perf_counter() - began

    best = [min([await seconds(text) for _ in range(20)]) for text in PLAIN]
    assert sorted(best)[len(best) // 2] < 0.000_1


async def test_many_may_ask_at_once(sentinel: Sentinel) -> None:
    told = list(CERTAIN)
    found = await asyncio.gather(*(sentinel.danger(text, CERTAIN[text]) for text in told))
    assert found == [CERTAIN[text] for text in told]
