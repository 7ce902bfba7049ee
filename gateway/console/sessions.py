"""Staff's sign-in: the session cookie, the token header, the check of Origin, and the lock-out."""
from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlsplit

import msgspec
from aiohttp import web
from msgspec import Struct

from gateway.clock import Clock, Ids, to_ms
from gateway.console.staff import Staff, StaffTable
from gateway.errors import Forbidden, RateLimited, Unauthorised
from gateway.http import Network, client_address
from gateway.protocols import SharedStore

# The prefix binds the cookie to this very host, Secure and Path=/ (RFC 6265bis, 4.1.3.2).
COOKIE = "__Host-huiyin-desk"
TOKEN_HEADER = "X-Huiyin-Token"  # noqa: S105 - a header's name
LIFE_S = 12 * 3600
SAFE_METHODS = frozenset({"GET", "HEAD"})

TRIES = 5
FIRST_LOCK_MS = 30_000
LONGEST_LOCK_MS = 900_000
FORGET_MS = 3_600_000


class Session(Struct, frozen=True):
    """Value of `staff-session:<hash of the cookie>`; `token` must come back in the header of every change."""

    id: str
    user: str
    token: str
    until: int


class Failures(Struct, frozen=True):
    """Value of `sign-in:<hash of user or address>`."""

    n: int = 0
    locked_until: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """Who makes a request."""

    user: Staff
    session: Session


@dataclass(frozen=True, slots=True)
class Sessions:
    """`origin` is the public address (https://desk.example); "" compares with the Host header, which a page of
    another site cannot choose."""

    staff: StaffTable
    shared: SharedStore
    clock: Clock
    ids: Ids
    origin: str = ""
    trusted: Sequence[Network] = ()
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def sign_in(self, request: web.Request, name: str, password: str) -> tuple[Member, str]:
        """→ who it is and the cookie's value. Raises RateLimited while locked, Unauthorised, Forbidden."""
        self.check_origin(request)
        address = client_address(request, self.trusted)
        async with self._one:  # guesses that come together must not all slip in before the first is counted
            return await self._try(name, password, (f"user:{name}", f"address:{address}"))

    async def _try(self, name: str, password: str, subjects: tuple[str, ...]) -> tuple[Member, str]:
        failures = [await self._failures(subject) for subject in subjects]
        locked_ms = max(f.locked_until for f in failures) - self._now()
        if locked_ms > 0:
            raise RateLimited("too many failed attempts", retry_after=locked_ms / 1000, code="locked")
        user = await self.staff.check(name, password)
        if user is None:
            for subject in subjects:
                await self._fail(subject)
            raise Unauthorised("unknown user or wrong password", code="sign_in_failed")
        for subject in subjects:
            await self.shared.delete(_key("sign-in", subject))
        return await self._open(user)

    async def sign_out(self, request: web.Request) -> None:
        await self.shared.delete(_key("staff-session", request.cookies.get(COOKIE, "")))

    async def member(self, request: web.Request) -> Member:
        """Raises Unauthorised without a living session, Forbidden when a change lacks the token or our Origin."""
        value = await self.shared.get(_key("staff-session", request.cookies.get(COOKIE, "")))
        session = msgspec.json.decode(value, type=Session) if value else None
        if session is None or session.until <= self._now():
            raise Unauthorised("sign in first")
        user = await self.staff.find(session.user)
        if user is None:
            raise Unauthorised("sign in first")
        if request.method not in SAFE_METHODS:
            self.check_origin(request)
            sent = request.headers.get(TOKEN_HEADER, "")
            if not hmac.compare_digest(sent.encode(), session.token.encode()):
                raise Forbidden("the token header is missing or wrong", code="bad_token")
        return Member(user, session)

    def check_origin(self, request: web.Request) -> None:
        """Browsers name the Origin of every request that is not GET or HEAD (Fetch standard, 3.2); where one is
        named it must be ours. Raises Forbidden."""
        origin = request.headers.get("Origin")
        if origin is None:
            return
        named, ours = urlsplit(origin), urlsplit(self.origin)
        right = named[:2] == ours[:2] if self.origin else named.netloc == request.host
        if not right:
            raise Forbidden("a foreign Origin", code="bad_origin")

    async def _open(self, user: Staff) -> tuple[Member, str]:
        secret = self.ids.token()
        session = Session(self.ids.unique(), user.name, self.ids.token(), self._now() + LIFE_S * 1000)
        await self.shared.put(_key("staff-session", secret), msgspec.json.encode(session), LIFE_S * 1000)
        return Member(user, session), secret

    async def _failures(self, subject: str) -> Failures:
        value = await self.shared.get(_key("sign-in", subject))
        return msgspec.json.decode(value, type=Failures) if value else Failures()

    async def _fail(self, subject: str) -> None:
        n = (await self._failures(subject)).n + 1
        lock = min(FIRST_LOCK_MS << min(n - TRIES, 10), LONGEST_LOCK_MS) if n >= TRIES else 0
        failures = Failures(n, self._now() + lock)
        await self.shared.put(_key("sign-in", subject), msgspec.json.encode(failures), FORGET_MS)

    def _now(self) -> int:
        return to_ms(self.clock.now())


def set_cookie(response: web.Response, value: str) -> None:
    response.set_cookie(COOKIE, value, max_age=LIFE_S, path="/", secure=True, httponly=True, samesite="Strict")


def drop_cookie(response: web.Response) -> None:
    response.set_cookie(COOKIE, "", max_age=0, path="/", secure=True, httponly=True, samesite="Strict")


def _key(kind: str, secret: str) -> str:
    """Tokens are stored hashed; names and addresses need not stand in keys either."""
    return f"{kind}:{sha256(secret.encode()).hexdigest()}"
