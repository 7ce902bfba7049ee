"""The outside world played on this machine, beside a gateway that is tried out: WeChat, a mobile carrier, phones, a
case system.

The stand-ins under simulators/ are programs of their own: never imported, and absent from the image. Each is held on a
leash (`--leash`: its standard input), so that it ends with us however we end.
"""
from __future__ import annotations

import asyncio
import os
import socket
import sys
import tomllib
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from yarl import URL

from gateway.config_case import CaseBridge
from gateway.config_sms import Sms, SmsKannel, Texting
from gateway.config_wechat import WeChat
from gateway.errors import ConfigError

PROGRAMS = ("wechat", "smsc", "case")
ALSO = {"sms": "smsc"}  # by their channel
KANNEL = ("/usr/sbin/bearerbox", "/usr/sbin/smsbox")
FAREWELL_S = 5.0
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Phones:
    """WeChat as it is played: the accounts for the gateway's configuration, and the address of its phones."""

    accounts: WeChat
    page: str


@dataclass(frozen=True)
class Texts:
    """SMS as it is played: the gateway's configuration for it, the address of its phones, and what stands between."""

    sms: tuple[Sms, ...]
    texting: Texting
    page: str
    way: str


def here(root: Path, name: str) -> bool:
    """Whether this installation has that program."""
    return (root / "simulators" / name / "__main__.py").is_file()


@asynccontextmanager
async def program(root: Path, name: str, options: Sequence[str], stdout: int | None = None) -> AsyncIterator[Process]:
    """One of PROGRAMS while the block runs; `stdout` as of subprocess. Raises ConfigError: not in this installation."""
    if not here(root, name):
        raise ConfigError(f"simulators/{name} is not in this installation")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"simulators.{name}", *options, cwd=root, stdin=PIPE, stdout=stdout
    )
    try:
        yield process
    finally:
        await _let_go(process)


async def _let_go(process: Process) -> None:
    if process.stdin:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.wait(), FAREWELL_S)
    except TimeoutError:
        process.kill()
        await process.wait()


@asynccontextmanager
async def wechat(root: Path, gateway: str, port: int) -> AsyncIterator[Phones | None]:
    """Played on `port` (0: any free one), pushing to `gateway`. None where it could not start: it has said why itself.

    Raises ConfigError where simulators/wechat is not here.
    """
    options = ("--leash", "--gateway", gateway, "--port", str(port))
    async with program(root, "wechat", options, PIPE) as process:
        page = (await _line(process)).rpartition(" ")[2]
        printed = await _settings(root, "wechat", "--port", str(URL(page).port)) if page else {}
        yield Phones(msgspec.convert(printed["wechat"], WeChat), page) if page else None


@asynccontextmanager
async def smsc(root: Path, gateway: str, ports: tuple[int, int], box: Box | None = None) -> AsyncIterator[Texts | None]:
    """A carrier and its phones on `ports` (0: any free one), behind Kannel where `box` writes its file.

    None where it could not start: it has said why itself. Raises ConfigError where simulators/smsc is not here.
    """
    carrier, page = (port or free_port() for port in ports)
    options = ["--gateway", gateway, "--port", str(carrier)]
    if box is not None:
        options += ["--kannel", str(free_port(*box.beside))]
    printed = await _settings(root, "smsc", *options)
    sms, texting = msgspec.convert(printed["sms"], tuple[Sms, ...]), msgspec.convert(printed["texting"], Texting)
    if box is not None:
        options += ["--conf", str(box.write(msgspec.convert(printed["sms"][0], SmsKannel)))]
    async with program(root, "smsc", (*options, "--demo-port", str(page), "--leash"), PIPE) as process:
        said = await _line(process)
        yield Texts(sms, texting, said.rpartition(" ")[2], "Kannel" if box else "SMPP") if said else None


@dataclass(frozen=True)
class Bureau:
    """A case system as it is played: the gateway's configuration for it, and the address of its cases."""

    cases: CaseBridge
    page: str


@asynccontextmanager
async def bureau(root: Path, gateway: str, ports: tuple[int, int]) -> AsyncIterator[Bureau | None]:
    """A case system and its page on `ports` (0: any free one), telling `gateway` its events.

    None where it could not start: it has said why itself. Raises ConfigError where simulators/case is not here.
    """
    operations, page = (port or free_port() for port in ports)
    options = ("--gateway", gateway, "--port", str(operations))
    cases = msgspec.convert((await _settings(root, "case", *options))["casebridge"], CaseBridge)
    async with program(root, "case", (*options, "--demo-port", str(page), "--leash"), PIPE) as process:
        said = await _line(process)
        yield Bureau(cases, said.rpartition(" ")[2]) if said else None


@dataclass(frozen=True)
class Box:
    """A real Kannel. write: its file for such settings, in a folder of its own; beside: its other ports, counted from
    the one of sendsms."""

    write: Callable[[SmsKannel], Path]
    beside: tuple[int, ...]


def kannel_is_here() -> bool:
    """Whether Debian's package is installed."""
    return all(map(os.path.exists, KANNEL))


def free_port(*beside: int) -> int:
    """One that nobody listens on now, nor on those that stand so far from it."""
    while True:
        with ExitStack() as taken, suppress(OSError, OverflowError):
            port: int = taken.enter_context(socket.create_server((LOOPBACK, 0))).getsockname()[1]
            for distance in beside:
                taken.enter_context(socket.create_server((LOOPBACK, port + distance)))
            return port


async def _line(process: Process) -> str:
    """The first it prints, empty where it ends without a word."""
    return (await process.stdout.readline()).decode().strip() if process.stdout else ""


async def _settings(root: Path, name: str, *options: str) -> dict[str, Any]:
    """The gateway's configuration for what is played so: the same ids and secrets at every start."""
    async with program(root, name, ("--settings", *options), PIPE) as process:
        printed, _ = await process.communicate()
    return tomllib.loads(printed.decode())
