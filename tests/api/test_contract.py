"""openapi.json describes what is served; what it forbids never reaches a handler."""
from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from gateway.api.contract import load
from tests.channels.web.site import Site, open_site
from tests.tables import table

CONTRACT = load()
DOCUMENT = CONTRACT.document
OPERATIONS = [
    (path, method) for path, item in DOCUMENT["paths"].items() for method in item if method in ("get", "post")
]
SERVED_ELSEWHERE = {"/healthz", "/readyz"}  # gateway/health.py


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as opened:
        yield opened


def examples() -> list[tuple[str, tuple[str | int, ...], Any]]:
    """(name, where the schema stands, the example)."""
    found: list[tuple[str, tuple[str | int, ...], Any]] = []

    def walk(node: Any, at: tuple[str | int, ...]) -> None:
        if isinstance(node, dict):
            if "example" in node and "schema" in node:
                found.append(("/".join(map(str, at)), (*at, "schema"), node["example"]))
            for key, inner in node.items():
                walk(inner, (*at, key))
    walk(DOCUMENT, ())
    return found


def test_the_description_is_valid_openapi() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


@table(("where", "example"), [(w, e) for _, w, e in examples()])
def test_every_example_fits_its_schema(where: tuple[str | int, ...], example: Any) -> None:
    CONTRACT.validator(*where).validate(example)


def test_every_answer_with_a_json_body_has_an_example_or_is_a_list_of_templates() -> None:
    named = {name for name, _, _ in examples()}
    for path, method in OPERATIONS:
        for status, answer in DOCUMENT["paths"][path][method]["responses"].items():
            if "application/json" in answer.get("content", {}) and status.startswith("2") and "/templates" not in path:
                assert f"paths/{path}/{method}/responses/{status}/content/application/json" in named


async def test_everything_described_is_served_and_everything_served_is_described(site: Site) -> None:
    served = {(route.path, route.method.lower()) for route in site.api().routes() if route.path.startswith("/api/")}

    assert served == {(path, method) for path, method in OPERATIONS if path not in SERVED_ELSEWHERE}


def test_the_contract_finds_operations_as_the_router_names_them() -> None:
    assert CONTRACT.find("HEAD", "/api/templates") is CONTRACT.find("GET", "/api/templates") is not None
    assert CONTRACT.find("PUT", "/api/templates") is None
    assert CONTRACT.find("GET", "/web/ws") is None


async def ask(site: Site, method: str, path: str, **more: Any) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.request(method, site.url + path, **more) as answer:
        return answer.status, await answer.json(content_type=None)


@pytest.mark.parametrize(
    ("path", "body", "faults"),
    [
        ("/api/understand", {}, [("text", "missing", "缺少这一项")]),
        ("/api/understand", {"text": ""}, [("text", "too_short", "至少1个字符")]),
        ("/api/understand", {"text": "x" * 2001}, [("text", "too_long", "最多2000个字符")]),
        ("/api/understand", {"text": 7}, [("text", "wrong_type", "类型不对")]),
        ("/api/understand", {"text": "x", "colour": 1}, [("", "unknown", "有不认识的项")]),
        ("/api/understand", {"text": "x", "at": "tomorrow"}, [("at", "bad_format", "格式不对")]),
        ("/api/understand", {"text": "x", "language": "<b>"}, [("language", "invalid", "内容不对")]),
        ("/api/understand", [], [("", "wrong_type", "类型不对")]),
        ("/api/sessions", {"language": "zh_CN"}, [("language", "bad_format", "格式不对")]),
    ],
)
async def test_a_bad_body_is_answered_field_by_field(
    site: Site, path: str, body: Any, faults: list[tuple[str, str, str]]
) -> None:
    status, problem = await ask(site, "POST", path, json=body)

    assert (status, problem["code"]) == (422, "unprocessable")
    assert [(f["field"], f["code"], f["message"]) for f in problem["errors"]] == faults
    CONTRACT.validator("components", "schemas", "Problem").validate(problem)


async def test_faults_are_worded_in_the_callers_language(site: Site) -> None:
    _, problem = await ask(site, "GET", "/api/knowledge", headers={"Accept-Language": "en"})

    assert problem["errors"] == [{"field": "q", "code": "missing", "message": "This is missing"}]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/knowledge?q=", 422), ("/api/knowledge?q=" + "x" * 301, 422), ("/api/knowledge?q=x&lang=de", 422),
        ("/api/knowledge?q=x&colour=green", 200), ("/api/templates?lang=fr", 200), ("/api/templates?lang=zh_CN", 422),
        ("/api/templates/NOPE", 404),
        ("/api/templates/..%2f..%2fetc", 404), ("/api/uploads/not-an-id", 404), ("/api/uploads/%00", 400),
    ],
)
async def test_parameters_are_held_against_the_description(site: Site, path: str, status: int) -> None:
    answered, body = await ask(site, "GET", path)

    assert answered == status
    if status != 200:
        CONTRACT.validator("components", "schemas", "Problem").validate(body)


@pytest.mark.parametrize(
    ("body", "status"),
    [(b'{"text":"a","text":"b"}', 400), (b'{"text":"\\ud800"}', 400), (b"[" * 9999, 400), (b"x" * 70_000, 413)],
)
async def test_a_body_that_is_no_document_is_refused_before_it_is_validated(
    site: Site, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    assert (await ask(site, "POST", "/api/understand", data=body, headers=headers))[0] == status


async def test_many_faults_are_cut(site: Site) -> None:
    validator = CONTRACT.validator("paths", "/api/understand", "post", "requestBody", "content", "application/json",
                                   "schema")
    assert not validator.is_valid({"text": "x", **{f"k{n}": n for n in range(99)}})
    _, problem = await ask(site, "POST", "/api/understand", json={f"k{n}": n for n in range(99)})
    assert len(problem["errors"]) <= 21


async def test_the_description_and_its_page_are_served_without_anything_inline(site: Site) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{site.url}/openapi.json") as answer:
            assert json.loads(await answer.read()) == DOCUMENT
        for path, kind in {"": "html", "/docs.js": "javascript", "/docs.css": "css"}.items():
            async with session.get(f"{site.url}/docs{path}") as answer:
                assert answer.content_type == f"text/{kind}"
                assert "http://" not in (text := await answer.text())
                assert "https://" not in text
                assert "style=" not in text
