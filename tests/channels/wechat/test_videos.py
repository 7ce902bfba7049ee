"""An address in the platform's answer is fetched where no harm can come of it (HOSTILE.md 9), else not at all."""
from __future__ import annotations

import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from channels.wechat.videos import PublicResolver, Videos
from gateway.errors import Retry, TooLarge, Unsupported
from tests.channels.web.house import serve

FORBIDDEN = (
    "http://127.0.0.1/v.mp4", "http://10.0.0.1/v.mp4", "http://192.168.1.1/v.mp4", "http://169.254.169.254/latest",
    "http://100.64.0.1/v.mp4", "http://[::1]/v.mp4", "http://[fd00::1]/v.mp4", "http://[::ffff:127.0.0.1]/v.mp4",
    "http://0.0.0.0/v.mp4", "http://localhost/v.mp4", "http://video.example:8080/v.mp4", "https://video.example:80/v",
    "ftp://video.example/v.mp4", "file:///etc/passwd", "http://user:secret@video.example/v.mp4", "//video.example/v",
    "video.mp4", "", "http://", "http://video.example:99999/v", "http://[::1", "http://2130706433/v.mp4",
)


class Names(AbstractResolver):
    """Knows one name, under these addresses."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in self._addresses
        ]

    async def close(self) -> None:
        pass


@pytest.fixture
async def away() -> AsyncIterator[tuple[str, list[str]]]:
    """A server on loopback, and what it was asked for."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        if request.path == "/moved":
            raise web.HTTPFound("/film")
        if request.path == "/gone":
            raise web.HTTPNotFound
        assert "Cookie" not in request.headers
        return web.Response(body=b"film", headers={"Set-Cookie": "a=b"})

    async with serve([web.get("/{name}", answer)]) as url:
        yield url, asked


def _host(url: str) -> str:
    return url.partition("//")[2]


async def test_the_platforms_own_address_is_fetched(away: tuple[str, list[str]]) -> None:
    url, asked = away
    videos = Videos({_host(url)})
    assert [await videos.fetch(f"{url}/film") for _ in range(2)] == [b"film", b"film"]
    with pytest.raises(TooLarge):
        await videos.fetch(f"{url}/film", cap=3)
    for path in ("/moved", "/gone"):
        with pytest.raises(Unsupported):
            await videos.fetch(url + path)
    assert asked == ["/film"] * 3 + ["/moved", "/gone"], "it never goes where it is sent on to"
    await videos.close()


async def test_no_private_place_is_asked(away: tuple[str, list[str]]) -> None:
    url, asked = away
    videos = Videos(())
    for address in (*FORBIDDEN, f"{url}/film"):
        with pytest.raises(Unsupported):
            await videos.fetch(address)
    assert asked == []
    await videos.close()


async def test_a_name_is_what_it_resolves_to() -> None:
    mixed = PublicResolver(Names("10.0.0.1", "8.8.8.8", "127.0.0.1"))
    assert [one["host"] for one in await mixed.resolve("video.example", 80)] == ["8.8.8.8"]
    for private in (("127.0.0.1",), ("169.254.169.254", "::1"), ()):
        with pytest.raises(OSError, match="no public address"):
            await PublicResolver(Names(*private)).resolve("video.example", 80)


async def test_a_name_of_a_private_place_is_not_connected_to(away: tuple[str, list[str]]) -> None:
    _, asked = away
    videos = Videos((), Names("127.0.0.1"))
    with pytest.raises(Retry):
        await videos.fetch("http://video.example/film")
    assert asked == []
    await videos.close()
