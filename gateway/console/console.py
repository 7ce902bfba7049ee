"""The staff page as the rest of the gateway sees it: one object with routes, built by the composition root."""
from __future__ import annotations

import mimetypes
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from gateway.clock import Clock, Ids
from gateway.console.cases import CasePages, OpenUpload
from gateway.console.conversations import ConversationPages
from gateway.console.door import Door, Journal, Openings, answer, read
from gateway.console.letter_pages import LetterPages
from gateway.console.letters import Letters
from gateway.console.oversight import OversightPages
from gateway.console.sessions import Member, Sessions, drop_cookie, set_cookie
from gateway.console.staff import StaffTable, ensure_demo
from gateway.dialogue.template import Template
from gateway.errors import NotFound
from gateway.fields.city import Department
from gateway.gates import CaseGate
from gateway.http import Network
from gateway.protocols import Accept, CaseDesk, LaneStore, Records, SharedStore

STATIC = Path(__file__).with_name("static")


@dataclass(frozen=True, slots=True)
class ConsoleSettings:
    """origin: the public one, e.g. https://desk.example; "" when the server is reached as it is bound. `seated` as for
    ConversationPages."""

    host: str
    origin: str = ""
    trusted: Sequence[Network] = ()
    departments: Sequence[Department] = ()
    templates: Mapping[str, Template] = field(default_factory=dict)
    seated: Collection[str] = ()


class SignInBody(Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=64)]
    password: Annotated[str, Meta(min_length=1, max_length=200)]


class SessionView(Struct, frozen=True):
    """GET and POST /desk/api/session. `token` goes into the X-Huiyin-Token header of every change."""

    name: str
    role: str
    department: str | None
    token: str
    until: int
    departments: list[Department]
    templates: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Console:
    """`open_upload` raises NotFound.

    gate  before the case backend
    """

    store: LaneStore
    records: Records
    shared: SharedStore
    accept: Accept
    desk: CaseDesk
    open_upload: OpenUpload
    clock: Clock
    ids: Ids
    settings: ConsoleSettings
    staff: StaffTable
    gate: CaseGate | None = None

    def routes(self) -> list[web.RouteDef]:
        settings, sessions = self.settings, self.sessions()
        door, journal = Door(sessions), Journal(self.store, self.clock, self.ids)
        openings = Openings(self.shared, journal)
        codes = frozenset(department.code for department in settings.departments)
        cases = CasePages(self.store, self.records, self.desk, openings, journal, codes, self.open_upload)
        talks = ConversationPages(
            self.store, self.records, self.shared, self.accept, openings, journal, self.clock, settings.templates,
            self.open_upload, settings.seated,
        )
        oversight = OversightPages(self.store, self.records, self.clock)
        signing = SignIn(sessions, journal, settings)
        return [
            *signing.routes(door), *cases.routes(door), *talks.routes(door), *oversight.routes(door),
            *self.letters().routes(door), *page_routes(),
        ]

    def letters(self) -> LetterPages:
        """What did not arrive; the command line asks it too."""
        return LetterPages(Letters(self.store, Journal(self.store, self.clock, self.ids), self.clock), self.gate)

    def sessions(self) -> Sessions:
        """Who is signed in; other pages that want staff ask it too."""
        settings = self.settings
        return Sessions(self.staff, self.shared, self.clock, self.ids, settings.origin, settings.trusted)

    async def ensure_demo(self, password: str) -> list[str]:
        """The demo users' names. Raises ConfigError: see gateway/console/staff.py."""
        codes = [department.code for department in self.settings.departments]
        return await ensure_demo(self.staff, password, self.settings.host, codes)


@dataclass(frozen=True, slots=True)
class SignIn:
    sessions: Sessions
    journal: Journal
    settings: ConsoleSettings

    def routes(self, door: Door) -> list[web.RouteDef]:
        path = "/desk/api/session"
        return [
            web.post(path, self.sign_in), web.get(path, door.to(self.show)), web.delete(path, door.to(self.sign_out)),
        ]

    async def sign_in(self, request: web.Request) -> web.Response:
        body = await read(request, SignInBody)
        member, cookie = await self.sessions.sign_in(request, body.name, body.password)
        await self.journal.write(member.user.name, "sign_in", member.user.name)
        response = await self.show(request, member)
        response.headers["Cache-Control"] = "no-store"
        set_cookie(response, cookie)
        return response

    async def show(self, request: web.Request, member: Member) -> web.Response:
        user, session = member.user, member.session
        templates = {id: {"zh": t.title.zh, "en": t.title.en} for id, t in self.settings.templates.items()}
        return answer(SessionView(
            user.name, user.role, user.department, session.token, session.until, list(self.settings.departments),
            templates,
        ))

    async def sign_out(self, request: web.Request, member: Member) -> web.Response:
        await self.sessions.sign_out(request)
        await self.journal.write(member.user.name, "sign_out", member.user.name)
        response = web.Response(status=204)
        drop_cookie(response)
        return response


def page_routes() -> list[web.RouteDef]:
    """The page's files, read once; nothing of a request becomes a path."""
    files = {file.name: (file.read_bytes(), mimetypes.guess_type(file.name)[0]) for file in STATIC.iterdir()}

    async def file(request: web.Request) -> web.Response:
        name = request.match_info.get("file", "index.html")
        if name not in files:
            raise NotFound
        data, media_type = files[name]
        return web.Response(body=data, content_type=media_type, charset="utf-8", headers={"Cache-Control": "no-cache"})

    async def slash(request: web.Request) -> web.Response:
        raise web.HTTPPermanentRedirect("/desk/")

    return [web.get("/desk", slash), web.get("/desk/", file), web.get("/desk/{file}", file)]
