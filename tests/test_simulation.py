"""WeChat played beside a gateway by a program of its own."""
from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from gateway import simulation
from gateway.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
NOBODY = "http://127.0.0.1:9"


async def test_wechat_is_played_for_the_accounts_it_tells_of_and_ends_with_the_block() -> None:
    async with simulation.wechat(ROOT, NOBODY, 0) as phones, aiohttp.ClientSession() as session:
        assert phones
        page = URL(phones.page)
        async with session.get(page / "state") as answer:
            shown = (await answer.json())["shown"]
    told = [(one.name, one.api_base) for one in phones.accounts.accounts]
    told += [(one.name, one.api_base) for one in phones.accounts.kf]
    assert told == [(account["name"], str(page.origin())) for account in shown["accounts"]]
    assert shown["desk"] == f"{NOBODY}/desk/"
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(page.host, page.port)


async def test_a_port_that_is_taken_is_told_in_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with simulation.wechat(ROOT, NOBODY, port) as phones:
            assert phones is None
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert f"127.0.0.1:{port}" in said


async def test_an_installation_without_simulators_says_so(tmp_path: Path) -> None:
    assert simulation.here(ROOT, "wechat")
    assert not simulation.here(tmp_path, "wechat")
    with pytest.raises(ConfigError, match="simulators/wechat is not in this installation"):
        async with simulation.program(tmp_path, "wechat", ()):
            pass
