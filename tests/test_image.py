"""The image's steps, replayed without a container engine: the Dockerfile is read and done in a scratch folder.

Replayed are WORKDIR, COPY (with .dockerignore), RUN, ENV, CMD and HEALTHCHECK, with a clean virtual environment and
nothing of this machine's environment but the way to the package index. Not replayed: the base image, USER, VOLUME.
"""
from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
import yaml

from tests.until import until

ROOT = Path(__file__).parent.parent
INDEX = ("PIP_", "SSL_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "LANG", "HOME")  # how this machine reaches packages
TEST_NAMES = ("tests", "bench", "simulators")


def instructions(file: str = "Dockerfile") -> list[tuple[str, str]]:
    text = re.sub(r"^#.*\n", "", (ROOT / file).read_text("utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    pairs = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return [(word.upper(), rest) for word, rest in pairs]


def stages() -> list[list[tuple[str, str]]]:
    found: list[list[tuple[str, str]]] = []
    for word, rest in instructions():
        if word == "FROM":
            found.append([])
        else:
            found[-1].append((word, rest))
    return found


@dataclass
class Image:
    """One stage's file system below `root`; absolute paths of the Dockerfile are places in it."""

    root: Path
    env: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"

    def place(self, path: str) -> Path:
        return self.root / path.lstrip("/") if path.startswith("/") else self.root / self.workdir.lstrip("/") / path

    def here(self, text: str) -> str:
        """The same words with the image's own folders in the scratch folder."""
        return re.sub(r"(?<![\w./])/(?=(?:venv|app|data)\b)", f"{self.root}/", text)

    def do(self, word: str, rest: str) -> None:
        steps = {"WORKDIR": self._workdir, "COPY": self._copy, "RUN": self._run, "ENV": self._env}
        if word in steps:
            steps[word](rest)
        else:
            self.settings[word] = rest

    def _workdir(self, path: str) -> None:
        self.workdir = path
        self.place(path).mkdir(parents=True, exist_ok=True)

    def _env(self, rest: str) -> None:
        self.env |= dict(pair.split("=", 1) for pair in shlex.split(rest))

    def _copy(self, rest: str) -> None:
        words = shlex.split(rest)
        if any(word.startswith("--from=") for word in words):
            return  # both stages share the scratch folder; the second lacks nothing of what the first made
        source, target = words[-2:]
        to = self.place(target)
        if (ROOT / source).is_file():
            shutil.copy2(ROOT / source, to / source if target.endswith("/") else to)
        else:
            shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns(*_ignored()))

    def _run(self, command: str) -> None:
        self.run(["sh", "-ec", self.here(command)])

    def run(self, command: list[str]) -> None:
        done = subprocess.run(
            command, cwd=self.place("."), env=self.environ(), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}"

    def environ(self, **more: str) -> dict[str, str]:
        outside = {name: value for name, value in os.environ.items() if name.upper().startswith(INDEX)}
        python = Path(sys.executable).parent  # stands in for the base image's
        return {"PATH": f"{python}:/usr/bin:/bin", **outside, **{k: self.here(v) for k, v in self.env.items()}, **more}


def _ignored() -> list[str]:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    return [line.removeprefix("**/") for line in lines if line.startswith("**/")]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Image:
    built = Image(tmp_path_factory.mktemp("image"))
    for stage in stages():
        built.env.clear()
        for word, rest in stage:
            built.do(word, rest)
    return built


@contextmanager
def serving(image: Image) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The image's CMD on a free port; the process is gone afterwards whatever happens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = image.environ(HUIYIN_SERVER_PORT=str(port), HUIYIN_SERVER_HOST="127.0.0.1")
    log = image.root / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            _command(image, image.settings["CMD"]), cwd=image.place("."), env=env, stdout=out, stderr=out
        )
    try:
        yield process, f"http://127.0.0.1:{port}"
    except AssertionError as error:
        raise AssertionError(f"{error}\n{log.read_text()[-3000:]}") from error
    finally:
        process.kill()
        process.wait()


def _command(image: Image, words: str) -> list[str]:
    program, *rest = json.loads(words)
    return [str(image.place(f"/venv/bin/{program}")), *rest]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return bool(response.status == 200)
    except (URLError, ConnectionError, TimeoutError):
        return False


@pytest.mark.slow
async def test_the_image_serves_is_healthy_and_stops_in_time(image: Image) -> None:
    with serving(image) as (process, url):
        await until(lambda: answers(f"{url}/healthz"), within_s=60, every_s=0.05)
        await until(lambda: answers(f"{url}/readyz"), within_s=10, every_s=0.05)
        assert answers(f"{url}/")
        assert healthy(image, url)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
        assert not healthy(image, url)


def healthy(image: Image, url: str) -> bool:
    """What HEALTHCHECK says, run as it stands."""
    command = _command(image, image.settings["HEALTHCHECK"].partition("CMD ")[2])
    env = image.environ(HUIYIN_SERVER_PORT=url.rpartition(":")[2])
    return subprocess.run(command, env=env, capture_output=True).returncode == 0


@pytest.mark.slow
def test_the_image_holds_what_runs_and_nothing_else(image: Image) -> None:
    held = {path.name for path in image.place("/app").iterdir()}
    assert held.isdisjoint(TEST_NAMES)
    assert not list(image.place("/app").rglob("*.cases.yaml"))
    installed = {path.name.lower().partition("-")[0] for path in image.place("/venv").rglob("*.dist-info")}
    assert installed.isdisjoint({"pytest", "mypy", "ruff", "hypothesis", "playwright", "pip", "setuptools"})
    assert {"aiohttp", "msgspec"} <= installed


@pytest.mark.slow
def test_the_model_is_fitted_when_the_image_is_made(image: Image) -> None:
    assert list(image.place("/data").rglob("*.npz"))


def test_the_image_runs_as_nobody_in_particular() -> None:
    final = dict(stages()[-1])
    user, _, group = final["USER"].partition(":")
    assert int(user) >= 1000
    assert int(group) >= 1000
    assert "/healthz" in final["HEALTHCHECK"]
    assert final["VOLUME"] == "/data"
    assert not any(word == "RUN" for word, _ in stages()[-1]), "the final stage builds nothing"


def test_requirements_come_from_the_lock_alone() -> None:
    installs = [rest for word, rest in instructions() if word == "RUN" and "install" in rest.split()]
    assert installs
    assert all("--require-hashes -r requirements.lock" in rest for rest in installs)


def test_everything_is_kept_out_but_what_is_copied() -> None:
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    rules = [line for line in lines if not line.startswith(("#", "**/"))]
    copied = {rest.split()[-2] for word, rest in instructions() if word == "COPY" and "--from" not in rest}
    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules[1:]} == copied
    assert copied.isdisjoint(TEST_NAMES)


def test_rasas_image_is_built_of_what_the_context_holds_and_runs_as_nobody_in_particular() -> None:
    steps = instructions("nlu/rasa/Dockerfile")
    copied = {rest.split()[0] for word, rest in steps if word == "COPY" and "--from" not in rest}
    allowed = {rest.split()[-2] for word, rest in instructions() if word == "COPY" and "--from" not in rest}
    assert {path.partition("/")[0] for path in copied} <= allowed
    assert all((ROOT / path).exists() for path in copied)
    installs = [rest for word, rest in steps if word == "RUN" and "install" in rest.split()]
    assert len(installs) == 2
    assert all("--require-hashes -r requirements.lock" in rest for rest in installs)
    assert int(dict(steps)["USER"].partition(":")[0]) >= 1000


def test_compose_runs_one_hardened_service() -> None:
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    service, *others = compose["services"].values()
    assert all(other["profiles"] for other in others), "what `up` alone does not start"
    assert service["build"] == "."
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["restart"] == "unless-stopped"
    assert [port.split(":")[0] for port in service["ports"]] == ["127.0.0.1"]
    assert [volume.split(":")[1] for volume in service["volumes"]] == ["/data"]
    assert {volume.split(":")[0] for volume in service["volumes"]} == set(compose["volumes"])
    assert [mount.split(":")[0] for mount in service["tmpfs"]] == ["/tmp"]
    assert service["healthcheck"].keys() >= {"interval", "timeout", "retries"}
