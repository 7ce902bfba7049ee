"""Callbacks spoilt at every layer, with everything outside that layer proved: the tests' and bench's storm."""
from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.channels.wechat.house import MINI, OPEN, Got, House, Platform, platform

AT_ONCE = 8
CAP = 70_000
SEED = 20261123  # the order of the spoiling; what is reached in a time depends on the machine

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "wire/wechat/vectors.json").read_text("utf-8"))["vectors"]
PUSHES = [vector["input"]["body"] for vector in VECTORS if vector["kind"] in ("message_xml", "message_json")]
TOKENS = (
    "<![CDATA[", "]]>", "<!DOCTYPE xml [", "<!ENTITY a \"&b;\">", "&a;", "&#0;", "&#x110000;", "&#55296;", "<?xml",
    "?>", "<xml>", "</xml>", "<Event>SCAN</Event>", "<MsgType>image</MsgType>", "<MsgType>event</MsgType>", "<List>",
    "<MediaId>x</MediaId>", "<Encrypt>", "<a " + "b='c' " * 50, "<a>" * 40, "{", "[", '"', "\\", "\\ud800", "\\u0000",
    ":", ",", "null", "true", "NaN", "1e999", "-1", "9" * 400, "\x00", "\ufffe", "\u202e", "🙂", "好" * 3_000,
    "qrscene_t=" + "&" * 60, "t=%ff%00&d=%zz", "<!--", "-->", "xmlns:a='b'", "</" + "x" * 200 + ">", " ", "\r\n",
)
QUERIES = ("signature", "timestamp", "nonce", "encrypt_type", "msg_signature", "echostr", "appid")


def spoil(chance: random.Random, text: str) -> str:
    """A few of: cut, doubled, swapped, replaced, inserted."""
    for _ in range(chance.randint(1, 4)):
        start, end = sorted(chance.randint(0, len(text)) for _ in range(2))
        end = min(end, start + chance.choice((1, 8, 80, len(text))))
        piece = chance.choice((
            "", chance.choice(TOKENS), text[start:end] * 2, text[start:end][::-1], chr(chance.randint(0, 0xD7FF)),
            chance.choice(TOKENS) * chance.choice((1, 2, 30)),
        ))
        text = (text[:start] + piece + text[end:])[:CAP]
    return text


def spoil_bytes(chance: random.Random, text: str) -> bytes:
    data = bytearray(text.encode("utf-8", "replace"))
    for _ in range(chance.choice((0, 0, 0, 0, 1, 3))):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def spoil_query(chance: random.Random, query: dict[str, str]) -> dict[str, str]:
    name = chance.choice(QUERIES)
    return {**query, name: spoil(chance, query.get(name, ""))[:300].encode("utf-8", "replace").decode()}


class Fuzz:
    """Each way spoils another layer, with everything outside it proved."""

    def __init__(self, chance: random.Random, sealed: Platform, mini: Platform, plain: Platform) -> None:
        self._chance, self._sealed, self._mini, self._plain = chance, sealed, mini, plain
        self.ways: tuple[Callable[[], Any], ...] = (self.body, self.inside, self.envelope, self.query, self.knock)

    def _document(self) -> str:
        return spoil(self._chance, self._chance.choice(PUSHES).strip())

    async def body(self) -> Got:
        return await self._plain.post(self._plain.query(), spoil_bytes(self._chance, self._document()))

    async def inside(self) -> Got:
        wechat = self._chance.choice((self._sealed, self._mini))
        return await wechat.post(*wechat.seal(self._document() or " ", wechat.query()))

    async def envelope(self) -> Got:
        query, body = self._sealed.seal(self._chance.choice(PUSHES).strip(), self._sealed.query())
        return await self._sealed.post(query, spoil_bytes(self._chance, spoil(self._chance, body)))

    async def query(self) -> Got:
        query, body = self._sealed.seal(self._chance.choice(PUSHES).strip(), self._sealed.query())
        return await self._sealed.post(spoil_query(self._chance, query), body)

    async def knock(self) -> Got:
        query = spoil_query(self._chance, {**self._sealed.query(), "echostr": "1"})
        address = f"{self._sealed.house.url}/wechat/{self._sealed.appid}"
        async with self._sealed.http.get(address, params=query) as response:
            return Got(response.status, await response.text(), {})


async def storm(house: House, seconds: float) -> Counter[int]:
    """How many were answered with which status. To be run in a thread of its own: what the spoiling costs is not the
    gateway's time. Raises AssertionError (in a group) for a 5xx, and names the answer."""
    statuses: Counter[int] = Counter()
    async with platform(house) as sealed, platform(house, MINI) as mini, platform(house, OPEN) as plain:
        fuzz = Fuzz(random.Random(SEED), sealed, mini, plain)
        async with asyncio.TaskGroup() as tasks:
            for way in range(AT_ONCE):
                tasks.create_task(_until(time.monotonic() + seconds, fuzz, way, statuses))
    return statuses


async def _until(end: float, fuzz: Fuzz, way: int, statuses: Counter[int]) -> None:
    while time.monotonic() < end:
        way = (way + 1) % len(fuzz.ways)
        got: Got = await fuzz.ways[way]()
        assert got.status < 500, got
        statuses[got.status] += 1
