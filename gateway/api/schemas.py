"""JSON Schema 2020-12 of a template's canonical values: which fields there are, what is required and when."""
from __future__ import annotations

from typing import Any

from gateway.dialogue.fill import FILES
from gateway.dialogue.template import Condition, Field, Template

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

# WIRE.md, "Values": the JSON type of a field type's canonical value; every other type is text
_UPLOADS: Schema = {"type": "array", "items": {"type": "string", "pattern": "^[0-9a-f]{32}$"}}
_JSON_TYPES: dict[str, Schema] = {
    "number": {"type": "number"},
    "yes_no": {"type": "boolean"},
    "money": {"type": "string", "pattern": r"^\d+(\.\d{1,2})?$"},
    "choices": {"type": "array", "items": {"type": "string"}},
    "list": {"type": "array", "items": {"type": "string"}},
    **dict.fromkeys(FILES, _UPLOADS),
}
_LIMITS = {
    "min_length": "minLength", "max_length": "maxLength", "min": "minimum", "max": "maximum", "max_items": "maxItems",
}


def json_schema(template: Template, language: str) -> Schema:
    """Conditions on amounts and on age are not said here: money is text, and JSON Schema knows no today.
    The gateway looks at all of them, and at the rules between fields."""
    conditions: list[Schema] = [
        {"if": _test(when, template), "then": {"required": [field.id]}} for field in template.fields
        if _asked(field) and (when := _when(template, field)) is not None and _sayable(when)
    ]
    schema: Schema = {
        "$schema": DIALECT,
        "$id": f"urn:huiyin:template:{template.id}:{template.version}",
        "title": template.title.of(language),
        "type": "object",
        "required": [field.id for field in template.fields if _asked(field) and _when(template, field) is None],
        "properties": {field.id: value_schema(field, language) for field in template.fields},
        "additionalProperties": False,
    }
    return schema | ({"allOf": conditions} if conditions else {})  # an empty allOf is no JSON Schema


def value_schema(field: Field, language: str) -> Schema:
    schema: Schema = dict(_JSON_TYPES.get(field.type, {"type": "string"}))
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


# --- what is required when ----------------------------------------------------------------------------------

def _asked(field: Field) -> bool:
    return field.required and not field.skippable


def _when(template: Template, field: Field) -> Condition | None:
    """A number to call is wanted of everybody who does not stay anonymous."""
    if field.id == "contact_phone" and template.anonymous and template.has("identity_mode"):
        named = Condition(field="identity_mode", one_of=("named", "confidential"))
        silent = Condition(field="identity_mode", absent=True)
        given = Condition(any=(named, silent))
        return Condition(all=(given, field.when)) if field.when else given
    return field.when


def _sayable(when: Condition) -> bool:
    parts = (*when.any, *when.all)
    return when.over is None and when.older_hours is None and all(_sayable(part) for part in parts)


def _test(when: Condition, template: Template) -> Schema:
    if when.any or when.all:
        some: Schema = {"anyOf": [_test(part, template) for part in when.any]} if when.any else {}
        each: Schema = {"allOf": [_test(part, template) for part in when.all]} if when.all else {}
        return {**some, **each}
    if when.absent:
        return {"not": {"required": [when.field]}}
    if when.present:
        return {"required": [when.field]}
    return {"properties": {when.field: _one_of(when, template)}, "required": [when.field]}


def _one_of(when: Condition, template: Template) -> Schema:
    kind = _JSON_TYPES.get(template.field(when.field).type, {"type": "string"})["type"]
    if kind == "boolean":
        return {"enum": sorted({word in ("yes", "true") for word in when.one_of})}
    values: Schema = {"enum": list(when.one_of)}
    return {"contains": values} if kind == "array" else values
