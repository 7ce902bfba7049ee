"""The whole /api, put together: what it needs, its routes and its middleware."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Middleware

from gateway.allowance import Allowance
from gateway.api import docs
from gateway.api.access import Staff, Visitors, visitor
from gateway.api.contract import checked, load
from gateway.api.drafts import DraftRoutes
from gateway.api.knowledge import KnowledgeRoutes
from gateway.api.link_login import LinkLoginRoutes
from gateway.api.linking import Linking
from gateway.api.login import LoginRoutes
from gateway.api.mini_login import MiniLoginRoutes
from gateway.api.posting import Posting
from gateway.api.sessions import SessionRoutes
from gateway.api.templates import TemplateRoutes
from gateway.api.understand import Understand, UnderstandRoutes
from gateway.api.uploads import UploadRoutes
from gateway.api.work_orders import Danger, WorkOrderRoutes
from gateway.citizens import Citizens
from gateway.clock import Clock, Ids
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.template import Template
from gateway.errors import Unauthorised
from gateway.fields.city import City
from gateway.file_links import FileLinks
from gateway.http import Network, RateLimiter
from gateway.logins import HOUR_MS, Logins
from gateway.outcomes import Outcomes
from gateway.progress import Teller
from gateway.protocols import Accept, CodeSender, KnowledgeBase, LaneStore, MiniLogin, Records, SharedStore
from gateway.replies import Replies
from gateway.seal import Seal
from gateway.uploads import Uploads

GUESSES = 5  # of a look-up code, per number and per address, in an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the API needs to file and to tell: the mailboxes, the forms, the words. `minis`: the mini-programs whose
    citizens log in here, by appid."""

    lanes: LaneStore
    records: Records
    accept: Accept
    catalog: Catalog
    city: City
    replies: Replies
    clock: Clock
    ids: Ids
    seal: Seal
    danger: Danger
    sender: CodeSender | None = None
    codes_per_day: int = 2_000
    keep_ms: int = 7 * 24 * HOUR_MS
    minis: Mapping[str, MiniLogin] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Everything the API serves; `routes()` for the application, `middleware()` behind http.guard."""

    front: Front
    visitors: Visitors
    staff: Staff
    uploads: Uploads
    templates: Mapping[str, Template]
    knowledge: KnowledgeBase
    understand: Understand
    access: Literal["staff", "open"]
    store: SharedStore
    trusted: Sequence[Network] = ()

    def routes(self) -> list[web.RouteDef]:
        front, trusted = self.front, self.trusted
        citizens = Citizens(front.records, self.store, front.ids)
        uploads = UploadRoutes(
            self.uploads, self.visitors, self.staff, self._pace("upload", 6_000, 30),
            self._pace("upload-address", 1_000, 200), citizens, FileLinks(front.seal, front.clock),
            self._pace("file-link", 50, 400), trusted,
        )
        understand = UnderstandRoutes(
            self.understand, self.access, self.staff, self._pace("understand", 100, 100), trusted
        )
        return [
            *SessionRoutes(self.visitors, self._pace("session", 1_000, 300), trusted).routes(),
            *self._logins(citizens),
            *uploads.routes(),
            *TemplateRoutes(self.templates, front.replies).routes(),
            *DraftRoutes(self.visitors, front.lanes, front.catalog, front.city, front.clock).routes(),
            *self._work_orders(citizens).routes(),
            *KnowledgeRoutes(self.knowledge, self._pace("knowledge", 500, 40), trusted).routes(),
            *understand.routes(),
            *docs.routes(),
        ]

    def middleware(self) -> Middleware:
        return checked(load(), self._recognise)

    async def _recognise(self, request: web.Request) -> None:
        with suppress(Unauthorised):
            await visitor(request, self.visitors)

    def _logins(self, citizens: Citizens) -> list[web.RouteDef]:
        """Whichever way a phone is proved, it is linked alike."""
        front, trusted = self.front, self.trusted
        linking = Linking(citizens, Outcomes(front.records, self.store), front.lanes, front.accept, front.clock)
        logins = Logins(self.store, front.seal, front.ids, front.sender, front.codes_per_day) if front.sender else None
        by_code = LoginRoutes(
            logins=logins, visitors=self.visitors, linking=linking, phone=front.catalog.types["phone"], city=front.city,
            replies=front.replies, clock=front.clock, pace=self._pace("login-verify", 3_000, 20), trusted=trusted,
        )
        by_wechat = MiniLoginRoutes(
            minis=front.minis, visitors=self.visitors, linking=linking, replies=front.replies, ids=front.ids,
            pace=self._pace("login-mini", 1_000, 300), phone_pace=self._pace("login-mini-phone", 3_000, 20),
            trusted=trusted,
        )
        by_link = LinkLoginRoutes(
            store=self.store, visitors=self.visitors, linking=linking, replies=front.replies, ids=front.ids,
            pace=self._pace("login-link", 3_000, 20), trusted=trusted,
        )
        return [*by_code.routes(), *by_link.routes(), *by_wechat.routes()]

    def _work_orders(self, citizens: Citizens) -> WorkOrderRoutes:
        front = self.front
        posting = Posting(
            catalog=front.catalog, city=front.city, replies=front.replies, uploads=self.uploads, citizens=citizens,
            records=front.records, shared=self.store, accept=front.accept, clock=front.clock, ids=front.ids,
            keep_ms=front.keep_ms,
        )
        return WorkOrderRoutes(
            visitors=self.visitors, posting=posting, teller=Teller(front.replies, self.templates, front.city),
            citizens=citizens, records=front.records, lanes=front.lanes, accept=front.accept, clock=front.clock,
            ids=front.ids, seal=front.seal, danger=front.danger, pace=self._pace("work-order", 6_000, 20),
            address_pace=self._pace("work-order-address", 1_000, 200),
            guesses=Allowance(self.store, "lookup", GUESSES, HOUR_MS), trusted=self.trusted,
        )

    def _pace(self, name: str, per_ms: int, burst: int) -> RateLimiter:
        return RateLimiter(self.store, f"api-{name}", per_ms, burst)
