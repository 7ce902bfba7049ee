"""openapi.json at work: every request to a described operation is held against it before its handler sees it."""
from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from gateway.errors import FieldFault, NotFound, Unprocessable
from gateway.http import language, read_json

FILE = Path(__file__).with_name("openapi.json")
BODY = web.RequestKey("body", dict[str, Any])  # the JSON body, read strictly and valid
BODY_CAP = 65_536
MAX_FAULTS = 20
METHODS = ("get", "post", "put", "patch", "delete")

T = TypeVar("T")

_URI = "urn:huiyin:openapi"

# keyword of JSON Schema → code, words (zh, en); {limit} is the schema's own number
_WORDS = {
    "required": ("missing", "缺少这一项", "This is missing"),
    "type": ("wrong_type", "类型不对", "Wrong type of value"),
    "minLength": ("too_short", "至少{limit}个字符", "At least {limit} characters"),
    "maxLength": ("too_long", "最多{limit}个字符", "At most {limit} characters"),
    "enum": ("not_offered", "不在可选范围内", "Not one of the possible values"),
    "format": ("bad_format", "格式不对", "Wrong format"),
    "pattern": ("bad_format", "格式不对", "Wrong format"),
    "additionalProperties": ("unknown", "有不认识的项", "A member is not known here"),
}
_OTHER = ("invalid", "内容不对", "Not valid")


# Learns whose session the request shows, if any: only then do we know their language.
Recognise = Callable[[web.Request], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Found:
    """A keyword of JSON Schema that was broken, the field it was broken in, the schema's own number."""

    keyword: str
    field: str
    limit: object = None


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    place: str  # path, query or header
    required: bool
    validator: Draft202012Validator


@dataclass(frozen=True, slots=True)
class Operation:
    parameters: tuple[Parameter, ...]
    body: Draft202012Validator | None  # None: no JSON body


class Contract:
    """The description, and what it says about one operation."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource(_URI, resource)
        self._operations = {
            (method.upper(), path): self._operation(path, method)
            for path, item in document["paths"].items() for method in METHODS if method in item
        }

    def find(self, method: str, path: str) -> Operation | None:
        """`path` as the router writes it: /api/uploads/{upload}."""
        return self._operations.get(("GET" if method == "HEAD" else method, path))

    def validator(self, *path: str | int) -> Draft202012Validator:
        """For the schema that stands at this place of the description."""
        pointer = "/".join(str(step).replace("~", "~0").replace("/", "~1") for step in path)
        return Draft202012Validator(
            {"$ref": f"{_URI}#/{pointer}"}, registry=self._registry, format_checker=FormatChecker()
        )

    def _operation(self, path: str, method: str) -> Operation:
        described = self.document["paths"][path][method]
        parameters = tuple(
            self._parameter(entry, "paths", path, method, "parameters", n)
            for n, entry in enumerate(described.get("parameters", []))
        )
        media = described.get("requestBody", {}).get("content", {})
        where = ("paths", path, method, "requestBody", "content", "application/json", "schema")
        return Operation(parameters, self.validator(*where) if "application/json" in media else None)

    def _parameter(self, entry: Mapping[str, Any], *at: str | int) -> Parameter:
        """Here, or among the shared ones that `$ref` names."""
        if "$ref" in entry:
            name = entry["$ref"].removeprefix("#/components/parameters/")
            return self._parameter(self.document["components"]["parameters"][name], "components", "parameters", name)
        return Parameter(entry["name"], entry["in"], entry.get("required", False), self.validator(*at, "schema"))


def load() -> Contract:
    return Contract(json.loads(FILE.read_text("utf-8")))


def read(request: web.Request, kind: type[T]) -> T:
    """The body as a struct. JSON Schema takes 1e308 for an integer and any day for a date: 422 then, too."""
    try:
        return msgspec.convert(request[BODY], kind)
    except msgspec.ValidationError as fault:
        raise Unprocessable("the body cannot be read") from fault


def checked(contract: Contract, recognise: Recognise) -> Middleware:
    """The middleware; routes that are not described pass untouched. Faults are said in the caller's language."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        operation = contract.find(request.method, resource.canonical) if resource else None
        if operation is not None:
            found = _of_parameters(request, operation.parameters)
            if operation.body is not None and not found:
                body = await read_json(request, BODY_CAP)
                found = _of_body(operation.body.iter_errors(body))
                request[BODY] = body
            if found:
                await recognise(request)
                raise Unprocessable(faults=tuple(_worded(one, language(request)) for one in found))
        return await handler(request)

    return middleware


def _of_parameters(request: web.Request, parameters: tuple[Parameter, ...]) -> list[_Found]:
    """A path that cannot exist is 404; a query is a form with fields; a header counts when it is there."""
    found: list[_Found] = []
    for parameter in parameters:
        if parameter.place == "path":
            if not parameter.validator.is_valid(request.match_info[parameter.name]):
                raise NotFound
            continue
        given = request.headers if parameter.place == "header" else request.query
        if parameter.name in given:
            found += [_found(error, parameter.name) for error in parameter.validator.iter_errors(given[parameter.name])]
        elif parameter.required and parameter.place == "query":
            found.append(_Found("required", parameter.name))
    return found


def _of_body(errors: Iterable[ValidationError]) -> list[_Found]:
    found: list[_Found] = []
    for error in errors:
        at = ".".join(str(step) for step in error.absolute_path)
        named = _missing(error) if error.validator == "required" else [at]
        found += [_found(error, name) for name in named]
        if len(found) >= MAX_FAULTS:
            break
    return found


def _missing(error: ValidationError) -> list[str]:
    at = [str(step) for step in error.absolute_path]
    required, there = cast("list[str]", error.validator_value), cast("dict[str, Any]", error.instance)
    return [".".join([*at, name]) for name in required if name not in there]


def _found(error: ValidationError, field: str) -> _Found:
    return _Found(str(error.validator), field, error.validator_value)


def _worded(one: _Found, tongue: str) -> FieldFault:
    code, zh, en = _WORDS.get(one.keyword, _OTHER)
    words = en if tongue == "en" else zh
    return FieldFault(re.sub(r"[^\w.-]", "", one.field)[:64], code, words.replace("{limit}", str(one.limit)))
