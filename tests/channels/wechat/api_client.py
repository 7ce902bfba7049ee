"""Our clients against the platform of api_double.py: fixtures for the tests of calls."""
from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp

from channels.wechat.calls import Place
from channels.wechat.client import Credentials, WeChatClient
from channels.wechat.kf_client import KfClient, KfCredentials
from gateway.store.sqlite import SqliteStore
from tests.channels.wechat.api_double import SECRET, Platform, platform
from tests.channels.wechat.conftest import Kept
from tests.clock import ManualClock, SerialIds

OPENID = "o6_bmjrPTlm6_2sgVt7hMZOPfL2M"


@dataclass
class Line:
    """A client, the platform it calls, and what `count` was told: (path, outcome) → how often."""

    platform: Platform
    http: aiohttp.ClientSession
    store: SqliteStore
    clock: ManualClock
    counted: Counter[tuple[str, str]]

    def count(self, path: str, outcome: str) -> None:
        self.counted[path, outcome] += 1

    def client(self, base: str = "", answer_s: float = 5.0) -> WeChatClient:
        known = Credentials("wx0appid", SECRET, Place(base or self.platform.url, answer_s))
        return WeChatClient(known, self.http, self.store.shared, SerialIds(), self.count)

    def kf(self) -> KfClient:
        known = KfCredentials("kf", "ww0corp", SECRET, Place(self.platform.url))
        return KfClient(known, self.http, self.store.shared, SerialIds(), self.count)


@asynccontextmanager
async def line(kept: Kept) -> AsyncIterator[Line]:
    async with platform() as double, aiohttp.ClientSession() as http:
        yield Line(double, http, kept.store, kept.clock, Counter())
