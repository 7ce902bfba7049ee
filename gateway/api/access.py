"""Who calls the API: a visitor by the bearer token of their chat session, or staff by what the console says."""
from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from gateway.http import LANGUAGE, bearer

# The name of the member of staff who calls; raises Unauthorised or Forbidden.
Staff = Callable[[web.Request], Awaitable[str]]


class Visitor(Protocol):
    @property
    def conversation(self) -> str: ...

    @property
    def language(self) -> str: ...

    @property
    def created(self) -> int:
        """Ms since 1970."""
        ...


class Visitors(Protocol):
    """The web channel's sessions, as the API sees them."""

    async def open(self, language: str, conversation: str = "") -> tuple[str, Visitor]:
        """A token and whose it is: this conversation's, else a new visitor's."""
        ...

    async def find(self, token: str | None) -> Visitor:
        """Raises Unauthorised."""
        ...


async def visitor(request: web.Request, visitors: Visitors) -> Visitor:
    """Whose token was shown; from here on we speak their language. Raises Unauthorised."""
    found = await visitors.find(bearer(request))
    request[LANGUAGE] = found.language
    return found
