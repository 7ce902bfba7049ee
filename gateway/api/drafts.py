"""GET /api/draft: the caller's open form as it stands, for a form card that goes on where the chat is."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from gateway.api.access import Visitors, visitor
from gateway.clock import Clock
from gateway.dialogue.asking import needed, shown
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue, load
from gateway.dialogue.drafts import carried
from gateway.dialogue.scene import Scene
from gateway.dialogue.understood import Understood
from gateway.fields.city import City
from gateway.http import json_answer
from gateway.messages import Text
from gateway.protocols import LaneStore


@dataclass(frozen=True, slots=True)
class DraftRoutes:
    visitors: Visitors
    lanes: LaneStore
    catalog: Catalog
    city: City
    clock: Clock

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/api/draft", self.get)]

    async def get(self, request: web.Request) -> web.Response:
        """204 while no form is open."""
        caller = await visitor(request, self.visitors)
        body, _ = await self.lanes.state("in", caller.conversation)
        scene = self._scene(load(body))
        answer = web.Response(status=204) if scene.state.draft is None else json_answer(_draft(scene))
        answer.headers["Cache-Control"] = "private, no-store"
        return answer

    def _scene(self, state: Dialogue) -> Scene:
        """As the next turn will find it: carried to a newer version where its own is gone."""
        now = self.clock.now().astimezone(ZoneInfo(self.city.time_zone))
        return carried(self.catalog, Scene(self.catalog, state, Understood(Text(""), now, self.city)))


def _draft(scene: Scene) -> dict[str, Any]:
    """Displays are in the chat's language. `flagged` values are the citizen's words that nobody could read."""
    draft, template = scene.draft, scene.template
    return {
        "template": draft.template, "version": draft.version,
        "fields": {
            field.id: {"value": value.value, "display": shown(scene, field), "flagged": value.flagged}
            for field in template.fields if (value := draft.values.get(field.id)) is not None
        },
        "missing": [field.id for field in template.fields if needed(field, draft)],
    }
