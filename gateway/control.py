"""The operators' door: a Unix socket in the data folder of the running gateway, for the system's user it runs as.

On SQLite only one process may have the store open, so the command line asks that one. With Redis any gateway acts for
all of them; several with one data folder have a socket each. Who asks is told by the system (unix(7), SO_PEERCRED) and
stands in the journal.
"""
from __future__ import annotations

import os
import pwd
import secrets
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
from aiohttp import web

from gateway.console.letter_pages import LetterPages
from gateway.errors import ConfigError
from gateway.http import guard, runner
from gateway.observe import count_refusal

SOCKET = "control.sock"
LONGEST = 107  # bytes of a path, unix(7)

_CREDENTIALS = struct.Struct("3i")  # pid, uid, gid


class Refusal(Exception):
    """The gateway said no; `code` as in its problem+json."""

    def __init__(self, status: int, code: str, words: str) -> None:
        super().__init__(f"{status} {code}: {words}")


def application(pages: LetterPages) -> web.Application:
    app = web.Application(middlewares=[guard(count_refusal)])
    for method, path, act in pages.acts():
        app.router.add_route(method, path, _named(act))
    return app


def _named(act: Callable[[web.Request, str], Awaitable[web.Response]]) -> Callable[..., Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        return await act(request, _peer(request))

    return handle


def _peer(request: web.Request) -> str:
    """The system's user at the other end."""
    assert request.transport is not None
    line = request.transport.get_extra_info("socket")
    _, uid, _ = _CREDENTIALS.unpack(line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return operator(uid)


def operator(uid: int) -> str:
    """Who acts from the command line, for the journal."""
    try:
        return f"{pwd.getpwuid(uid).pw_name} (command line)"
    except KeyError:  # a container's user need not have a name
        return f"uid {uid} (command line)"


@asynccontextmanager
async def listening(folder: Path, app: web.Application, *, many: bool = False) -> AsyncIterator[None]:
    """Serves `app` at a socket of the folder. Raises ConfigError. What earlier runs left there goes: the lock on the
    store says that nobody uses it, or, of `many`, that nobody answers."""
    path = _path(folder, f"control-{secrets.token_hex(4)}.sock" if many else SOCKET)
    for old in _sockets(folder):
        if not many or not _answers(old):
            old.unlink(missing_ok=True)
    serving = runner(app, drain_s=1.0)
    await serving.setup()
    try:
        try:
            await web.UnixSite(serving, str(path)).start()
            path.chmod(0o600)
        except OSError as error:
            raise ConfigError(f"data.dir: {path} cannot be opened: {error.strerror}") from error
        yield
    finally:
        await serving.cleanup()
        path.unlink(missing_ok=True)


async def ask(folder: Path, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The running gateway's answer. Raises Refusal, and ConfigError when none is running."""
    there = next(filter(_answers, _sockets(folder)), _path(folder, SOCKET))
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(there))) as http,
            http.request(method, f"http://gateway{path}", json=body) as response,
        ):
            answer = msgspec.json.decode(await response.read())
    except (aiohttp.ClientError, OSError) as error:
        raise ConfigError(f"no gateway answers at {there}: is it running, and may you read there?") from error
    if response.status >= 400:
        raise Refusal(response.status, str(answer.get("code")), str(answer.get("detail") or answer.get("title")))
    return answer


def _sockets(folder: Path) -> list[Path]:
    return sorted(folder.glob("control*.sock"))


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(str(path))
        except OSError:
            return False
        return True


def _path(folder: Path, name: str) -> Path:
    path = folder / name
    if len(os.fsencode(path)) > LONGEST:
        raise ConfigError(f"data.dir: {path} is too long for a socket, {LONGEST} bytes at most")
    return path
