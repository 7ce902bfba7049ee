"""GET /api/knowledge: approved answers with their source, department and validity."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from gateway.http import Network, RateLimiter, client_address, json_answer
from gateway.protocols import KnowledgeBase


@dataclass(frozen=True, slots=True)
class KnowledgeRoutes:
    knowledge: KnowledgeBase
    pace: RateLimiter
    trusted: Sequence[Network] = ()

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/knowledge", self.get)]

    async def get(self, request: web.Request) -> web.Response:
        await self.pace.take(client_address(request, self.trusted))
        found = await self.knowledge.search(request.query["q"], request.query.get("lang", "zh"))
        return json_answer({"answers": [
            {
                "id": answer.id, "question": answer.question, "text": answer.text, "source": answer.source,
                "department": answer.department, "valid_until": answer.valid_until, "score": round(answer.score, 4),
            }
            for answer in found
        ]})
