"""Nonsense of every shape is answered with 4xx, never 5xx, and the house goes on (HOSTILE.md 15, 24)."""
from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway.api.contract import load
from tests.channels.web.house import refused, serve, visit
from tests.channels.web.site import Site, open_site

DOCUMENT = load().document
FRAMES = json.loads((Path(__file__).parents[2] / "channels/web/frames.json").read_text("utf-8"))["$defs"]
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**53 - 1, 1e308, "", " ", "x" * 3000, "\x00", "\u202e", "😀" * 500, "{{7*7}}", "%s%n",
    "${jndi:ldap://x}", "'; DROP TABLE records; --", "../../etc/passwd", "<img src=x onerror=alert(1)>", [], {}, [[]],
    {"": ""}, ["x"] * 300, {"a": {"b": {"c": []}}}, "\ud83d\ude00", "0" * 32, "2026-02-31T25:61:00Z",
)
ROUNDS = 150


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


def mutated(value: Any, chance: random.Random) -> Any:
    """The document with one or more of its parts replaced, dropped, or joined by strangers."""
    if chance.random() < 0.25:
        return chance.choice(ODD)
    if isinstance(value, dict):
        kept = {key: mutated(inner, chance) for key, inner in value.items() if chance.random() > 0.1}
        stranger = {chance.choice(["x", "", "type", "id", "text"]): chance.choice(ODD)}
        return kept | stranger if chance.random() < 0.2 else kept
    return [mutated(inner, chance) for inner in value] if isinstance(value, list) else value


def bodies() -> list[tuple[str, Any]]:
    return [
        (path, item["post"]["requestBody"]["content"]["application/json"]["example"])
        for path, item in DOCUMENT["paths"].items()
        if "application/json" in item.get("post", {}).get("requestBody", {}).get("content", {})
    ]


@pytest.mark.parametrize(("path", "example"), bodies(), ids=[path for path, _ in bodies()])
async def test_no_body_breaks_an_operation(site: Site, path: str, example: Any) -> None:
    chance, statuses = random.Random(path), set[int]()
    token, _ = await site.sessions.open("zh")
    async with aiohttp.ClientSession() as session:
        for _ in range(ROUNDS):
            async with session.post(
                site.url + path.replace("{work_order}", "WO-20261123-0000000001"), json=mutated(example, chance),
                headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(chance.random())},
            ) as answer:
                statuses.add(answer.status)
                if answer.status >= 400:
                    assert (await answer.json(content_type=None))["status"] == answer.status

    assert statuses <= {201, 202, 400, 401, 404, 413, 415, 422, 429}
    assert 422 in statuses


async def test_no_address_breaks_an_operation(site: Site) -> None:
    chance, statuses = random.Random(24), set[int]()
    words = [str(odd) for odd in ODD]
    async with aiohttp.ClientSession() as session:
        for _ in range(ROUNDS):
            path = chance.choice(list(DOCUMENT["paths"])).replace("{", "").replace("}", "")
            query = {chance.choice(["q", "lang", "x"]): chance.choice(words)[:500]}
            method = chance.choice(["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
            async with session.request(method, site.url + path, params=query) as answer:
                statuses.add(answer.status)

    assert {status for status in statuses if status >= 500} == set()
    assert {200, 404, 405} <= statuses


async def test_no_frame_breaks_the_chat(site: Site) -> None:
    chance = random.Random(15)
    examples = [example for name in ("hello", "send", "end") for example in FRAMES[name]["examples"]]
    ended = 0
    for _ in range(20):
        async with visit(site) as client:
            await client.hello()
            for _ in range(15):
                await client.socket.send_str(json.dumps(mutated(chance.choice(examples), chance)))
                frame = await client.next()
                assert frame["type"] in ("error", "accepted", "message", "typing", "closed")
                if frame["type"] == "closed":
                    assert frame["code"] in (1000, 1008)
                    ended += 1
                    break

    async with visit(site) as client:
        assert (await client.hello())["type"] == "welcome"
    assert ended > 0


async def test_what_is_not_http_is_answered_and_kept_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    head = b"GET /sms?phone=13800138000 HTTP/1.1\r\nHost: x\r\nX-A: " + b"y" * 9000 + b"\r\n\r\n"
    async with serve([], count=refused) as url:
        for _ in range(2):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
            writer.write(head)
            assert (await reader.read()).split()[1] == b"400"
            writer.close()

    assert "13800138000" not in caplog.text
    assert "Traceback" not in caplog.text
