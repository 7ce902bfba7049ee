"""Videos, of which the platform names an address instead of the file: fetched only where no harm can come of it.

media/get of an official account answers {"video_url": …} for a video [official page 获取临时素材]. The answer is
WeChat's, proved by TLS; still an address is nobody's promise (HOSTILE.md 9). So: http or https on their own ports,
public addresses only, looked up once and connected to as looked up, so that no name can be bound anew in between; no
redirect, no cookie, no token, a size cap.
"""
from __future__ import annotations

import socket
from collections.abc import Container
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from channels.wechat.calls import MAX_FILE, read_capped
from gateway.errors import Retry, Unsupported

PORTS = {"http": 80, "https": 443}
TIMES = aiohttp.ClientTimeout(total=8.0, connect=3.0)


class PublicResolver(AbstractResolver):
    """Names as the system knows them, without addresses of private networks."""

    def __init__(self, resolver: AbstractResolver) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Raises OSError where nothing public is left."""
        found = await self._resolver.resolve(host, port, family)
        public = [one for one in found if ip_address(one["host"]).is_global]
        if not public:
            raise OSError("no public address")
        return public

    async def close(self) -> None:
        await self._resolver.close()


class Videos:
    """`home`: hosts with port that are the platform's own, so that a simulated one on loopback can be asked too."""

    def __init__(self, home: Container[str], names: AbstractResolver | None = None) -> None:
        self._home = home
        self._public = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=PublicResolver(names or aiohttp.ThreadedResolver())),
            cookie_jar=aiohttp.DummyCookieJar(), timeout=TIMES)
        self._own = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=TIMES)

    async def close(self) -> None:
        await self._public.close()
        await self._own.close()

    async def fetch(self, address: str, cap: int = MAX_FILE) -> bytes:
        """Raises Unsupported for an address that is not to be fetched, Retry when it cannot be, TooLarge."""
        url, http = self._checked(address)
        try:
            async with http.get(url, allow_redirects=False) as response:
                if response.status != 200:
                    raise Unsupported("the video is not where it was said to be", code="media_by_address")
                return await read_capped(response, cap)
        except (aiohttp.ClientError, TimeoutError, OSError) as fault:
            raise Retry(f"a video is not reached: {type(fault).__name__}") from None

    def _checked(self, address: str) -> tuple[URL, aiohttp.ClientSession]:
        try:
            url = URL(address)
            host = url.host or ""
            if f"{host}:{url.port}" in self._home:
                return url, self._own
            ordinary = (url.scheme, url.port) in PORTS.items()
            public = ordinary and not (url.user or url.password) and _is_public(host)
        except ValueError:
            public = False
        if not public:
            raise Unsupported("an address that is not fetched", code="media_by_address")
        return url, self._public


def _is_public(host: str) -> bool:
    """A literal address never meets the resolver."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host
