"""Each bot as a process of its own on a free loopback port: prepared, started until it answers, killed."""
from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

import aiohttp
import yaml

from bench.load import SETTINGS
from bench.peers.dialogue import questions
from bench.peers.ways import WAYS, NoReplyError
from bench.server import MODELS, ROOT, free_port
from bench.wechat_generator import ACCOUNT
from simulators.wechat.settings import configuration

HERE = Path(__file__).parent
RASA = ROOT / ".cache/rasa/bin"
PEERS = ROOT / ".cache/peers"
START_S = 240.0  # Rasa takes a quarter of a minute by itself; the machine may be busy
FIRST_WORDS = "我要投诉快递"
# Nothing is sent home, nothing looked for on a graphics card, and jieba's dictionary is kept in our own folder.
QUIET = {"RASA_TELEMETRY_ENABLED": "false", "CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "2",
         "LOG_LEVEL": "WARNING", "PYTHONWARNINGS": "ignore", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"}
OURS = {"PYTHONPATH": str(ROOT)}   # the code of this checkout


class NotInstalledError(Exception):
    """How to install it."""


@dataclass
class Bot(ABC):
    """`folder` is its own, on the disk that is meant. ways: how it is spoken to (bench/peers/ways.py)."""

    folder: Path
    ways: tuple[str, ...]
    port: int = field(default_factory=free_port)
    process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @abstractmethod
    def command(self) -> Sequence[str]: ...

    @abstractmethod
    def installed(self) -> None:
        """Raises NotInstalledError."""

    async def prepare(self) -> float | None:
        """Everything before the start; the seconds of a training, where there is one."""
        self.folder.mkdir()
        return None

    def environment(self) -> Mapping[str, str]:
        return OURS

    async def start(self) -> float:
        """The seconds until the first message was answered."""
        began = perf_counter()
        self.process = await self._run(self.command())
        async with asyncio.timeout(START_S):
            while not await self._answers():
                if self.process.returncode is not None:
                    raise RuntimeError(self.log.read_text("utf-8")[-2000:])
                await asyncio.sleep(0.05)
        return perf_counter() - began

    async def kill(self) -> None:
        """SIGKILL, as a machine that fails: nothing can be finished."""
        if self.process is not None and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    @property
    def ended(self) -> Path:
        """What the citizens said in dialogues that ended, a line each (bench/peers/generator.py)."""
        return self.folder / "ended.jsonl"

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    async def _run(self, command: Sequence[str]) -> asyncio.subprocess.Process:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("HUIYIN_", "PYTHON"))}
        own = {"HOME": str(self.folder), "TMPDIR": str(self.folder)}
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(
                *command, cwd=self.folder, env={**kept, **own, **self.environment()}, stdout=log, stderr=log
            )

    async def _trained(self, command: Sequence[str]) -> float:
        """Seconds."""
        began = perf_counter()
        training = await self._run(command)
        if await training.wait():
            raise RuntimeError(self.log.read_text("utf-8")[-2000:])
        return perf_counter() - began

    async def _answers(self) -> bool:
        async with aiohttp.ClientSession() as http:
            way = WAYS[self.ways[0]](http, self.url)
            try:
                await way.begins("first")
                await way.says(FIRST_WORDS)
                await way.ends()
            except (aiohttp.ClientError, NoReplyError):
                return False
        return True


class Rasa(Bot):
    """`rasa train`, then `rasa run`: one worker, the REST channel, the SQLite tracker."""

    def installed(self) -> None:
        _there(RASA / "rasa", "tools/rasa.sh")

    def command(self) -> Sequence[str]:
        return (str(RASA / "rasa"), "run", "--interface", "127.0.0.1", "--port", str(self.port),
                "--endpoints", "endpoints.yml", "--credentials", "credentials.yml")

    def environment(self) -> Mapping[str, str]:
        return QUIET

    async def prepare(self) -> float | None:
        shutil.copytree(HERE / "rasa_bot", self.folder)
        return await self._trained((str(RASA / "rasa"), "train", "--quiet"))


@dataclass
class Opsdroid(Bot):
    """One skill; `keeps`: in SQLite, else in memory."""

    keeps: bool = True

    def installed(self) -> None:
        _there(PEERS / "opsdroid/bin/opsdroid", "tools/peers.sh")

    def command(self) -> Sequence[str]:
        return str(PEERS / "opsdroid/bin/opsdroid"), "start", "-f", "configuration.yaml"

    def environment(self) -> Mapping[str, str]:
        return {**OURS, "PEERS_QUESTIONS": str(self.folder / "questions.json"), "PYTHONWARNINGS": "ignore"}

    async def prepare(self) -> float | None:
        await super().prepare()
        (self.folder / "questions.json").write_text(json.dumps(questions()), "utf-8")
        said = {
            "logging": {"level": "error", "console": True}, "welcome-message": False,
            "web": {"host": "127.0.0.1", "port": self.port},
            "parsers": {"regex": {"enabled": True}},
            "connectors": {"websocket": {"max-connections": 1000}},
            "skills": {"parcel": {"path": str(HERE / "opsdroid_skill.py")}},
            **({"databases": {"sqlite": {"path": "memory.db"}}} if self.keeps else {}),
        }
        (self.folder / "configuration.yaml").write_text(yaml.safe_dump(said), "utf-8")
        return None


class WeRoBot(Bot):
    """The WeChat callback of the same account that our own gateway has here."""

    def installed(self) -> None:
        _there(PEERS / "werobot/bin/python", "tools/peers.sh")

    def command(self) -> Sequence[str]:
        return str(PEERS / "werobot/bin/python"), "-m", "bench.peers.werobot_app", "settings.json"

    async def prepare(self) -> float | None:
        await super().prepare()
        said = {"token": ACCOUNT.token, "appid": ACCOUNT.appid, "aes_key": ACCOUNT.aes_key, "port": self.port,
                "file": "session.db", "questions": questions()}
        (self.folder / "settings.json").write_text(json.dumps(said), "utf-8")
        return None


class Huiyin(Bot):
    """The gateway as it is installed: embedded engine, SQLite with synchronous=FULL; `way` web or wechat."""

    def installed(self) -> None:
        """It is what runs this."""

    def command(self) -> Sequence[str]:
        return sys.executable, "-m", "gateway", "run", "--config", str(self.folder / "gateway.toml")

    def environment(self) -> Mapping[str, str]:
        return {**OURS, **SETTINGS, "HUIYIN_SERVER_PORT": str(self.port), "HUIYIN_DATA_DIR": str(self.folder / "data")}

    async def prepare(self) -> float | None:
        """None where a fitted model was at hand (`make trained`), else the seconds that it took."""
        await super().prepare()
        (self.folder / "gateway.toml").write_text(
            'trusted_proxies = ["127.0.0.1"]\n' + configuration([ACCOUNT], free_port()), "utf-8"
        )
        if MODELS.is_dir():
            shutil.copytree(MODELS, self.folder / "data/models")
            return None
        return await self._trained((sys.executable, "-m", "gateway", "train"))


def _there(program: Path, script: str) -> None:
    if not program.exists():
        raise NotInstalledError(f"{program.relative_to(ROOT)} is missing: sh {script}")
