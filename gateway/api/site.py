"""The whole /api, put together: what it needs, its routes and its middleware."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Middleware

from gateway.api import docs
from gateway.api.access import Staff, Visitors
from gateway.api.contract import checked, load
from gateway.api.knowledge import KnowledgeRoutes
from gateway.api.sessions import SessionRoutes
from gateway.api.templates import TemplateRoutes
from gateway.api.understand import Understand, UnderstandRoutes
from gateway.api.uploads import UploadRoutes
from gateway.dialogue.template import Template
from gateway.http import Network, RateLimiter
from gateway.protocols import KnowledgeBase, SharedStore
from gateway.uploads import Uploads


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Everything the API serves; `routes()` for the application, `middleware()` behind http.guard."""

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
        trusted = self.trusted
        uploads = UploadRoutes(
            self.uploads, self.visitors, self.staff, self._pace("upload", 6_000, 30),
            self._pace("upload-address", 1_000, 200), trusted,
        )
        understand = UnderstandRoutes(
            self.understand, self.access, self.staff, self._pace("understand", 100, 100), trusted
        )
        return [
            *SessionRoutes(self.visitors, self._pace("session", 1_000, 300), trusted).routes(),
            *uploads.routes(),
            *TemplateRoutes(self.templates).routes(),
            *KnowledgeRoutes(self.knowledge, self._pace("knowledge", 500, 40), trusted).routes(),
            *understand.routes(),
            *docs.routes(),
        ]

    def middleware(self) -> Middleware:
        return checked(load())

    def _pace(self, name: str, per_ms: int, burst: int) -> RateLimiter:
        return RateLimiter(self.store, f"api-{name}", per_ms, burst)
