"""A real Kannel (Debian's package) between the carrier and a gateway: bearerbox and smsbox, started and stopped by pid.

bearerbox must listen before smsbox comes, and an orderly stop may take 30 s, so both are killed in the end: what is
queued stands in bearerbox's spool.
"""
from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

BEARERBOX, SMSBOX = "/usr/sbin/bearerbox", "/usr/sbin/smsbox"
START_S, EVERY_S = 20.0, 0.02


class KannelProcesses:
    """One Kannel with the configuration file in its folder; `boxes` and `sendsms` are the ports it says."""

    def __init__(self, conf: Path, boxes: int, sendsms: int) -> None:
        self._conf, self._boxes, self._sendsms = conf, boxes, sendsms
        self.folder = conf.parent      # logs and spool
        self._bearerbox: asyncio.subprocess.Process | None = None
        self._smsbox: asyncio.subprocess.Process | None = None

    async def start_bearerbox(self) -> None:
        self._bearerbox = await self._start(BEARERBOX, self._boxes)

    async def start_smsbox(self) -> None:
        self._smsbox = await self._start(SMSBOX, self._sendsms)

    async def kill_bearerbox(self) -> None:
        """As kill -9 does. smsbox stays, and connects again when there is one."""
        await _kill(self._bearerbox)

    async def kill_smsbox(self) -> None:
        await _kill(self._smsbox)

    async def close(self) -> None:
        await _kill(self._smsbox)
        await _kill(self._bearerbox)

    async def _start(self, program: str, port: int) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            program, "-v", "4", str(self._conf), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            env={**os.environ, "TZ": "UTC"}, cwd=self._conf.parent,
        )
        async with asyncio.timeout(START_S):
            while not await _listens(port):
                if process.returncode is not None:
                    raise ChildProcessError(f"{program} ended with {process.returncode}: see {self._conf.parent}")
                await asyncio.sleep(EVERY_S)
        return process


@asynccontextmanager
async def running(conf: str, folder: Path, boxes: int, sendsms: int) -> AsyncIterator[KannelProcesses]:
    """Kannel while the block runs; `folder` takes its configuration, logs and spool."""
    (folder / "spool").mkdir(parents=True, exist_ok=True)
    path = folder / "kannel.conf"
    path.write_text(conf, "utf-8")
    path.chmod(0o600)
    processes = KannelProcesses(path, boxes, sendsms)
    try:
        await processes.start_bearerbox()
        await processes.start_smsbox()
        yield processes
    finally:
        await processes.close()


def ports(conf: str) -> tuple[int, int]:
    """Where bearerbox waits for smsbox, and where smsbox takes messages. Raises ValueError: the file does not say."""
    said = dict(re.findall(r"^(smsbox-port|sendsms-port) = (\d+)$", conf, re.MULTILINE))
    if len(said) < 2:
        raise ValueError("smsbox-port and sendsms-port: not in this configuration of Kannel")
    return int(said["smsbox-port"]), int(said["sendsms-port"])


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True


async def _kill(process: asyncio.subprocess.Process | None) -> None:
    if process is None:
        return
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
