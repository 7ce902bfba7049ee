"""WeChat and a mobile carrier played beside a gateway by programs of their own."""
from __future__ import annotations

import asyncio
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from msgspec.structs import replace
from yarl import URL

from gateway import simulation
from gateway.config import Config, Data
from gateway.config_case import CaseBridge
from gateway.config_sms import Sms, SmsKannel, SmsSmpp
from gateway.errors import ConfigError
from gateway.wiring import demo, kannel
from gateway.wiring.demo import DemoPorts
from tests.tables import table
from tests.until import until

ROOT = Path(__file__).resolve().parent.parent
NOBODY = "http://127.0.0.1:9"


@pytest.mark.programs
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


@pytest.mark.programs
async def test_a_port_that_is_taken_is_told_in_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with simulation.wechat(ROOT, NOBODY, port) as phones:
            assert phones is None
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert f"127.0.0.1:{port}" in said


async def shown(page: str) -> dict[str, Any]:
    async with aiohttp.ClientSession() as session, session.get(URL(page) / "state") as answer:
        state: dict[str, Any] = (await answer.json())["shown"]
        return state


async def nobody_listens(*ports: int | None) -> None:
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.programs
async def test_a_carrier_is_played_for_the_bind_it_tells_of_and_ends_with_the_block() -> None:
    async with simulation.smsc(ROOT, NOBODY, (0, 0)) as texts:
        assert texts
        state = await shown(texts.page)
        (one,) = texts.sms
        assert isinstance(one, SmsSmpp)
        _, writer = await asyncio.open_connection(one.host, one.port)
        writer.close()
    assert (texts.texting.gap_s, texts.way, state["way"]) == (0.0, "SMPP", "SMPP"), "nobody waits"
    assert (state["hotline"], state["desk"]) == (one.numbers[0], f"{NOBODY}/desk/")
    await nobody_listens(one.port, URL(texts.page).port)


@pytest.mark.programs
async def test_a_real_kannel_stands_before_the_carrier_where_its_file_is_written(tmp_path: Path) -> None:
    async with demo.texts(Config(data=Data(str(tmp_path))), DemoPorts(0, 0, 0)) as (config, said):
        page = said.split()[0]
        await until(lambda: _bound(page), within_s=15.0)
    (one,) = config.sms
    assert isinstance(one, SmsKannel)
    assert said.split()[-1] == "Kannel"
    file = tmp_path / "kannel" / "kannel.conf"
    assert (file.parent.stat().st_mode & 0o777, one.tokens[0] in file.read_text("utf-8")) == (0o700, True)
    await nobody_listens(URL(one.url).port, one.smsc_port, URL(page).port)


async def _bound(page: str) -> bool:
    return bool((await shown(page))["bound"])


@pytest.mark.programs
async def test_a_carrier_that_finds_its_port_taken_says_so_in_one_line(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with simulation.smsc(ROOT, NOBODY, (port, 0)) as texts:
            assert texts is None
    said = capfd.readouterr().err
    assert said.count("\n") == 1
    assert f"127.0.0.1:{port}" in said


CARRIER = SmsSmpp(name="carrier", numbers=("10612345",), host="127.0.0.1", system_id="hotline", password="secret1")
BOX = SmsKannel(
    name="box", numbers=("10654321",), url="http://127.0.0.1:13113/cgi-bin/sendsms", password="p", callback=NOBODY,
    tokens=("t" * 32,), smsc_host="127.0.0.1", smsc_system_id="hotline", smsc_password="secret1")
OPTIONS = [
    ("smsc", (), {"settings": True, "through_kannel": False}, []),
    ("smsc", (), {"settings": True, "through_kannel": True}, ["--kannel", "13013"]),
    ("smsc", (CARRIER,), {"settings": False, "through_kannel": False}, []),
    ("wechat", (BOX,), {"settings": False, "through_kannel": False}, []),
    ("smsc", (CARRIER, BOX), {"settings": False, "through_kannel": False}, ["--kannel", "13113", "--conf"]),
]


@table(("what", "sms", "asked", "more"), OPTIONS)
def test_kannel_is_played_where_the_settings_ask_for_it(
    tmp_path: Path, what: str, sms: tuple[Sms, ...], asked: dict[str, bool], more: list[str]
) -> None:
    options = demo.stand_in(Config(data=Data(str(tmp_path)), sms=sms), what, **asked)
    assert options[:2] == ["--settings" if asked["settings"] else "--leash", "--gateway"]
    assert options[3:][:len(more)] == more
    written = (tmp_path / "kannel" / "kannel.conf")
    assert written.exists() == ("--conf" in more)


def test_kannel_keeps_open_receipts_where_the_settings_say() -> None:
    told = kannel.written(BOX, "/tmp/box")
    assert 'dlr-storage = "internal"' in told
    assert f"{NOBODY}/sms/box/mo?token=" in told
    told = kannel.written(replace(BOX, redis="127.0.0.1:6379"), "/tmp/box")
    assert 'dlr-storage = "redis"' in told
    assert 'id = "receipts"\nhost = "127.0.0.1"\nport = 6379' in told
    for wrong in ("6379", "127.0.0.1:", "127.0.0.1:x", ":6379"):
        with pytest.raises(ConfigError):
            kannel.written(replace(BOX, redis=wrong), "/tmp/box")


def test_ports_are_found_in_the_distance_that_was_asked_for() -> None:
    port = simulation.free_port(-12, -13)
    with ExitStack() as taken:
        for distance in (0, -12, -13):
            taken.enter_context(socket.create_server(("127.0.0.1", port + distance)))


async def test_an_installation_without_simulators_says_so(tmp_path: Path) -> None:
    assert all(simulation.here(ROOT, name) for name in simulation.PROGRAMS)
    assert not simulation.here(tmp_path, "wechat")
    with pytest.raises(ConfigError, match="simulators/wechat is not in this installation"):
        async with simulation.program(tmp_path, "wechat", ()):
            pass


@pytest.mark.programs
async def test_a_case_system_is_played_where_the_configuration_wants_one_and_names_none() -> None:
    ports = DemoPorts(cases=0, bureau=0)
    wanted = Config(casebridge=CaseBridge(backend="webhook", night_hour=5))
    async with demo.bureau(wanted, ports) as (config, (line,)):
        webhook, page = config.casebridge.webhook, line.split()[-1]
        assert (await shown(page))["repeats"] == webhook.repeat == "idempotent"
        assert (config.casebridge.night_hour, bool(config.casebridge.events_secret)) == (5, True)
    await nobody_listens(URL(webhook.url).port, URL(page).port)
    for settled in (Config(), Config(casebridge=CaseBridge(backend="webhook", webhook=webhook))):
        async with demo.bureau(settled, ports) as (config, lines):
            assert (config, lines) == (settled, ())


@pytest.mark.programs
async def test_a_case_system_whose_port_is_taken_stops_the_demo(capfd: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = DemoPorts(cases=taken.getsockname()[1], bureau=0)
        with pytest.raises(ConfigError, match="could be played"):
            async with demo.bureau(Config(casebridge=CaseBridge(backend="webhook")), ports):
                pass
    assert capfd.readouterr().err.count("\n") == 1
