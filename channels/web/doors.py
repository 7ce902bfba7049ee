"""Who may open a socket: pages of known origins, and not too many at once from one address."""
from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from gateway.errors import Forbidden, RateLimited, Unavailable

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


def allowed_origins(public_url: str, embedders: Iterable[str] = ()) -> frozenset[str]:
    """Our own origin as configured, and those of `[web] origins`. On a loopback address its names are one."""
    parts = urlsplit(public_url)
    own = {f"{parts.scheme}://{parts.netloc}"}
    if parts.hostname in ("127.0.0.1", "localhost", "::1"):
        own = {f"{parts.scheme}://{name}:{parts.port or 80}" for name in _LOOPBACK}
    return frozenset(own | {origin.rstrip("/") for origin in embedders})


class Doors:
    """Counts open sockets; one process's view is enough, each process protects its own memory."""

    def __init__(self, origins: frozenset[str], per_address: int, in_all: int) -> None:
        self.origins, self._per_address, self._in_all = origins, per_address, in_all
        self._open: Counter[str] = Counter()
        self._closing = False

    def check_origin(self, origin: str | None) -> None:
        """Browsers always name the page's origin; other programs send none. Raises Forbidden."""
        if origin is not None and origin not in self.origins:
            raise Forbidden("this origin may not open a chat", code="foreign_origin")

    @contextmanager
    def enter(self, address: str) -> Iterator[None]:
        """Held while the socket is open. Raises RateLimited for the address, Unavailable for the house."""
        if self._closing or self.open >= self._in_all:
            raise Unavailable("no more connections")
        if self._open[address] >= self._per_address:
            raise RateLimited("too many connections", retry_after=30.0)
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    @property
    def open(self) -> int:
        """Sockets at this moment, for the metrics."""
        return self._open.total()

    def close(self) -> None:
        self._closing = True
