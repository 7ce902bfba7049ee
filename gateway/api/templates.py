"""GET /api/templates: the complaint templates for form clients, in one language, and as JSON Schema."""
from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from gateway.api.schemas import json_schema
from gateway.dialogue.choosing import NOTICE_VERSION
from gateway.dialogue.drafts import takers
from gateway.dialogue.fill import FILES
from gateway.dialogue.template import Condition, Field, Notice, Rule, Template
from gateway.errors import NotFound
from gateway.http import json_answer
from gateway.replies import Replies

# What POST /api/uploads takes; pictures are kept as JPEG or PNG.
TAKEN = (
    "image/jpeg", "image/png", "image/webp", "image/gif", "video/mp4", "application/pdf", "audio/amr",
)


@dataclass(frozen=True, slots=True)
class TemplateRoutes:
    """`templates` are the newest versions by id."""

    templates: Mapping[str, Template]
    replies: Replies

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/templates", self.all),
            web.get("/api/templates/{template}", self.one),
            web.get("/api/templates/{template}/schema", self.schema),
        ]

    async def all(self, request: web.Request) -> web.Response:
        language = _language(request)
        heads = [head(self.templates[name], language) for name in sorted(self.templates)]
        return _kept(request, json_answer({"templates": heads}))

    async def one(self, request: web.Request) -> web.Response:
        template, language = self._find(request), _language(request)
        privacy = self.replies.render(language, "web", "privacy", {"version": NOTICE_VERSION})
        return _kept(request, json_answer(head(template, language) | {
            "opening": template.opening.of(language),
            "anonymous": template.anonymous,
            "discreet": template.discreet,
            "privacy": {"version": NOTICE_VERSION, "text": privacy},
            "fields": [shown(field, language) for field in template.fields],
            "rules": [rule(one, language) for one in template.rules],
            "notices": [notice(one, language) for one in template.notices],
        }))

    async def schema(self, request: web.Request) -> web.Response:
        document = json_schema(self._find(request), _language(request))
        return _kept(request, json_answer(document, content_type="application/schema+json"))

    def _find(self, request: web.Request) -> Template:
        template = self.templates.get(request.match_info["template"])
        if template is None:
            raise NotFound
        return template


def _language(request: web.Request) -> str:
    return request.query.get("lang", "zh")


def _kept(request: web.Request, answer: web.Response) -> web.Response:
    """304 to whoever has this very text; templates change while the gateway runs, so it is asked for each time."""
    assert isinstance(answer.body, bytes)
    tag = hashlib.sha256(answer.body).hexdigest()[:32]
    if any(known.value in (tag, "*") for known in request.if_none_match or ()):
        answer = web.Response(status=304)
    answer.etag = tag
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def head(template: Template, language: str) -> dict[str, Any]:
    return {
        "id": template.id, "version": template.version, "title": template.title.of(language),
        "description": template.description.of(language), "tags": list(template.tags),
    }


def shown(field: Field, language: str) -> dict[str, Any]:
    """`media_types` only of fields that take files."""
    said: dict[str, Any] = {
        "id": field.id, "type": field.type, "label": field.label.of(language), "prompt": field.prompt.of(language),
        "help": field.help.of(language), "example": field.example.of(language), "required": field.required,
        "skippable": field.skippable, "when": condition(field.when) if field.when else None,
        "sensitive": field.sensitive, "role": field.role, "context": field.context,
        "options": [{"value": o.value, "label": o.label.of(language)} for o in field.options],
        "limits": {name: value for name, value in msgspec.to_builtins(field.limits).items() if value},
    }
    if field.type in FILES:
        said["media_types"] = [kind for kind in TAKEN if field.type in takers(kind)]
    return said


def condition(when: Condition) -> dict[str, Any]:
    """Only what the condition says, and what the conditions within it say."""
    said: dict[str, Any] = msgspec.to_builtins(when) | {"one_of": list(when.one_of)}
    said |= {"any": [condition(one) for one in when.any], "all": [condition(one) for one in when.all]}
    return {name: value for name, value in said.items() if value not in (None, "", False, [], ())}


def rule(one: Rule, language: str) -> dict[str, Any]:
    """`images` only where pictures are counted, `pattern` only where a shape is asked for."""
    said: dict[str, Any] = {
        "kind": one.kind, "fields": list(one.fields), "say": one.say.of(language), "ask": one.ask,
        "when": condition(one.when) if one.when else None,
    }
    own: dict[str, dict[str, Any]] = {"enough": {"images": one.images}, "shaped": {"pattern": one.pattern}}
    return said | own.get(one.kind, {})


def notice(one: Notice, language: str) -> dict[str, Any]:
    return {"at": one.at, "text": one.text.of(language), "when": condition(one.when) if one.when else None}
