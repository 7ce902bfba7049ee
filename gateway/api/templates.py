"""GET /api/templates: the complaint templates for form clients, in one language, and as JSON Schema."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from aiohttp import web

from gateway.dialogue.template import Condition, Field, Template
from gateway.errors import NotFound
from gateway.http import json_answer

DIALECT = "https://json-schema.org/draft/2020-12/schema"

# WIRE.md, "Values": the JSON type of a field type's canonical value; every other type is text
_UPLOADS = {"type": "array", "items": {"type": "string", "pattern": "^[0-9a-f]{32}$"}}
_JSON_TYPES: dict[str, dict[str, Any]] = {
    "number": {"type": "number"},
    "yes_no": {"type": "boolean"},
    "money": {"type": "string", "pattern": r"^\d+(\.\d{1,2})?$"},
    "choices": {"type": "array", "items": {"type": "string"}},
    "list": {"type": "array", "items": {"type": "string"}},
    **dict.fromkeys(("files", "images", "video", "document"), _UPLOADS),
}
_LIMITS = {
    "min_length": "minLength", "max_length": "maxLength", "min": "minimum", "max": "maximum", "max_items": "maxItems",
}


class TemplateRoutes:
    """`templates` are the newest versions by id."""

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = templates

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/api/templates", self.all),
            web.get("/api/templates/{template}", self.one),
            web.get("/api/templates/{template}/schema", self.schema),
        ]

    async def all(self, request: web.Request) -> web.Response:
        language = _language(request)
        heads = [head(self._templates[name], language) for name in sorted(self._templates)]
        return json_answer({"templates": heads})

    async def one(self, request: web.Request) -> web.Response:
        template, language = self._find(request), _language(request)
        return json_answer(head(template, language) | {
            "opening": template.opening.of(language),
            "anonymous": template.anonymous,
            "fields": [shown(field, language) for field in template.fields],
        })

    async def schema(self, request: web.Request) -> web.Response:
        document = json_schema(self._find(request), _language(request))
        return json_answer(document, content_type="application/schema+json")

    def _find(self, request: web.Request) -> Template:
        template = self._templates.get(request.match_info["template"])
        if template is None:
            raise NotFound
        return template


def _language(request: web.Request) -> str:
    return request.query.get("lang", "zh")


def head(template: Template, language: str) -> dict[str, Any]:
    return {
        "id": template.id, "version": template.version, "title": template.title.of(language),
        "description": template.description.of(language), "tags": list(template.tags),
    }


def shown(field: Field, language: str) -> dict[str, Any]:
    return {
        "id": field.id, "type": field.type, "label": field.label.of(language), "prompt": field.prompt.of(language),
        "help": field.help.of(language), "example": field.example.of(language), "required": field.required,
        "when": condition(field.when) if field.when else None, "sensitive": field.sensitive,
        "options": [{"value": o.value, "label": o.label.of(language)} for o in field.options],
        "limits": {name: value for name, value in msgspec.to_builtins(field.limits).items() if value},
    }


def condition(when: Condition) -> dict[str, Any]:
    """Only what the condition says, and what the conditions within it say."""
    said: dict[str, Any] = {"field": when.field, "one_of": list(when.one_of), "present": when.present,
                            "absent": when.absent, "any": [condition(one) for one in when.any],
                            "all": [condition(one) for one in when.all]}
    return {name: value for name, value in said.items() if value}


def json_schema(template: Template, language: str) -> dict[str, Any]:
    """Of the canonical values; conditional fields are not required by it, the gateway asks for them when due."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:huiyin:template:{template.id}:{template.version}",
        "title": template.title.of(language),
        "type": "object",
        "required": [f.id for f in template.fields if f.required and f.when is None and not f.skippable],
        "properties": {field.id: value_schema(field, language) for field in template.fields},
    }


def value_schema(field: Field, language: str) -> dict[str, Any]:
    schema: dict[str, Any] = dict(_JSON_TYPES.get(field.type, {"type": "string"}))
    schema |= {"title": field.label.of(language), "description": field.prompt.of(language)}
    values = [option.value for option in field.options]
    if values and schema["type"] == "array":
        schema["items"] = {"type": "string", "enum": values}
    elif values and schema["type"] == "string":  # a yes_no's options are words for it, not values
        schema["enum"] = values
    for limit, keyword in _LIMITS.items():
        value = getattr(field.limits, limit)
        if value is not None and _applies(keyword, schema["type"]):
            schema[keyword] = value
    return schema


def _applies(keyword: str, kind: str) -> bool:
    return {"string": "Length", "number": "imum", "array": "Items"}.get(kind, "-") in keyword
