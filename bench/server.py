"""The gateway as a process of its own, on a free loopback port: started, killed, started again, measured."""
from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import aiohttp

ROOT = Path(__file__).resolve().parent.parent
START_S = 240.0  # the first start in an empty folder fits the models
MODELS = ROOT / ".cache" / "models"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(slots=True)
class Server:
    """`settings` are HUIYIN_ variables, `config` a file for what they cannot say; the data folder survives every kill.
    """

    data: Path
    settings: dict[str, str] = field(default_factory=dict)
    config: Path | None = None
    port: int = field(default_factory=free_port)
    program: str = "gateway"  # the module that is run
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def bring_models(self) -> None:
        """Spare the first start its fitting, where the tests have fitted already."""
        if MODELS.is_dir() and not (self.data / "models").exists():
            shutil.copytree(MODELS, self.data / "models")

    async def start(self) -> float:
        """Returns the seconds until it was ready."""
        began = perf_counter()
        env = {name: value for name, value in os.environ.items() if not name.startswith("HUIYIN_")}
        env |= {"HUIYIN_SERVER_PORT": str(self.port), "HUIYIN_DATA_DIR": str(self.data), **self.settings}
        options = ["--config", str(self.config)] if self.config else []
        with (self.data.parent / "server.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", self.program, "run", *options, cwd=ROOT, env=env, stdout=log, stderr=log
            )
        async with asyncio.timeout(START_S), aiohttp.ClientSession() as http:
            while not await self._ready(http):
                if self.process.returncode is not None:
                    raise RuntimeError((self.data.parent / "server.log").read_text("utf-8")[-2000:])
                await asyncio.sleep(0.02)
        return perf_counter() - began

    async def _ready(self, http: aiohttp.ClientSession) -> bool:
        try:
            async with http.get(self.url + "/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def kill(self) -> None:
        """SIGKILL: no chance to finish anything."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """SIGTERM; returns the exit code after the drain."""
        return await self._end(signal.SIGTERM)

    async def _end(self, how: signal.Signals) -> int:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await self.process.wait()
