"""`python -m gateway dead …` against a running gateway's socket: what operators see, who is written down, who may."""
from __future__ import annotations

import argparse
import getpass
import json
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from casebridge.gate import Gate
from gateway.config import Config, Data
from gateway.console.door import Journal
from gateway.console.letter_pages import LetterPages
from gateway.console.letters import Letters
from gateway.control import LONGEST, SOCKET, application, ask, listening
from gateway.errors import ConfigError, Paused
from gateway.operating import operate, parsers
from gateway.orders import CaseOp
from gateway.store.sqlite import SqliteStore
from gateway.transcripts import Audit
from gateway.work_order import build
from tests.casebridge.desk_world import opened
from tests.clock import ManualClock, SerialIds
from tests.console.office import filing

WO = "WO-20261123-0000000001"


@dataclass
class Terminal:
    store: SqliteStore
    gate: Gate
    folder: Path
    capsys: pytest.CaptureFixture[str]

    async def types(self, *words: str) -> tuple[int, str]:
        """The exit code, and what is shown."""
        parser = argparse.ArgumentParser()
        parsers(parser.add_subparsers())
        code = await operate(Config(data=Data(str(self.folder))), parser.parse_args(words))
        shown = self.capsys.readouterr()
        return code, shown.out + shown.err

    async def dead(self, *, parked: bool = False) -> int:
        op = CaseOp("submit", WO, 1, {"order": build(filing(WO))}, 1)
        await self.store.lanes.ingest("case", WO, op.key, msgspec.json.encode(op))
        (lease,) = await self.store.lanes.claim("case", "test")
        await (self.store.lanes.park if parked else self.store.lanes.bury)(lease, "HTTP 422")
        return (await self.store.lanes.dead())[-1].id

    async def waiting(self) -> CaseOp:
        (lease,) = await self.store.lanes.claim("case", "test")
        return msgspec.json.decode(lease.msgs[0].body, type=CaseOp)

    async def journal(self) -> list[Audit]:
        return [
            msgspec.json.decode(msg.body, type=Audit)
            for lease in await self.store.lanes.claim("journal", "test") for msg in lease.msgs
        ]


@pytest.fixture
async def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Terminal]:
    clock = ManualClock()
    async with opened(tmp_path, clock) as store:
        gate = Gate("rt", store.records, clock)
        letters = Letters(store.lanes, Journal(store.lanes, clock, SerialIds()), clock)
        async with listening(tmp_path, application(LetterPages(letters, gate))):
            yield Terminal(store, gate, tmp_path, capsys)
    assert not (tmp_path / SOCKET).exists()


async def test_letters_are_listed_and_shown_masked(terminal: Terminal) -> None:
    id = await terminal.dead()
    code, shown = await terminal.types("dead", "list", "--lane", "case")
    assert (code, f"dead      case:submit  {WO}  HTTP 422" in shown, "backend rt: well" in shown) == (0, True, True)
    code, shown = await terminal.types("dead", "show", str(id))
    assert "you may: replay, edit, discard" in shown
    assert "BIKE-77" in shown
    assert "13812345678" not in shown
    assert "0 shown" in (await terminal.types("dead", "list", "--after", str(id)))[1]


async def test_a_replay_is_journalled_under_the_systems_own_name_for_whoever_asks(terminal: Terminal) -> None:
    id = await terminal.dead()
    assert await terminal.types("dead", "replay", str(id), "--why", "backend fixed") == (0, f"replayed: {id}\n")
    assert (await terminal.waiting()).key == f"{WO}:submit:1"
    (entry,) = await terminal.journal()
    assert (entry.who, entry.act) == (f"{getpass.getuser()} (command line)", "dead.replay")
    assert entry.detail.endswith("backend fixed")


async def test_a_submission_is_corrected_from_a_file(terminal: Terminal, tmp_path: Path) -> None:
    id, patch = await terminal.dead(), tmp_path / "patch.json"
    patch.write_text(json.dumps({"title": "占道"}))
    code, _ = await terminal.types("dead", "replay", str(id), "--edit", str(patch), "--why", "too long")
    again = await terminal.waiting()
    assert (code, again.key, again.payload["order"]["title"]) == (0, f"{WO}:submit:2", "占道")


async def test_a_doubt_is_ended_with_the_backends_number(terminal: Terminal) -> None:
    id = await terminal.dead(parked=True)
    assert "in doubt" in (await terminal.types("dead", "list"))[1]
    await terminal.types("dead", "arrived", str(id), "RT-42", "--why", "looked there")
    assert (await terminal.waiting()).arrived == "RT-42"


async def test_what_is_discarded_is_gone(terminal: Terminal) -> None:
    id = await terminal.dead()
    await terminal.types("dead", "discard", str(id), "--why", "test data")
    assert await terminal.store.lanes.dead() == []


async def test_a_refusal_is_told_and_is_an_exit_code(terminal: Terminal) -> None:
    code, shown = await terminal.types("dead", "replay", "99", "--why", "xx")
    assert (code, "404 not_found" in shown) == (1, True)


async def test_a_paused_backend_is_shown_and_resumed(terminal: Terminal) -> None:
    with pytest.raises(Paused):
        async with terminal.gate.passing():
            raise Paused("HTTP 401")
    assert "paused since 2026-11-23 02:00:00Z: HTTP 401" in (await terminal.types("backend", "show"))[1]
    code, shown = await terminal.types("backend", "resume", "--why", "new token")
    assert (code, "backend rt: well" in shown) == (0, True)
    (entry,) = await terminal.journal()
    assert (entry.act, entry.subject, entry.detail) == ("backend.resume", "rt", "new token")


async def test_the_socket_is_for_the_gateways_own_user(terminal: Terminal) -> None:
    mode = (terminal.folder / SOCKET).stat().st_mode
    assert (stat.S_ISSOCK(mode), stat.S_IMODE(mode)) == (True, 0o600)


async def test_without_a_gateway_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is it running"):
        await ask(tmp_path, "GET", "/dead")


async def test_a_socket_left_by_a_killed_gateway_is_replaced(tmp_path: Path) -> None:
    (tmp_path / SOCKET).touch()
    async with listening(tmp_path, web.Application()):
        assert stat.S_ISSOCK((tmp_path / SOCKET).stat().st_mode)


def sockets(folder: Path) -> list[Path]:
    return list(folder.glob("control*"))


async def test_gateways_with_one_data_folder_have_a_socket_each_and_any_of_them_is_asked(tmp_path: Path) -> None:
    async def who(request: web.Request) -> web.Response:
        return web.json_response({"name": request.app["name"]})

    def gateway(name: str) -> web.Application:
        app = web.Application()
        app["name"] = name
        app.router.add_get("/who", who)
        return app

    (tmp_path / "control-00000000.sock").touch()  # of one that was killed
    async with listening(tmp_path, gateway("first"), many=True):
        async with listening(tmp_path, gateway("second"), many=True):
            assert len(sockets(tmp_path)) == 2
            assert (await ask(tmp_path, "GET", "/who"))["name"] in ("first", "second")
        assert await ask(tmp_path, "GET", "/who") == {"name": "first"}
    assert not sockets(tmp_path)


async def test_a_folder_too_deep_for_a_socket_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"data\.dir"):
        await ask(tmp_path / ("x" * LONGEST), "GET", "/dead")
