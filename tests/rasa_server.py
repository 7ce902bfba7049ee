"""A real Rasa server on loopback for tests, in its own Python (`make rasa`), with the model of our training set."""
from __future__ import annotations

import asyncio
import json
import subprocess
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from bench.server import free_port
from nlu.rasa_training import environ, environment, train
from tests.minds import CACHE, TRAINING

START_S = 240.0  # a quarter of a minute by itself; the machine may be busy
EVERY_S = 0.1
ASK_S = 60.0


@cache
def model() -> Path:
    """Of our whole training set. Trained when no earlier run has left it: minutes."""
    with ThreadPoolExecutor(1) as thread:  # the first test to ask may be running on a loop
        return thread.submit(asyncio.run, train(environment(), TRAINING, CACHE)).result()


class RasaProcess:
    """Runs from `start` to `stop`; `port` stays the same, so that it can be started again. `folder` is its own."""

    token = "a-token-for-tests"

    def __init__(self, folder: Path, model: Path) -> None:
        self.folder = folder
        self.model = model
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.folder / "rasa.log"

    def start(self) -> None:
        """Until it has answered a first message, which takes it seconds."""
        self.spawn()
        end = time.monotonic() + START_S
        while not self._answers():
            assert time.monotonic() < end, self._said()
            time.sleep(EVERY_S)

    def spawn(self) -> None:
        """It may take a while until it answers."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [environment() / "bin/python", "-m", "rasa", "run", "--enable-api", "--model", self.model,
                 "--interface", "127.0.0.1", "--port", str(self.port), "--auth-token", self.token],
                cwd=self.folder, env=environ(self.folder), stdout=log, stderr=log)

    def kill(self) -> None:
        """SIGKILL, as a machine that fails."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    stop = kill

    def ask(self, path: str, body: Any = None) -> Any:
        """Raises OSError, of which urllib's errors are."""
        request = urllib.request.Request(
            f"{self.url}{path}?token={self.token}", headers={"Content-Type": "application/json"},
            data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=ASK_S) as answer:
            return json.loads(answer.read())

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self._said()
        try:
            return bool(self.ask("/status")["model_file"]) and bool(self.ask("/model/parse", {"text": "你好"}))
        except OSError:
            return False

    def _said(self) -> str:
        return self.log.read_text("utf-8", "replace")[-3000:]
