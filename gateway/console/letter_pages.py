"""/desk/api/dead and /desk/api/backend: what did not arrive, and the way to the case backend. For supervisors."""
from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from aiohttp import web
from msgspec import Meta, Struct

from gateway.console.door import Act as DoorAct
from gateway.console.door import Door, answer, read
from gateway.console.letters import Act, Letters
from gateway.errors import Malformed, NotFound
from gateway.gates import CaseGate

Reason = Annotated[str, Meta(min_length=2, max_length=200)]


class WhyBody(Struct, frozen=True, forbid_unknown_fields=True):
    reason: Reason


class EditBody(Struct, frozen=True, forbid_unknown_fields=True):
    """changes: a merge patch of the work order."""

    reason: Reason
    changes: dict[str, Any]


class ArrivedBody(Struct, frozen=True, forbid_unknown_fields=True):
    """number: the backend's own number of the case."""

    reason: Reason
    number: Annotated[str, Meta(min_length=1, max_length=200)]


Named = Callable[[web.Request, str], Awaitable[web.Response]]  # who asks


@dataclass(frozen=True, slots=True)
class LetterPages:
    """The same acts for supervisors on the page and for operators on the command line (gateway/control.py).

    `gate` None: nothing stands between us and the backend.
    """

    letters: Letters
    gate: CaseGate | None

    def acts(self) -> list[tuple[str, str, Named]]:
        """Method, path below the door's own, what is done."""
        return [
            ("GET", "/dead", self.all),
            ("GET", "/dead/{id}", self.show),
            ("POST", "/dead/{id}/replay", self.replay),
            ("POST", "/dead/{id}/edit", self.edit),
            ("POST", "/dead/{id}/arrived", self.arrived),
            ("POST", "/dead/{id}/discard", self.discard),
            ("GET", "/backend", self.backend),
            ("POST", "/backend/resume", self.resume),
        ]

    def routes(self, door: Door) -> list[web.RouteDef]:
        def by_name(act: Named) -> DoorAct:
            return lambda request, member: act(request, member.user.name)

        return [
            web.route(method, "/desk/api" + path, door.to(by_name(act), ("supervisor",)))
            for method, path, act in self.acts()
        ]

    async def all(self, request: web.Request, who: str) -> web.Response:
        """The oldest hundred behind `after`, of one lane or all; and how it stands with the backend."""
        lane, after = request.query.get("lane"), _number(request.query.get("after", "0"))
        status = self.gate.status if self.gate else None
        return answer({"dead": await self.letters.all(lane, after=after), "backend": status})

    async def show(self, request: web.Request, who: str) -> web.Response:
        return answer(await self.letters.show(_id(request)))

    async def replay(self, request: web.Request, who: str) -> web.Response:
        id, body = _id(request), await read(request, WhyBody)
        await self.letters.replay(id, Act(who, body.reason))
        return answer({"replayed": id})

    async def edit(self, request: web.Request, who: str) -> web.Response:
        id, body = _id(request), await read(request, EditBody)
        await self.letters.edit(id, Act(who, body.reason), body.changes)
        return answer({"replayed": id})

    async def arrived(self, request: web.Request, who: str) -> web.Response:
        id, body = _id(request), await read(request, ArrivedBody)
        await self.letters.arrived(id, Act(who, body.reason), body.number)
        return answer({"arrived": id})

    async def discard(self, request: web.Request, who: str) -> web.Response:
        id, body = _id(request), await read(request, WhyBody)
        await self.letters.discard(id, Act(who, body.reason))
        return answer({"discarded": id})

    async def backend(self, request: web.Request, who: str) -> web.Response:
        return answer(self._gate().status)

    async def resume(self, request: web.Request, who: str) -> web.Response:
        """What waits for the backend is sent again, as a person says that it is well."""
        gate, body = self._gate(), await read(request, WhyBody)
        await self.letters.journal.write(who, "backend.resume", gate.status.backend, body.reason)
        await gate.resume()
        return answer(gate.status)

    def _gate(self) -> CaseGate:
        if self.gate is None:
            raise NotFound
        return self.gate


def _id(request: web.Request) -> int:
    return _number(request.match_info["id"])


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 15:
        raise Malformed("not a number")
    return int(text)
