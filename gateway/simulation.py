"""The outside world played on this machine, beside a gateway that is tried out.

The stand-ins under simulators/ are programs of their own: never imported, and absent from the image. Each is held on a
leash (`--leash`: its standard input), so that it ends with us however we end.
"""
from __future__ import annotations

import asyncio
import sys
import tomllib
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec
from yarl import URL

from gateway.config import WeChat
from gateway.errors import ConfigError

PROGRAMS = ("wechat",)
FAREWELL_S = 5.0


@dataclass(frozen=True)
class Phones:
    """WeChat as it is played: the accounts for the gateway's configuration, and the address of its phones."""

    accounts: WeChat
    page: str


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
        yield Phones(await _accounts(root, page), page) if page else None


async def _line(process: Process) -> str:
    """The first it prints, empty where it ends without a word."""
    return (await process.stdout.readline()).decode().strip() if process.stdout else ""


async def _accounts(root: Path, page: str) -> WeChat:
    """Those that are played behind `page`: their ids and secrets are the same at every start."""
    async with program(root, "wechat", ("--settings", "--port", str(URL(page).port)), PIPE) as process:
        printed, _ = await process.communicate()
    return msgspec.convert(tomllib.loads(printed.decode())["wechat"], WeChat)
